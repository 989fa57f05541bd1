/**
 * Writes plain values of any shape: what a schema's `unknown` carries, error details, the runtime's own documents.
 *
 * null, boolean, number (int32 when integral and in range, else double), string, bigint (int64), Date, Uint8Array, real arrays,
 * plain objects by their own enumerable string keys, and `bson`'s classes once support for them is loaded. A property that is
 * `undefined` is left out, and so are functions called `toJSON` and `toBSON`, which are never called; as data these names and
 * `_bsontype` are keys like any other. Everything else fails, and a cycle does by depth.
 */

import * as types from "node:util/types";
import { isBytes, writeBytes } from "./binary.ts";
import { dateTime, writeTime } from "./date.ts";
import { exoticTypes } from "./exotic-types.ts";
import { fail } from "./fail.ts";
import { textBound, writeKey, writeText } from "./text-write.ts";

/** Bytes that writers may touch behind what they count: see `writeText`. Every bound has room for them. */
export const slackBytes = 8;

/** More items than fit a BSON document, whatever they are: four bytes each at least. */
const tooManyItems = 2 ** 29;

/** Key of an array element at most: type byte, ten digits, NUL. */
const indexBound = 12;

/** An object whose own properties are its data: made by a literal, `JSON.parse` or `Object.create(null)`, in any realm. */
export function isPlainObject(value: object): boolean {
  return isOurPlainObject(value) || Object.getPrototypeOf(Object.getPrototypeOf(value)) === null;
}

/** Of this realm. */
function isOurPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Is it a method by which an object tells other serialisers what to write in its stead? It is no data, and has no say here. */
export function isSerialiser(key: string, property: unknown): boolean {
  return typeof property === "function" && (key === "toJSON" || key === "toBSON");
}

/** At least as many bytes as the value will take. `depth`: levels that may still nest, this one included. */
export function valueBound(value: unknown, depth: number): number {
  switch (typeof value) {
    case "string":
      return 5 + textBound(value);
    case "object":
      return value === null ? 0 : objectBound(value, depth);
    case "boolean":
      return 1;
    default:
      return 8;
  }
}

function objectBound(value: object, depth: number): number {
  if (Array.isArray(value)) {
    if (depth <= 0 || value.length >= tooManyItems) fail();
    let bound = 5;
    for (let i = 0; i < value.length; i += 1) bound += indexBound + valueBound(value[i], depth - 1);
    return bound;
  }
  if (isOurPlainObject(value)) return documentBound(value, depth);
  if (types.isUint8Array(value)) return 5 + value.length;
  const bound = exoticTypes().bound(value);
  if (bound >= 0) return bound;
  return isPlainObject(value) ? documentBound(value, depth) : 8;
}

export function documentBound(value: object, depth: number): number {
  if (depth <= 0) fail();
  let bound = 5;
  for (const key of Object.keys(value)) {
    bound += 2 + textBound(key) + valueBound((value as Record<string, unknown>)[key], depth - 1);
  }
  return bound;
}

/** Writes a value at `o`, its type byte at `typeAt`; returns the offset behind. The key between the two is the caller's. */
export function writeValue(b: Buffer, dv: DataView, typeAt: number, o: number, value: unknown, depth: number): number {
  switch (typeof value) {
    case "string": {
      b[typeAt] = 0x02;
      const length = writeText(b, dv, o + 4, value);
      dv.setInt32(o, length + 1, true);
      b[o + 4 + length] = 0;
      return o + 5 + length;
    }
    case "number":
      return writeNumber(b, dv, typeAt, o, value);
    case "boolean":
      b[typeAt] = 0x08;
      b[o] = value ? 1 : 0;
      return o + 1;
    case "bigint":
      if (BigInt.asIntN(64, value) !== value) fail();
      b[typeAt] = 0x12;
      dv.setBigInt64(o, value, true);
      return o + 8;
    case "object":
      if (value !== null) return writeObject(b, dv, typeAt, o, value, depth);
      b[typeAt] = 0x0a;
      return o;
    default:
      return fail();
  }
}

/** Int32 when integral, in range and not -0; else double. */
export function writeNumber(b: Buffer, dv: DataView, typeAt: number, o: number, value: number): number {
  if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
    b[typeAt] = 0x10;
    dv.setInt32(o, value, true);
    return o + 4;
  }
  b[typeAt] = 0x01;
  dv.setFloat64(o, value, true);
  return o + 8;
}

function writeObject(b: Buffer, dv: DataView, typeAt: number, o: number, value: object, depth: number): number {
  if (Array.isArray(value)) {
    b[typeAt] = 0x04;
    return writeArray(b, dv, o, value, depth);
  }
  if (isOurPlainObject(value)) {
    b[typeAt] = 0x03;
    return writeDocument(b, dv, o, value, depth);
  }
  if (isBytes(value)) {
    b[typeAt] = 0x05;
    return writeBytes(b, dv, o, value);
  }
  const end = exoticTypes().write(b, dv, typeAt, o, value);
  if (end >= 0) return end;
  if (isPlainObject(value)) {
    b[typeAt] = 0x03;
    return writeDocument(b, dv, o, value, depth);
  }
  b[typeAt] = 0x09;
  writeTime(dv, o, dateTime(value));
  return o + 8;
}

export function writeArray(b: Buffer, dv: DataView, o: number, items: readonly unknown[], depth: number): number {
  if (depth <= 0) fail();
  let at = o + 4;
  const length = items.length;
  for (let i = 0; i < length; i += 1) at = writeValue(b, dv, at, writeKey(b, at + 1, String(i)), items[i], depth - 1);
  return endDocument(b, dv, o, at);
}

export function writeDocument(b: Buffer, dv: DataView, o: number, value: object, depth: number): number {
  if (depth <= 0) fail();
  let at = o + 4;
  for (const key of Object.keys(value)) {
    const property = (value as Record<string, unknown>)[key];
    if (property === undefined || isSerialiser(key, property)) continue;
    at = writeValue(b, dv, at, writeKey(b, at + 1, key), property, depth - 1);
  }
  return endDocument(b, dv, o, at);
}

/** Closes the document that began at `start`: final NUL and length. */
export function endDocument(b: Buffer, dv: DataView, start: number, at: number): number {
  b[at] = 0;
  dv.setInt32(start, at + 1 - start, true);
  return at + 1;
}
