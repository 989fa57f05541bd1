/**
 * Finds where the parts of an element end, for every type that BSON has, the deprecated ones too.
 *
 * All checks that keep later reads inside the document are here: who got an end from these functions may load anything before
 * it. Nested documents are skipped by their length in one step, however deep they are.
 */

import { fail } from "./fail.ts";

/** The index behind the NUL of the C string at `from`. The NUL must stand before `last`, the document's own final byte. */
export function keyEnd(b: Buffer, from: number, last: number): number {
  let at = from;
  while (at < last) {
    if (b[at] === 0) return at + 1;
    at += 1;
  }
  return fail();
}

/**
 * The index behind the value of type `type` that begins at `from`, at most `last`.
 * Lengths, terminators and bool bytes are checked; what is inside of strings and nested documents is not.
 */
export function valueEnd(b: Buffer, dv: DataView, type: number, from: number, last: number): number {
  let end = from;
  switch (type) {
    case 0x01: // double
    case 0x09: // date
    case 0x11: // timestamp
    case 0x12: // int64
      end = from + 8;
      break;
    case 0x10: // int32
      end = from + 4;
      break;
    case 0x08: // boolean
      end = from + 1;
      if (end <= last && (b[from] as number) > 1) fail();
      break;
    case 0x06: // undefined
    case 0x0a: // null
    case 0x7f: // max key
    case 0xff: // min key
      break;
    case 0x02: // string
    case 0x0d: // code
    case 0x0e: // symbol
      return stringEnd(b, dv, from, last);
    case 0x03: // document
    case 0x04: // array
      return documentEnd(b, dv, from, last);
    case 0x05: {
      // int32 length, subtype, bytes
      if (last - from < 5) fail();
      const length = dv.getInt32(from, true);
      if (length < 0 || length > last - from - 5) fail();
      return from + 5 + length;
    }
    case 0x07: // object id
      end = from + 12;
      break;
    case 0x0b: // regular expression: two C strings
      return keyEnd(b, keyEnd(b, from, last), last);
    case 0x0c: // DBPointer: string, object id
      end = stringEnd(b, dv, from, last) + 12;
      break;
    case 0x0f: // code with scope
      return codeWithScopeEnd(b, dv, from, last);
    case 0x13: // decimal128
      end = from + 16;
      break;
    default:
      fail();
  }
  if (end > last) fail();
  return end;
}

/** Int32 length that counts the final NUL, bytes, NUL. */
export function stringEnd(b: Buffer, dv: DataView, from: number, last: number): number {
  if (last - from < 5) fail();
  const length = dv.getInt32(from, true);
  if (length < 1 || length > last - from - 4) fail();
  const end = from + 4 + length;
  if (b[end - 1] !== 0) fail();
  return end;
}

/** The end of the document or array that begins at `from`. Its elements are not looked at. */
export function documentEnd(b: Buffer, dv: DataView, from: number, last: number): number {
  if (last - from < 5) fail();
  const length = dv.getInt32(from, true);
  if (length < 5 || length > last - from) fail();
  const end = from + length;
  if (b[end - 1] !== 0) fail();
  return end;
}

/** Int32 length of it all, string, document: the three must agree. */
function codeWithScopeEnd(b: Buffer, dv: DataView, from: number, last: number): number {
  if (last - from < 14) fail();
  const length = dv.getInt32(from, true);
  if (length < 14 || length > last - from) fail();
  const end = from + length;
  if (documentEnd(b, dv, stringEnd(b, dv, from + 4, end), end) !== end) fail();
  return end;
}

/** Walks through the document that fills `[o, e)` and all that nests in it: extents, types and terminators at every level. */
export function checkStructure(b: Buffer, dv: DataView, o: number, e: number, depth: number): void {
  if (depth <= 0) fail();
  const last = e - 1;
  if (b[last] !== 0) fail();
  for (let at = o + 4; at < last; ) {
    const type = b[at] as number;
    const from = keyEnd(b, at + 1, last);
    at = valueEnd(b, dv, type, from, last);
    if (type === 0x03 || type === 0x04) checkStructure(b, dv, from, at, depth - 1);
    else if (type === 0x0f) checkStructure(b, dv, stringEnd(b, dv, from + 4, at), at, depth - 1);
  }
}
