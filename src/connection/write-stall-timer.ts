/**
 * Finds peers that have stopped reading: output waits and not a byte of it has left for the whole time.
 *
 * Keepalive does not see them while they still send. A timer exists only while output waits for the kernel; it is looked at once a
 * period, so a stall is found after one to two of them. PROTOCOL.md: "Limits".
 */

import type { Clock, Timer } from "../time/clock.ts";

export interface StallOwner {
  /** Bytes that have left since the connection was made; rises whenever the kernel takes some. */
  progress(): number;
  /** Nothing waits any more. */
  isIdle(): boolean;
  stalled(forMs: number): void;
}

export class WriteStallTimer {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #owner: StallOwner;
  #timer: Timer | undefined;
  #progress = 0;
  #since = 0;

  constructor(clock: Clock, limitMs: number, owner: StallOwner) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#owner = owner;
  }

  /** Output waits. Called on every flush that leaves some: cheap when the timer runs already. */
  watch(): void {
    if (this.#timer !== undefined || this.#limitMs === Number.POSITIVE_INFINITY) return;
    this.#progress = this.#owner.progress();
    this.#since = this.#clock.now();
    this.#start();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #start(): void {
    this.#timer = this.#clock.startTimer(() => this.#check(), this.#limitMs, false);
  }

  #check(): void {
    this.#timer = undefined;
    if (this.#owner.isIdle()) return;
    const progress = this.#owner.progress();
    const now = this.#clock.now();
    // A process that was suspended has not given the peer its time.
    const wasSuspended = now - this.#since > 2 * this.#limitMs;
    if (progress === this.#progress && !wasSuspended) return this.#owner.stalled(now - this.#since);
    this.#progress = progress;
    this.#since = now;
    this.#start();
  }
}
