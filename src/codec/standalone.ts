/**
 * Encoding and decoding apart from a connection: what the emitted `encodeX` and `decodeX` do.
 *
 * Both work in one scratch buffer with one DataView: to make a DataView costs more than to decode a small message, and to copy a
 * small message costs less. What they return owns its memory.
 */

import { isBytes } from "../bson/binary.ts";
import { documentRoom } from "../bson/document-room.ts";
import type { Codec, CodecLimits } from "../contract/codec.ts";
import { changedError } from "./codec-failure.ts";
import { valueName } from "./kind-names.ts";

/** The limits of a connection that was given none. */
const standaloneLimits: CodecLimits = { maxDepth: 64, maxElements: 1_000_000 };

/** Documents up to this size go through the scratch buffer. */
const scratchBytes = 65_536;

interface Scratch {
  readonly buffer: Buffer;
  readonly view: DataView;
  readonly bytes: Uint8Array;
  /** A getter of a value that is being encoded may encode or decode something itself. */
  busy: boolean;
}

const held: { scratch: Scratch | undefined } = { scratch: undefined };

/** Made at first use: a process that never encodes by hand holds none. */
function scratchOf(): Scratch {
  if (held.scratch === undefined) held.scratch = makeScratch(Buffer.allocUnsafeSlow(scratchBytes));
  return held.scratch;
}

function makeScratch(buffer: Buffer): Scratch {
  const memory = buffer.buffer;
  return { buffer, view: new DataView(memory), bytes: new Uint8Array(memory), busy: false };
}

/** The value as BSON: bytes of exact size in memory of their own. CodecError for what cannot be encoded. */
export function encodeDocument<T>(codec: Codec<T>, value: T): Uint8Array {
  const bound = codec.bound(value, standaloneLimits);
  const shared = scratchOf();
  const scratch = bound <= scratchBytes && !shared.busy ? shared : makeScratch(documentRoom(bound, codec.name));
  scratch.busy = true;
  try {
    const end = codec.write(scratch.buffer, scratch.view, 0, value, standaloneLimits);
    if (end > bound) throw changedError(codec.name);
    return scratch.bytes.slice(0, end);
  } finally {
    scratch.busy = false;
  }
}

/** Reads the document that fills `bytes` exactly. CodecError for any other bytes. Nothing of `bytes` is kept. */
export function decodeDocument<T>(codec: Codec<T>, bytes: Uint8Array): T {
  if (!isBytes(bytes)) throw new TypeError(`${codec.name} is decoded from a Uint8Array, not from ${valueName(bytes)}`);
  const { length } = bytes;
  const scratch = scratchOf();
  if (length <= scratchBytes && !scratch.busy) {
    scratch.bytes.set(bytes);
    return codec.read(scratch.buffer, scratch.view, 0, length, standaloneLimits);
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, length);
  return codec.read(buffer, new DataView(bytes.buffer, bytes.byteOffset, length), 0, length, standaloneLimits);
}
