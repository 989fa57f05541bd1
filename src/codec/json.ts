/**
 * `JsonValue`: what a JSON text can say, and nothing else. The bytes are those of `bson/value-write.ts` for the same values.
 */

import { fail } from "../bson/fail.ts";
import { readKey } from "../bson/key-read.ts";
import { toNumber } from "../bson/numbers.ts";
import { keyEnd, valueEnd } from "../bson/skip.ts";
import { cutText } from "../bson/text-read.ts";
import { setOwn } from "../bson/value-read.ts";
import { isPlainObject, writeValue } from "../bson/value-write.ts";

/** Writes a JSON value at `o`, its type byte at `typeAt`; returns the offset behind. */
export function writeJson(b: Buffer, dv: DataView, typeAt: number, o: number, value: unknown, depth: number): number {
  if (!isJson(value, depth)) fail();
  return writeValue(b, dv, typeAt, o, value, depth);
}

function isJson(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      if (value === null) return true;
      if (depth <= 0) return false;
      if (Array.isArray(value)) return value.every((item) => isJson(item, depth - 1)) && !hasHoles(value);
      return isPlainObject(value) && Object.values(value).every((item) => item === undefined || isJson(item, depth - 1));
    default:
      return false;
  }
}

/** `every` passes over holes; they are no JSON values. */
function hasHoles(items: readonly unknown[]): boolean {
  for (let i = 0; i < items.length; i += 1) if (items[i] === undefined) return true;
  return false;
}

/** Reads a JSON value from the element of type `type` whose value fills `[from, end)`. Other BSON types fail. */
export function toJson(b: Buffer, dv: DataView, type: number, from: number, end: number, depth: number): unknown {
  switch (type) {
    case 0x02:
      return cutText(b, dv, from + 4, end - 1);
    case 0x08:
      return b[from] === 1;
    case 0x0a:
      return null;
    case 0x01:
    case 0x10:
    case 0x12: {
      const value = toNumber(dv, type, from);
      return Number.isFinite(value) ? value : fail();
    }
    case 0x03:
      return toJsonObject(b, dv, from, end, depth);
    case 0x04:
      return toJsonArray(b, dv, from, end, depth);
    default:
      return fail();
  }
}

function toJsonArray(b: Buffer, dv: DataView, start: number, end: number, depth: number): unknown[] {
  if (depth <= 0) fail();
  const last = end - 1;
  const items: unknown[] = [];
  for (let at = start + 4; at < last; ) {
    const type = b[at] as number;
    const from = keyEnd(b, at + 1, last);
    at = valueEnd(b, dv, type, from, last);
    items.push(toJson(b, dv, type, from, at, depth - 1));
  }
  return items;
}

function toJsonObject(b: Buffer, dv: DataView, start: number, end: number, depth: number): Record<string, unknown> {
  if (depth <= 0) fail();
  const last = end - 1;
  const object: Record<string, unknown> = {};
  let count = 0;
  for (let at = start + 4; at < last; ) {
    const type = b[at] as number;
    const from = keyEnd(b, at + 1, last);
    const key = readKey(b, dv, at + 1, from - 1);
    at = valueEnd(b, dv, type, from, last);
    setOwn(object, key, toJson(b, dv, type, from, at, depth - 1));
    count += 1;
  }
  if (Object.keys(object).length !== count) fail();
  return object;
}
