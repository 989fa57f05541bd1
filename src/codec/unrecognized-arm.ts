/**
 * Arms of tagged unions that a newer peer's schema knows and ours does not: carried as the bytes that they are.
 */

import { isBytes, ownedBytes } from "../bson/binary.ts";
import { findElement, readTag } from "../bson/element-read.ts";
import { fail } from "../bson/fail.ts";
import { checkStructure, documentEnd, keyEnd, valueEnd } from "../bson/skip.ts";
import { setOwn } from "../bson/value-read.ts";
import { unrecognized } from "../contract/unrecognized.ts";

/** `{ [tag]: unrecognized, tag, bytes }` of the document that fills `[o, e)`; what it holds is well formed to its depth. */
export function readUnrecognized(
  b: Buffer,
  dv: DataView,
  o: number,
  e: number,
  name: string,
  tag: string | number | boolean | undefined,
  depth: number,
): unknown {
  if (tag === undefined) fail();
  checkStructure(b, dv, o, e, depth);
  const value: { [name: string]: unknown; tag?: typeof tag; bytes?: Uint8Array } = {};
  setOwn<unknown>(value, name, unrecognized);
  value.tag = tag;
  value.bytes = ownedBytes(b, o, e);
  return value;
}

/** Writes the bytes as they are, once they have proved to be one document with the tag that the value states. */
export function writeUnrecognized(
  b: Buffer,
  dv: DataView,
  o: number,
  value: Readonly<Record<string, unknown>>,
  name: string,
  depth: number,
): number {
  const { bytes, tag } = value;
  if (!isBytes(bytes) || bytes.length < 5) fail();
  b.set(bytes, o);
  const end = documentEnd(b, dv, o, o + bytes.length);
  if (end !== o + bytes.length) fail();
  checkStructure(b, dv, o, end, depth);
  const at = findElement(b, dv, o, end, name);
  const from = keyEnd(b, at + 1, end - 1);
  const type = b[at] as number;
  if (readTag(b, dv, type, from, valueEnd(b, dv, type, from, end - 1)) !== tag) fail();
  return end;
}
