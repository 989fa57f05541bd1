/**
 * What a generated codec is to the rest of the runtime.
 *
 * A codec works on a stretch of a buffer that somebody else owns: `write` into the connection's outgoing arena, `read` from the
 * bytes that a socket delivered. `buffer` and `view` always cover the same memory with the same indices (`view` is made once a
 * buffer: a DataView a message costs more than decoding a small one). `buffer` is always a Node `Buffer`, never a plain
 * `Uint8Array`: loads stay monomorphic.
 */

/** Bounds that a codec holds while it encodes and decodes. See `Limits`. */
export interface CodecLimits {
  /** How deep documents and arrays may nest; the message itself is 1. */
  readonly maxDepth: number;
  /** Elements of all arrays, maps and unknown values in one document together. */
  readonly maxElements: number;
}

export interface Codec<T> {
  /** The full name for error texts: `shop.v1.Order`. */
  readonly name: string;
  /**
   * At least as many bytes as `write` will need for this value. Cheap: no UTF-8 length pass for short strings.
   * Throws CodecError where the value is so wrong that no bound can be given.
   */
  bound(value: T, limits: CodecLimits): number;
  /**
   * Writes the document at `offset` and returns the offset behind it. The caller has made room for `bound(value)` bytes.
   * Throws CodecError for what cannot be encoded; whatever a getter of the value throws passes as it is.
   */
  write(buffer: Buffer, view: DataView, offset: number, value: T, limits: CodecLimits): number;
  /**
   * Reads the document that fills `[start, end)` exactly. What it returns owns its memory.
   * Throws CodecError; offsets in it count from `start`.
   */
  read(buffer: Buffer, view: DataView, start: number, end: number, limits: CodecLimits): T;
}
