/**
 * Memory that belongs to one message alone: what is decoded from it may keep a part instead of a copy. The mark stands on the
 * `ArrayBuffer`, where only large values look for it, so that all buffers keep one shape in the eyes of the codecs.
 */

const mark: unique symbol = Symbol("belongs to one message");

/** Nobody will ever write into this memory again, nor read another message from it. */
export function markAsOwn(memory: ArrayBufferLike): void {
  (memory as { [mark]?: true })[mark] = true;
}

export function isMarkedAsOwn(memory: ArrayBufferLike): boolean {
  return (memory as { [mark]?: true })[mark] === true;
}
