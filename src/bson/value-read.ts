/**
 * Reads values of any shape into plain JavaScript: the other direction of `value-write.ts`.
 *
 * int32 and double become numbers, int64 a bigint, binary 0 a `Uint8Array`. Objects are as `JSON.parse` makes them: a key
 * `__proto__` is an own property. A key twice in one document fails. Values of BSON's other types are made by
 * `exotic-types.ts`. Nothing is ever evaluated, and no RegExp is compiled from a peer's bytes.
 *
 * Whoever starts a read has opened or closed the text window (`text-read.ts`) for it.
 */

import { ownedBytes, readBytes } from "./binary.ts";
import { readDate } from "./date.ts";
import { exoticTypes } from "./exotic-types.ts";
import { fail } from "./fail.ts";
import { readKey } from "./key-read.ts";
import { keyEnd, valueEnd } from "./skip.ts";
import { cutText } from "./text-read.ts";

/** Reads the value of type `type` that fills `[start, end)`; its ends are checked. `depth`: levels that may still nest. */
export function readValue(b: Buffer, dv: DataView, type: number, start: number, end: number, depth: number): unknown {
  switch (type) {
    case 0x01:
      return dv.getFloat64(start, true);
    case 0x02:
    case 0x0e: // symbol: deprecated, a string by another name
      return cutText(b, dv, start + 4, end - 1);
    case 0x03:
      return readDocument(b, dv, start, end, depth);
    case 0x04:
      return readArray(b, dv, start, end, depth);
    case 0x05:
      return readBinary(b, dv, start, end);
    case 0x06: // undefined: deprecated; a key is never present with undefined
    case 0x0a:
      return null;
    case 0x08:
      return b[start] === 1;
    case 0x09:
      return readDate(dv, start);
    case 0x10:
      return dv.getInt32(start, true);
    case 0x12:
      return dv.getBigInt64(start, true);
    default:
      return exoticTypes().read(b, dv, type, start, end);
  }
}

function readBinary(b: Buffer, dv: DataView, start: number, end: number): unknown {
  const subtype = b[start + 4];
  if (subtype === 0) return ownedBytes(b, start + 5, end);
  if (subtype === 2) return readBytes(b, dv, start, end);
  return exoticTypes().read(b, dv, 0x05, start, end);
}

/** The array that fills `[start, end)`. Items count by their order; what their keys say means nothing. */
export function readArray(b: Buffer, dv: DataView, start: number, end: number, depth: number): unknown[] {
  if (depth <= 0) fail();
  const last = end - 1;
  const items: unknown[] = [];
  for (let at = start + 4; at < last; ) {
    const type = b[at] as number;
    const from = keyEnd(b, at + 1, last);
    at = valueEnd(b, dv, type, from, last);
    items.push(readValue(b, dv, type, from, at, depth - 1));
  }
  return items;
}

/** The document that fills `[start, end)`. */
export function readDocument(b: Buffer, dv: DataView, start: number, end: number, depth: number): Record<string, unknown> {
  if (depth <= 0) fail();
  const last = end - 1;
  const document: Record<string, unknown> = {};
  let count = 0;
  for (let at = start + 4; at < last; ) {
    const type = b[at] as number;
    const from = keyEnd(b, at + 1, last);
    const key = readKey(b, dv, at + 1, from - 1);
    at = valueEnd(b, dv, type, from, last);
    setOwn(document, key, readValue(b, dv, type, from, at, depth - 1));
    count += 1;
  }
  // Counting once is cheaper than asking for each key whether it was there.
  if (count > 1 && Object.keys(document).length !== count) fail();
  return document;
}

/** Sets an own property whatever its name is: plain assignment to `__proto__` would set the prototype. */
export function setOwn<T>(target: Record<string, T>, key: string, value: T): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}
