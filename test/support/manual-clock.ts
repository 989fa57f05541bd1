/**
 * A clock that is moved by hand, at once: timers fire inside `advance`, ends of turns inside `endTurn`. For tests of state machines that
 * run a hundred thousand steps; `taut/testing` has the one that knows promises.
 */

import type { Clock, Timer } from "../../src/time/clock.ts";

interface Waiting {
  readonly at: number;
  readonly fn: () => void;
}

export class ManualClock implements Clock {
  #now = 1_000;
  #asleepMs = 0;
  #timers = new Set<Waiting>();
  #turn: (() => void)[] = [];
  #reads: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  epochNow(): number {
    return 1_700_000_000_000 + this.#now + this.#asleepMs;
  }

  startTimer(fn: () => void, ms: number): Timer {
    const timer: Waiting = { at: this.#now + ms, fn };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  atEndOfTurn(fn: () => void): void {
    this.#turn.push(fn);
  }

  afterReading(fn: () => void): void {
    this.#reads.push(fn);
  }

  random(): number {
    return 0.5;
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** The present operation is done, and there is more to read. */
  endChunk(): void {
    while (this.#turn.length > 0) for (const fn of this.#turn.splice(0)) fn();
  }

  /** The present operation is done, and all that has arrived was read. */
  endTurn(): void {
    this.endChunk();
    while (this.#reads.length > 0) {
      for (const fn of this.#reads.splice(0)) fn();
      this.endChunk();
    }
  }

  /** Time passes and nothing runs: the process was stopped, or busy. What is due fires late, in the next `advance`. */
  leap(ms: number): void {
    this.#now += ms;
  }

  /** The machine sleeps: the calendar goes on, monotonic time does not. */
  sleep(ms: number): void {
    this.#asleepMs += ms;
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      let next: Waiting | undefined;
      for (const timer of this.#timers) if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.fn();
      this.endTurn();
    }
    this.#now = end;
  }
}
