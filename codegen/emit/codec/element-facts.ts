/**
 * What is known of a type's BSON form before any value is seen: its type byte, how few bytes it takes, whether it is of one size.
 */

import type { LiteralsType, LiteralValue, ScalarKind, Type } from "../../model/schema-model.ts";
import { utf8 } from "./byte-match.ts";

/** Type bytes, as the emitted code compares them. */
export const bsonType = {
  double: 0x01,
  string: 0x02,
  document: 0x03,
  array: 0x04,
  binary: 0x05,
  objectId: 0x07,
  boolean: 0x08,
  date: 0x09,
  null: 0x0a,
  regex: 0x0b,
  int32: 0x10,
  timestamp: 0x11,
  int64: 0x12,
  decimal128: 0x13,
  maxKey: 0x7f,
  minKey: 0xff,
} as const;

interface ScalarFacts {
  /** The one type byte that is written; undefined when it depends on the value. */
  readonly type: number | undefined;
  /** The fewest bytes of a value. */
  readonly least: number;
  /** Every value has `least` bytes. */
  readonly fixed: boolean;
}

const scalars: Record<ScalarKind, ScalarFacts> = {
  string: { type: bsonType.string, least: 5, fixed: false },
  boolean: { type: bsonType.boolean, least: 1, fixed: true },
  number: { type: undefined, least: 4, fixed: false },
  int32: { type: bsonType.int32, least: 4, fixed: true },
  uint32: { type: bsonType.int64, least: 8, fixed: true },
  int53: { type: bsonType.int64, least: 8, fixed: true },
  double: { type: bsonType.double, least: 8, fixed: true },
  int64: { type: bsonType.int64, least: 8, fixed: true },
  uint64: { type: bsonType.int64, least: 8, fixed: true },
  date: { type: bsonType.date, least: 8, fixed: true },
  bytes: { type: bsonType.binary, least: 5, fixed: false },
  uuid: { type: bsonType.binary, least: 21, fixed: true },
  null: { type: bsonType.null, least: 0, fixed: true },
  objectId: { type: bsonType.objectId, least: 12, fixed: true },
  decimal128: { type: bsonType.decimal128, least: 16, fixed: true },
  timestamp: { type: bsonType.timestamp, least: 8, fixed: true },
  binary: { type: bsonType.binary, least: 5, fixed: false },
  minKey: { type: bsonType.minKey, least: 0, fixed: true },
  maxKey: { type: bsonType.maxKey, least: 0, fixed: true },
  bsonRegExp: { type: bsonType.regex, least: 2, fixed: false },
  unknown: { type: undefined, least: 0, fixed: false },
  json: { type: undefined, least: 0, fixed: false },
};

const nested: ScalarFacts = { type: bsonType.document, least: 5, fixed: false };

export function factsOf(type: Type): ScalarFacts {
  switch (type.kind) {
    case "literals":
      return literalFacts(type);
    case "array":
    case "set":
    case "tuple":
      return { ...nested, type: bsonType.array };
    case "map":
    case "document":
    case "tagged":
      return nested;
    case "value-union":
      return { type: undefined, least: 0, fixed: false };
    case "ref":
      throw new Error(`the reference to ${type.id} was not resolved before its facts were asked for`);
    default:
      return scalars[type.kind];
  }
}

export function isInt32(value: LiteralValue): value is number {
  return typeof value === "number" && (value | 0) === value && !Object.is(value, -0);
}

/** The bytes of a type of which there is one value: a literal that is the only one. */
export function constantBytes(type: Type): number[] | undefined {
  if (type.kind !== "literals" || type.open || type.values.length !== 1) return undefined;
  const [value] = type.values;
  if (typeof value === "string") {
    const text = utf8(value);
    return [...int32Bytes(text.length + 1), ...text, 0];
  }
  if (typeof value === "boolean") return [value ? 1 : 0];
  return value !== undefined && isInt32(value) ? int32Bytes(value) : undefined;
}

function int32Bytes(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >>> 24) & 0xff];
}

/** What the values of a literals type are: one of the three, "int32" being numbers that are all written as int32; or "mixed". */
export function literalClass(type: LiteralsType): "string" | "boolean" | "int32" | "mixed" {
  if (type.open || type.values.every((value) => typeof value === "string")) return "string";
  if (type.values.every((value) => typeof value === "boolean")) return "boolean";
  return type.values.every(isInt32) ? "int32" : "mixed";
}

function literalFacts(type: LiteralsType): ScalarFacts {
  const constant = constantBytes(type);
  switch (literalClass(type)) {
    case "string": {
      const least = Math.min(...type.values.map((value) => 5 + utf8(String(value)).length));
      return { type: bsonType.string, least: type.open ? 5 : least, fixed: constant !== undefined };
    }
    case "boolean":
      return { type: bsonType.boolean, least: 1, fixed: true };
    case "int32":
      return { type: bsonType.int32, least: 4, fixed: true };
    case "mixed":
      return { type: undefined, least: 1, fixed: false };
  }
}

/** `type byte, name, NUL` of an element. The name holds no NUL: `check` has seen to that. */
export function headerBytes(type: number, name: string): number[] {
  return [type, ...utf8(name), 0];
}
