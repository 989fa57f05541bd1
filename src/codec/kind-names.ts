/** What values, shapes and element types are called in the messages of violations. */

import * as types from "node:util/types";
import { type ResolvedShape, resolveShape, type Shape } from "./shape.ts";

const scalarNames: Readonly<Partial<Record<Shape["kind"], string>>> = {
  date: "Date",
  bytes: "Uint8Array",
  int64: "bigint",
  objectId: "ObjectId",
  decimal128: "Decimal128",
  timestamp: "Timestamp",
  binary: "Binary",
  minKey: "MinKey",
  maxKey: "MaxKey",
  bsonRegExp: "BSONRegExp",
  json: "JSON value",
  unknown: "value",
};

/** `int32`, `"a" | "b"`, `array`, `Date | null`. */
export function shapeName(shape: Shape): string {
  const resolved: ResolvedShape = resolveShape(shape);
  switch (resolved.kind) {
    case "literals":
      return resolved.open ? "string" : literalNames(resolved.values);
    case "map":
      return resolved.form === "map" ? "Map" : "object";
    case "set":
      return "Set";
    case "tuple":
      return "array";
    case "document":
    case "tagged":
      return "object";
    case "value-union":
      return resolved.arms.map(shapeName).join(" | ");
    default:
      return scalarNames[resolved.kind] ?? resolved.kind;
  }
}

/** The literals that are allowed, as many as fit a message. */
export function literalNames(values: readonly unknown[]): string {
  const shown = values.slice(0, 20).map((value) => JSON.stringify(value));
  return values.length > 20 ? `${shown.join(" | ")} | ...` : shown.join(" | ");
}

/** What a JavaScript value is, shortly: `string`, `1.5`, `array`, `instance of Map`. Calls no code of the value's. */
export function valueName(value: unknown): string {
  switch (typeof value) {
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return value.toString().length > 40 ? "bigint" : `${value}n`;
    case "boolean":
      return String(value);
    case "object":
      return value === null ? "null" : objectName(value);
    default:
      return typeof value;
  }
}

function objectName(value: object): string {
  if (Array.isArray(value)) return "array";
  if (types.isUint8Array(value)) return "Uint8Array";
  if (types.isDate(value)) return "Date";
  if (types.isMap(value)) return "Map";
  if (types.isSet(value)) return "Set";
  if (types.isPromise(value)) return "promise";
  if (types.isRegExp(value)) return "RegExp";
  return "object";
}
