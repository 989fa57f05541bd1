/**
 * Finds peers that send a frame or an announced message too slowly to be honest: a byte a second keeps memory and a place for ever.
 *
 * One look every 30 seconds, while something is unfinished. What was incomplete at the last look and is now, with hardly a byte between,
 * ends the connection after 30 to 60 seconds. Keepalive does not see such a peer: it does send. PROTOCOL.md: "Slow peers".
 */

import type { Clock, Timer } from "../time/clock.ts";

export interface SlowSenderOwner {
  /** Bytes received since the connection was made. */
  received(): number;
  /** Part of a frame or of an announced message is here, and the peer has what it needs to send the rest. */
  isOwed(): boolean;
  tooSlow(bytes: number, ms: number): void;
  /** A look has found nothing unfinished: where this is there, it was the last one. */
  done?(): void;
}

const lookMs = 30_000;
/** A kilobyte a second: a hundredth of a bad mobile link, 4 MiB in an hour. */
const leastBytes = 30_000;

export class SlowSenderTimer {
  readonly #clock: Clock;
  readonly #owner: SlowSenderOwner;
  #timer: Timer;
  #wasOwed = false;
  #received: number;
  #lookedAt: number;

  constructor(clock: Clock, owner: SlowSenderOwner) {
    this.#clock = clock;
    this.#owner = owner;
    this.#received = owner.received();
    this.#lookedAt = clock.now();
    this.#timer = this.#start();
  }

  stop(): void {
    this.#timer.cancel();
  }

  #start(): Timer {
    return this.#clock.startTimer(() => this.#look(), lookMs, false);
  }

  #look(): void {
    const now = this.#clock.now();
    const ms = now - this.#lookedAt;
    const bytes = this.#owner.received() - this.#received;
    const isOwed = this.#owner.isOwed();
    // A process that was suspended has not listened.
    if (isOwed && this.#wasOwed && bytes < leastBytes && ms < 2 * lookMs) return this.#owner.tooSlow(bytes, ms);
    if (!isOwed && this.#owner.done !== undefined) return this.#owner.done();
    this.#wasOwed = isOwed;
    this.#received += bytes;
    this.#lookedAt = now;
    this.#timer = this.#start();
  }
}
