/**
 * Puts a fragmented message together. Memory follows the bytes that have arrived: a declared length allocates nothing by itself.
 * The finished buffer belongs to the message.
 */

import { markAsOwn } from "../bson/own-memory.ts";

export type DeliverMessage = (buffer: Buffer | undefined, view: DataView | undefined) => void;

const noBytes: Buffer = Buffer.alloc(0);
/** Who has sent this much of a message is given room for so much of it: a MiB of bytes and the document around them. */
const trustedFromBytes = 16 * 1024;
const trustedBytes = 1024 * 1024 + 16 * 1024;

export class FragmentedMessage {
  readonly total: number;
  /** Of a stream's message the last so many bytes are granted again only when it was consumed. */
  readonly kept: number;
  /** The receiver has given up: count the bytes, keep none. */
  discarding = false;
  /** What to do when it is whole; without bytes when they were discarded. */
  readonly #deliver: DeliverMessage;
  received = 0;
  #buffer: Buffer = noBytes;

  constructor(total: number, kept: number, deliver: DeliverMessage) {
    this.total = total;
    this.kept = kept;
    this.#deliver = deliver;
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

  /** Drops what has arrived and what will. */
  discard(): void {
    this.discarding = true;
    this.#buffer = noBytes;
  }

  get isComplete(): boolean {
    return this.received === this.total;
  }

  /** Of the bytes received so far, those that are granted again without waiting for the consumer. */
  get returnable(): number {
    return this.discarding ? this.received : Math.min(this.received, this.total - this.kept);
  }

  finish(): void {
    if (this.discarding) return this.#deliver(undefined, undefined);
    const buffer = this.#buffer;
    markAsOwn(buffer.buffer);
    this.#deliver(buffer, new DataView(buffer.buffer, buffer.byteOffset, buffer.length));
  }

  /**
   * By four each time: at most four times what has arrived. From 16 KiB on all of it at once, up to a MiB and a little, which is then
   * moved no more: it is address space until bytes arrive to be written there.
   */
  #grow(wanted: number): void {
    const most = wanted < trustedFromBytes ? wanted * 4 : Math.max(wanted * 4, trustedBytes);
    const grown = Buffer.allocUnsafeSlow(Math.min(this.total, most));
    this.#buffer.copy(grown, 0, 0, this.received);
    this.#buffer = grown;
  }
}
