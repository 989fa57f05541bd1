/**
 * Writes strings and keys as UTF-8.
 *
 * Bytes only: the length before a string and the NUL behind it are the caller's. May write up to three bytes beyond the text,
 * which the caller writes afterwards or has room for.
 */

import { fail } from "./fail.ts";

/** Node's own methods; public but undocumented, and half the cost of `write` and `toString`, which look at their arguments first. */
export interface TextBuffer extends Buffer {
  utf8Write(text: string, offset: number): number;
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
}

/**
 * Up to here characters are stored by our own loop, above it by `utf8Write`. Measured: they meet at 32 characters on Node 20 and
 * at 16 on 24 for flat strings, at 24 to 32 everywhere for sliced and concatenated ones.
 */
const loopLimit = 24;

/** Writes a text and returns how many bytes it took. A lone surrogate fails: UTF-8 has no form for it. */
export function writeText(b: Buffer, dv: DataView, o: number, text: string): number {
  const length = text.length;
  if (length > loopLimit) return writeLongText(b, o, text);
  let all = 0;
  let i = 0;
  // Four characters a store; whether all were ASCII is asked once, at the end.
  for (; i + 4 <= length; i += 4) {
    const c0 = text.charCodeAt(i);
    const c1 = text.charCodeAt(i + 1);
    const c2 = text.charCodeAt(i + 2);
    const c3 = text.charCodeAt(i + 3);
    all |= c0 | c1 | c2 | c3;
    dv.setInt32(o + i, c0 | (c1 << 8) | (c2 << 16) | (c3 << 24), true);
  }
  for (; i < length; i += 1) {
    const c = text.charCodeAt(i);
    all |= c;
    b[o + i] = c;
  }
  return all < 128 ? length : writeLongText(b, o, text);
}

function writeLongText(b: Buffer, o: number, text: string): number {
  const bytes = (b as TextBuffer).utf8Write(text, o);
  // As many bytes as code units: all ASCII. Otherwise a lone surrogate may have become U+FFFD silently.
  if (bytes !== text.length && !text.isWellFormed()) fail();
  return bytes;
}

/** Writes a key with its NUL and returns the offset behind. A NUL inside fails: it would end the key early. */
export function writeKey(b: Buffer, o: number, key: string): number {
  const length = key.length;
  if (length <= loopLimit) {
    let i = 0;
    for (; i < length; i += 1) {
      const c = key.charCodeAt(i);
      if ((c - 1) >>> 0 >= 127) break;
      b[o + i] = c;
    }
    if (i === length) {
      b[o + length] = 0;
      return o + length + 1;
    }
  }
  if (key.includes("\0")) fail();
  const end = o + writeLongText(b, o, key);
  b[end] = 0;
  return end + 1;
}

/** Above this many code units a text's bytes are counted rather than bounded by three a code unit. */
const countedLength = 1024;

/** At least as many bytes as the text will take, by itself. Fails for what is no text. */
export function textBound(text: unknown): number {
  if (typeof text !== "string") fail();
  return text.length < countedLength ? text.length * 3 : Buffer.byteLength(text);
}
