/** Bytes: binary subtype 0, and 2 when read. What is read is a plain `Uint8Array` that owns its memory, never a pooled `Buffer`. */

import * as types from "node:util/types";
import { fail } from "./fail.ts";
import { isMarkedAsOwn } from "./own-memory.ts";

/** Up to here a loop writes faster than `set`, whose call alone costs 15 to 20 ns. */
const writeLimit = 16;
/** And reads faster: `set` from a subarray is 72 ns on Node 20 and 50 on 24 and 26, a loop over 32 bytes 62, 49 and 45. */
const readLimit = 32;
/** From here on it is worth a look whether a copy is needed, and memory need not be zeroed first. */
const largeBytes = 4_096;

/** Also true for a `Uint8Array` of another realm (a test runner's, a `vm` context's), which `instanceof` denies. */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || types.isUint8Array(value);
}

/** The bytes of a binary value. */
export function bytesBound(value: unknown): number {
  return isBytes(value) ? 5 + value.length : fail();
}

/** Writes length, subtype 0 and bytes; returns the offset behind. */
export function writeBytes(b: Buffer, dv: DataView, o: number, bytes: unknown): number {
  if (!isBytes(bytes)) fail();
  // Read once: the length of an array over a resizable buffer may change under us.
  const length = bytes.length;
  dv.setInt32(o, length, true);
  b[o + 4] = 0;
  if (length > writeLimit) {
    b.set(bytes, o + 5);
  } else {
    for (let i = 0; i < length; i += 1) b[o + 5 + i] = bytes[i] as number;
  }
  return o + 5 + length;
}

/** Reads the binary value that fills `[start, end)`; its ends are checked, subtype and inner length are not yet. */
export function readBytes(b: Buffer, dv: DataView, start: number, end: number): Uint8Array {
  const subtype = b[start + 4];
  if (subtype === 0) return ownedBytes(b, start + 5, end);
  if (subtype !== 2 || end - start < 9 || dv.getInt32(start + 5, true) !== end - start - 9) fail();
  return ownedBytes(b, start + 9, end);
}

/**
 * The bytes of `[start, end)` in memory that nothing else uses: a copy with an `ArrayBuffer` of its own, or, of a large message that came
 * in memory of its own, a view of it where it is the greater part.
 */
export function ownedBytes(b: Buffer, start: number, end: number): Uint8Array {
  const length = end - start;
  if (length >= largeBytes) return ownedLargeBytes(b, start, length);
  const bytes = new Uint8Array(length);
  if (length > readLimit) {
    bytes.set(b.subarray(start, end));
  } else {
    for (let i = start; i < end; i += 1) bytes[i - start] = b[i] as number;
  }
  return bytes;
}

function ownedLargeBytes(b: Buffer, start: number, length: number): Uint8Array {
  const memory = b.buffer;
  if (length * 2 >= memory.byteLength && isMarkedAsOwn(memory)) return new Uint8Array(memory, b.byteOffset + start, length);
  // Not zeroed first, as `new Uint8Array(length)` is.
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer, 0, length);
  bytes.set(b.subarray(start, start + length));
  return bytes;
}
