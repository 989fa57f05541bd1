/**
 * Reads strings and keys. UTF-8 is validated: what is not well formed fails, nothing is replaced.
 *
 * The biggest cost of decoding is making strings, and the cheapest string is a substring of one that exists. So a codec of a
 * message with several strings opens a window: up to 4 KiB of the document as one Latin-1 string, made by one native call, from
 * which ASCII texts are cut (20 to 30 ns each against 75 to 100 for a native call). V8 lets such a cut keep the whole window
 * alive, hence the bound on its size; cuts below 13 characters are copies anyway.
 */

import { isUtf8 } from "node:buffer";
import { asciiLimit, asciiText } from "./ascii-text.ts";
import { fail } from "./fail.ts";
import type { TextBuffer } from "./text-write.ts";

/** The most that one kept string can keep alive. */
const windowBytes = 4096;

/** Latin-1 text of `[start, end)` of the buffer that is being read. Valid between `openWindow` and the end of that read alone. */
const windowed = { text: "", start: 0, end: 0, limit: 0 };

/** Begins a read of `[start, end)` for a type with several strings. */
export function openWindow(b: Buffer, start: number, end: number): void {
  windowed.limit = end;
  slideWindow(b, start);
}

/** Begins a read for a type whose strings are few, but which shares parts with types that open windows. */
export function closeWindow(): void {
  windowed.start = 0;
  windowed.end = 0;
  windowed.limit = 0;
}

function slideWindow(b: Buffer, start: number): void {
  const end = Math.min(start + windowBytes, windowed.limit);
  windowed.text = (b as TextBuffer).latin1Slice(start, end);
  windowed.start = start;
  windowed.end = end;
}

/** The text of the bytes `[start, end)`, cut from the window where it can be. Only between `openWindow` and the end of that read. */
export function cutText(b: Buffer, dv: DataView, start: number, end: number): string {
  if (!isAscii(b, dv, start, end)) return readUtf8(b, start, end);
  if (end > windowed.end) {
    const length = end - start;
    if (length > windowBytes >> 1 || windowed.limit === 0) {
      return length <= asciiLimit ? asciiText(b, start, length) : (b as TextBuffer).latin1Slice(start, end);
    }
    slideWindow(b, start);
  }
  return windowed.text.substring(start - windowed.start, end - windowed.start);
}

/** The text of the bytes `[start, end)`, by itself. */
export function readText(b: Buffer, dv: DataView, start: number, end: number): string {
  const length = end - start;
  if (length > asciiLimit) return readUtf8(b, start, end);
  return isAscii(b, dv, start, end) ? asciiText(b, start, length) : readUtf8(b, start, end);
}

/** Four bytes a load, the last one overlapping: no load reaches beyond `end`. */
function isAscii(b: Buffer, dv: DataView, start: number, end: number): boolean {
  let all = 0;
  let at = start;
  if (end - start >= 4) {
    const lastWord = end - 4;
    for (; at < lastWord; at += 4) all |= dv.getInt32(at, true);
    return ((all | dv.getInt32(lastWord, true)) & 0x80808080) === 0;
  }
  for (; at < end; at += 1) all |= b[at] as number;
  return all < 128;
}

const replacement = "\ufffd";

function readUtf8(b: Buffer, start: number, end: number): string {
  const text = (b as TextBuffer).utf8Slice(start, end);
  // The native method replaces what is malformed; but a U+FFFD may also stand there honestly.
  if (text.includes(replacement) && !isUtf8(b.subarray(start, end))) fail();
  return text;
}
