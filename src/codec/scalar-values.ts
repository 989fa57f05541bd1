/** Which JavaScript values a scalar type takes, as the explaining pass asks: the kind first, then the range. */

import { isBytes } from "../bson/binary.ts";
import { exoticTypes } from "../bson/exotic-types.ts";
import { isUuid } from "../bson/uuid.ts";
import { valueName } from "./kind-names.ts";
import { type ResolvedShape, resolveShape, type ScalarShapeKind } from "./shape.ts";
import { isDate, isMap, isSet } from "./value-kinds.ts";

/** The value is of the JavaScript type that the shape asks for; whether it is in range is another question. */
export function couldBe(shape: ResolvedShape, value: unknown): boolean {
  switch (shape.kind) {
    case "string":
    case "uuid":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "number":
    case "int32":
    case "uint32":
    case "int53":
    case "double":
      return typeof value === "number";
    case "int64":
    case "uint64":
      return typeof value === "bigint";
    case "date":
      return isDate(value);
    case "bytes":
      return isBytes(value);
    case "null":
      return value === null;
    case "literals":
      return (shape.open && typeof value === "string") || shape.values.some((literal) => typeof literal === typeof value);
    case "array":
    case "tuple":
      return Array.isArray(value);
    case "set":
      return isSet(value);
    case "map":
      return shape.form === "map" ? isMap(value) : isObject(value);
    case "document":
    case "tagged":
      return isObject(value);
    case "value-union":
      return shape.arms.some((arm) => couldBe(resolveShape(arm), value));
    case "unknown":
    case "json":
      return value !== undefined;
    default:
      return typeof value === "object" && value !== null && exoticTypes().isInstance(shape.kind, value);
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isBytes(value) && !isDate(value);
}

/** Why a value of the right JavaScript type still is none of the scalar's. */
export function scalarProblem(kind: ScalarShapeKind, value: unknown): string | undefined {
  switch (kind) {
    case "int32":
      return ((value as number) | 0) === value ? undefined : `${valueName(value)} is no int32`;
    case "uint32":
      return (value as number) >>> 0 === value ? undefined : `${valueName(value)} is no uint32`;
    case "int53":
      return Number.isSafeInteger(value) ? undefined : `${valueName(value)} is no integer that a number holds exactly`;
    case "int64":
      return BigInt.asIntN(64, value as bigint) === value
        ? undefined
        : `${valueName(value)} does not fit a signed 64-bit integer`;
    case "uint64":
      return BigInt.asUintN(64, value as bigint) === value
        ? undefined
        : `${valueName(value)} does not fit an unsigned 64-bit integer`;
    case "date":
      return Number.isNaN(Date.prototype.getTime.call(value as Date)) ? "is an invalid Date" : undefined;
    case "uuid":
      return isUuid(value as string) ? undefined : "is no UUID in its canonical form of 36 characters";
    default:
      return undefined;
  }
}
