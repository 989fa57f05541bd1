/**
 * Memory for encoding messages that leave in fragments, used again once the kernel has taken them: with fresh memory for each, an echo of
 * 1 MiB takes a tenth more CPU for page faults and collections.
 *
 * Who takes a piece owns it; its last owner gives it, when nothing reads it any more. What nobody uses is left to the garbage collector:
 * a server that once sent something large does not hold memory for it ever after.
 */

/** Smaller pieces are as fast from the allocator, larger ones too rare to be kept. */
const leastBytes = 128 * 1024;
const mostBytes = 16 * 1024 * 1024;
/** Pieces have sizes that are multiples of this, so that messages of nearly one size share them. */
const grainBytes = 64 * 1024;
/** As many messages as leave in fragments at a time on one connection. */
const mostPieces = 8;

export class MessageMemory {
  readonly #spare: WeakRef<Buffer>[] = [];

  /** Room for a message of at most `bound` bytes, of unknown content. Undefined for sizes of which none is kept. */
  take(bound: number): Buffer | undefined {
    if (bound < leastBytes || bound > mostBytes) return undefined;
    for (let i = this.#spare.length - 1; i >= 0; i -= 1) {
      const piece = this.#spare[i]?.deref();
      const isFit = piece !== undefined && piece.length >= bound && piece.length <= 2 * bound;
      if (isFit || piece === undefined) this.#spare.splice(i, 1);
      if (isFit) return piece;
    }
    return Buffer.allocUnsafeSlow(Math.ceil(bound / grainBytes) * grainBytes);
  }

  /** Takes back what `take` gave, or what was cut from its beginning. */
  give({ buffer, byteOffset }: Buffer): void {
    const { byteLength } = buffer;
    if (byteOffset !== 0 || byteLength < leastBytes || byteLength > mostBytes) return;
    // The oldest has not fitted for longest, or is collected.
    if (this.#spare.length === mostPieces) this.#spare.shift();
    this.#spare.push(new WeakRef(Buffer.from(buffer)));
  }
}
