/**
 * Reads a value of an expected kind from an element of any type: what the general loop of generated readers uses.
 *
 * `type` is the element's type byte, `[from, end)` its value, whose extent `valueEnd` has checked. The wrong type fails.
 */

import { readBytes } from "./binary.ts";
import { readDate } from "./date.ts";
import { fail } from "./fail.ts";
import { toNumber } from "./numbers.ts";
import { keyEnd, valueEnd } from "./skip.ts";
import { cutText, readText } from "./text-read.ts";
import { readUuid } from "./uuid.ts";

export function toText(b: Buffer, dv: DataView, type: number, from: number, end: number): string {
  return type === 0x02 ? readText(b, dv, from + 4, end - 1) : fail();
}

export function toCutText(b: Buffer, dv: DataView, type: number, from: number, end: number): string {
  return type === 0x02 ? cutText(b, dv, from + 4, end - 1) : fail();
}

export function toBoolean(b: Buffer, type: number, from: number): boolean {
  return type === 0x08 ? b[from] === 1 : fail();
}

export function toDate(dv: DataView, type: number, from: number): Date {
  return type === 0x09 ? readDate(dv, from) : fail();
}

export function toNull(type: number): null {
  return type === 0x0a ? null : fail();
}

export function toBytes(b: Buffer, dv: DataView, type: number, from: number, end: number): Uint8Array {
  return type === 0x05 ? readBytes(b, dv, from, end) : fail();
}

export function toUuid(b: Buffer, _dv: DataView, type: number, from: number, end: number): string {
  return type === 0x05 && end - from === 21 && b[from + 4] === 4 ? readUuid(b, from + 5) : fail();
}

/** A string, a boolean, or a number of any width: what tags and literals are made of. Undefined for other types. */
export function readTag(b: Buffer, dv: DataView, type: number, from: number, end: number): string | number | boolean | undefined {
  switch (type) {
    case 0x02:
      return readText(b, dv, from + 4, end - 1);
    case 0x08:
      return b[from] === 1;
    case 0x01:
    case 0x10:
    case 0x12:
      return toNumber(dv, type, from);
    default:
      return undefined;
  }
}

/** One of the literals. */
export function toLiteral(
  b: Buffer,
  dv: DataView,
  type: number,
  from: number,
  end: number,
  literals: ReadonlySet<unknown>,
): unknown {
  const value = readTag(b, dv, type, from, end);
  if (!literals.has(value)) fail();
  // A set does not tell the two zeros apart; the one that is written is the positive one.
  return value === 0 ? 0 : value;
}

/** The offset of the element named `name` (its type byte) in the document that fills `[o, e)`. Fails when there is none. */
export function findElement(b: Buffer, dv: DataView, o: number, e: number, name: string): number {
  const last = e - 1;
  for (let at = o + 4; at < last; ) {
    const from = keyEnd(b, at + 1, last);
    if (readText(b, dv, at + 1, from - 1) === name) return at;
    at = valueEnd(b, dv, b[at] as number, from, last);
  }
  return fail();
}

/** Passes over the elements from `p` on to the end of the document that ends at `e`. */
export function skipRest(b: Buffer, dv: DataView, p: number, e: number): void {
  const last = e - 1;
  if (b[last] !== 0) fail();
  for (let at = p; at < last; ) at = valueEnd(b, dv, b[at] as number, keyEnd(b, at + 1, last), last);
}

/** The offset behind the NUL that must stand at `at`. */
export function behindNul(b: Buffer, at: number): number {
  return b[at] === 0 ? at + 1 : fail();
}

/** The document that is to be read fills `[start, end)` exactly. */
export function checkExtent(dv: DataView, start: number, end: number): void {
  if (end - start < 5 || dv.getInt32(start, true) !== end - start) fail();
}
