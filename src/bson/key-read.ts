/**
 * Reads the keys of maps and unknown documents, with a memory for those that come again and again.
 *
 * A key becomes a property name, and for that V8 needs the one internal copy of its text: a string fresh from bytes is hashed and
 * looked up each time it is stored. So short ASCII keys are remembered as that copy, in a table of fixed size where a key that
 * comes to an occupied place takes it over. Strangers' keys can empty the table, never grow it; what is read is the same either way.
 */

import { readText } from "./text-read.ts";

/** A power of two. */
const slots = 512;
/** Keys of these lengths: three words, which may overlap, see all of their bytes. */
const leastLength = 4;
const mostLength = 12;

const texts: string[] = new Array<string>(slots).fill("");
/** Per slot: first word, last word, the word at 4 or as near as it gets, length. */
const words = new Int32Array(slots * 4);

/** The text of the key in `[start, end)`; what is not UTF-8 fails. */
export function readKey(b: Buffer, dv: DataView, start: number, end: number): string {
  const length = end - start;
  if (length < leastLength || length > mostLength) return readText(b, dv, start, end);
  const first = dv.getInt32(start, true);
  const last = dv.getInt32(end - 4, true);
  const middle = dv.getInt32(length < 8 ? start : start + 4, true);
  const slot = (Math.imul(first, 0x2c9277b5) ^ Math.imul(last, 0x5f356495) ^ Math.imul(middle, 0x27d4eb2f) ^ length) >>> 23;
  const at = slot << 2;
  if (words[at] === first && words[at + 1] === last && words[at + 2] === middle && words[at + 3] === length) {
    return texts[slot] as string;
  }
  const text = readText(b, dv, start, end);
  // The name of a property is the internal copy.
  texts[slot] = Object.keys({ [text]: 0 })[0] as string;
  words[at] = first;
  words[at + 1] = last;
  words[at + 2] = middle;
  words[at + 3] = length;
  return text;
}
