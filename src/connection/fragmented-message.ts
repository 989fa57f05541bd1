/**
 * Puts a fragmented message together. Memory follows the bytes that have arrived: a declared length allocates nothing by itself.
 * The finished buffer belongs to the message.
 */

/** Up to this size the declared length is allocated at once: less than a peer gets for a connection anyway. */
const firstStepBytes = 128 * 1024;

export type DeliverMessage = (buffer: Buffer | undefined, view: DataView | undefined) => void;

export class FragmentedMessage {
  readonly total: number;
  /** The caller has given up: count the bytes, keep none. */
  discarding = false;
  /** What to do when it is whole; without bytes when they were discarded. */
  readonly #deliver: DeliverMessage;
  received = 0;
  #buffer: Buffer;

  constructor(total: number, deliver: DeliverMessage) {
    this.total = total;
    this.#deliver = deliver;
    this.#buffer = Buffer.allocUnsafeSlow(Math.min(total, firstStepBytes));
  }

  /** False when there is more than was announced. */
  append(chunk: Buffer, start: number, end: number): boolean {
    const wanted = this.received + (end - start);
    if (wanted > this.total) return false;
    if (!this.discarding) {
      if (wanted > this.#buffer.length) this.#grow(wanted);
      chunk.copy(this.#buffer, this.received, start, end);
    }
    this.received = wanted;
    return true;
  }

  get isComplete(): boolean {
    return this.received === this.total;
  }

  finish(): void {
    if (this.discarding) return this.#deliver(undefined, undefined);
    const buffer = this.#buffer;
    this.#deliver(buffer, new DataView(buffer.buffer, buffer.byteOffset, buffer.length));
  }

  #grow(wanted: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.min(this.total, Math.max(wanted, this.#buffer.length * 4)));
    this.#buffer.copy(grown, 0, 0, this.received);
    this.#buffer = grown;
  }
}
