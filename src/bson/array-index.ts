/** The keys of array elements: "0", "1", ... as BSON wants them; read without being believed. */

import { fail } from "./fail.ts";
import { keyEnd } from "./skip.ts";

/** Writes type byte, key and NUL of element `i`; returns the offset of its value. May overhang into the value by a byte. */
export function writeIndex(b: Buffer, dv: DataView, o: number, type: number, i: number): number {
  if (i < 10) {
    dv.setInt32(o, type | ((48 + i) << 8), true);
    return o + 3;
  }
  if (i < 100) {
    // 205 / 2048 is 1 / 10 for all two-digit numbers.
    const tens = (i * 205) >> 11;
    dv.setInt32(o, type | ((48 + tens) << 8) | ((48 + i - tens * 10) << 16), true);
    return o + 4;
  }
  b[o] = type;
  let digits = 3;
  for (let limit = 1000; i >= limit && digits < 10; limit *= 10) digits += 1;
  let rest = i;
  for (let at = o + digits; at > o; at -= 1) {
    const next = Math.floor(rest / 10);
    b[at] = 48 + rest - next * 10;
    rest = next;
  }
  b[o + digits + 1] = 0;
  return o + digits + 2;
}

/** At least the bytes of all headers of an array with `count` elements: type byte, digits, NUL. Fails for what no array's length is. */
export function indexBytes(count: number): number {
  // A proxy of an array answers for its length whatever it likes.
  if (count >>> 0 !== count) fail();
  if (count <= 100) return count * 4;
  return count * (count <= 10_000 ? 6 : 12);
}

/**
 * The index behind the NUL of element `i`'s key, which begins at `at`. The digits are not believed: they only tell where the NUL
 * probably stands.
 */
export function indexEnd(b: Buffer, at: number, i: number, last: number): number {
  if (i < 10) {
    if (at + 2 <= last && b[at] !== 0 && b[at + 1] === 0) return at + 2;
  } else if (i < 100) {
    if (at + 3 <= last && b[at] !== 0 && b[at + 1] !== 0 && b[at + 2] === 0) return at + 3;
  }
  return keyEnd(b, at, last);
}
