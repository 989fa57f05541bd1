/**
 * One timer for the deadlines of many calls.
 *
 * It stands at the earliest deadline it was told of and is never moved when a call ends: with the usual equal timeouts a busy
 * connection starts a timer once a timeout, not once a call (a setTimeout and clearTimeout a call cost 0.6-0.85 us, up to 20 % of the
 * call rate). When it fires, the owner ends what is due and answers with the earliest deadline that is left.
 * To look at a hundred thousand calls takes milliseconds: the next look is four times as far away, so that expiry takes a fifth of the
 * time at most. The timer does not keep the process alive: a pending call's socket does.
 */

import type { Clock, Timer } from "../time/clock.ts";

/** A timer below a millisecond is one of a millisecond. */
const leastGapMs = 1;
/** How much longer than a look the pause behind it is. */
const restFactor = 4;
/** A look that ended thousands of calls has taken long for another reason, and the next deadline must not wait for that. */
const longestRestMs = 20;

export class DeadlineTimer {
  readonly #clock: Clock;
  readonly #expire: (now: number) => number;
  #timer: Timer | undefined;
  #firesAt = Number.POSITIVE_INFINITY;
  #notBefore = 0;

  /** @param expire ends what is due at `now` and returns the earliest deadline left, or Infinity */
  constructor(clock: Clock, expire: (now: number) => number) {
    this.#clock = clock;
    this.#expire = expire;
  }

  /** Makes sure that the timer fires at `at` (on the clock's `now()` scale) or shortly after. */
  watch(at: number): void {
    if (at < this.#firesAt && this.#firesAt > this.#notBefore) this.#start(at);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#firesAt = Number.POSITIVE_INFINITY;
  }

  #start(at: number): void {
    this.#timer?.cancel();
    this.#firesAt = Math.max(at, this.#notBefore);
    // Timers may fire up to a millisecond early; asking for one more costs nothing and saves a second wake-up.
    const wait = Math.max(leastGapMs, Math.ceil(this.#firesAt - this.#clock.now()) + 1);
    this.#timer = this.#clock.startTimer(() => this.#fire(), wait, false);
  }

  #fire(): void {
    this.#timer = undefined;
    this.#firesAt = Number.POSITIVE_INFINITY;
    const began = this.#clock.now();
    const next = this.#expire(began);
    const ended = this.#clock.now();
    this.#notBefore = ended + Math.min(longestRestMs, restFactor * (ended - began));
    if (next < this.#firesAt) this.#start(next);
  }
}
