/**
 * One timer for the deadlines of many calls.
 *
 * It stands at the earliest deadline it was told of and is never moved when a call ends: with the usual equal timeouts a busy
 * connection starts a timer once a timeout, not once a call (a setTimeout and clearTimeout a call cost 0.6-0.85 us, up to 20 % of the
 * call rate). When it fires, the owner ends what is due and answers with the earliest deadline that is left.
 * The timer does not keep the process alive: a pending call's socket does.
 */

import type { Clock, Timer } from "../time/clock.ts";

/** A timer below a millisecond is one of a millisecond. */
const leastGapMs = 1;

export class DeadlineTimer {
  readonly #clock: Clock;
  readonly #expire: (now: number) => number;
  #timer: Timer | undefined;
  #firesAt = Number.POSITIVE_INFINITY;

  /** @param expire ends what is due at `now` and returns the earliest deadline left, or Infinity */
  constructor(clock: Clock, expire: (now: number) => number) {
    this.#clock = clock;
    this.#expire = expire;
  }

  /** Makes sure that the timer fires at `at` (on the clock's `now()` scale) or shortly after. */
  watch(at: number): void {
    if (at < this.#firesAt) this.#start(at);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#firesAt = Number.POSITIVE_INFINITY;
  }

  #start(at: number): void {
    this.#timer?.cancel();
    this.#firesAt = at;
    // Timers may fire up to a millisecond early; asking for one more costs nothing and saves a second wake-up.
    const wait = Math.max(leastGapMs, Math.ceil(at - this.#clock.now()) + 1);
    this.#timer = this.#clock.startTimer(() => this.#fire(), wait, false);
  }

  #fire(): void {
    this.#timer = undefined;
    this.#firesAt = Number.POSITIVE_INFINITY;
    const next = this.#expire(this.#clock.now());
    if (next < this.#firesAt) this.#start(next);
  }
}
