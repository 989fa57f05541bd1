/** Two joined ends in one process: real bytes, no kernel. What one end writes the other receives in a later turn. */

import { systemClock, type Timer } from "../time/clock.ts";
import type { Transport, TransportListener } from "../transport/transport.ts";
import type { Lane } from "./lane.ts";

export class MemoryTransport implements Transport {
  readonly kind = "memory";
  readonly peerAddress: string;
  readonly #out: Lane;
  readonly #in: Lane;
  #listener: TransportListener | undefined;
  #hasEnded = false;
  #isClosed = false;
  #hold: Timer | undefined;
  /** Told when this end is gone. */
  onGone: () => void = () => {};

  constructor(peerAddress: string, lanes: { out: Lane; in: Lane }) {
    this.peerAddress = peerAddress;
    this.#out = lanes.out;
    this.#in = lanes.in;
    this.#out.onEmpty = () => {
      if (!this.#isClosed) this.#listener?.drained();
    };
  }

  get bufferedBytes(): number {
    return this.#out.bufferedBytes;
  }

  attach(listener: TransportListener): void {
    this.#listener = listener;
    this.#in.attach({
      receive: (chunk) => {
        if (!this.#isClosed) listener.receiveBytes(chunk);
      },
      end: () => {
        if (this.#isClosed) return;
        listener.receiveEnd();
        // As a socket without half-open ends: who has read the peer's end ends as well.
        this.end();
        this.#close();
      },
    });
  }

  write(chunk: Buffer): void {
    if (!this.#isClosed && !this.#hasEnded) this.#out.send(chunk);
  }

  writeAll(chunks: readonly Buffer[]): void {
    for (const chunk of chunks) this.write(chunk);
  }

  end(): void {
    if (this.#hasEnded || this.#isClosed) return;
    this.#hasEnded = true;
    this.#out.sendEnd();
  }

  /** What is under way is lost, as after RST; the other end learns of it. */
  destroy(): void {
    if (this.#isClosed) return;
    this.#close();
    this.onGone();
  }

  /** The other end was destroyed, or the wire was cut. */
  lose(error: Error | undefined): void {
    this.#close(error);
  }

  /** A pending call keeps the process alive as a socket would. In real time, whatever clock the test uses. */
  setRef(ref: boolean): void {
    this.#hold?.cancel();
    this.#hold = ref && !this.#isClosed ? systemClock.startTimer(() => this.setRef(true), 2 ** 31 - 1, true) : undefined;
  }

  #close(error?: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.setRef(false);
    this.#in.stop();
    setImmediate(() => this.#listener?.closed(error));
  }
}
