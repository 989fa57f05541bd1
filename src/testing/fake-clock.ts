/**
 * A clock that stands still until a test moves it: deadlines, backoff, keepalive and idle times pass in no time at all.
 *
 * Only what asks the clock is moved: code that calls setTimeout itself waits in real time. Give the same clock to both ends
 * (`createTestServer({ clock })`, `createTestChannel(server, { clock })`), or their ideas of time part.
 */

import type { Clock, Timer } from "../time/clock.ts";

/** Turns of the event loop that everything which does not wait for time gets, before and after each timer: 20 round trips. */
const turns = 40;

interface PendingTimer {
  readonly at: number;
  readonly order: number;
  readonly fn: () => void;
}

/** Time that stands still until it is moved. */
export class FakeClock implements Clock {
  #now = 0;
  readonly #epoch: number;
  readonly #timers = new Set<PendingTimer>();
  #order = 0;
  #seed: number;

  /**
   * @param init.epoch calendar time at the beginning, epoch milliseconds; default 2024-01-01
   * @param init.seed of `random`; default 1
   */
  constructor(init: { epoch?: number; seed?: number } = {}) {
    this.#epoch = init.epoch ?? 1_704_067_200_000;
    this.#seed = init.seed ?? 1;
  }

  now(): number {
    return this.#now;
  }

  epochNow(): number {
    return this.#epoch + this.#now;
  }

  startTimer(fn: () => void, ms: number, _keepsAlive: boolean): Timer {
    const timer: PendingTimer = { at: this.#now + Math.max(0, ms), order: this.#order, fn };
    this.#order += 1;
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  atEndOfTurn(fn: () => void): void {
    process.nextTick(fn);
  }

  afterReading(fn: () => void): void {
    setImmediate(fn);
  }

  /** The same sequence for the same seed. */
  random(): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#seed / 2 ** 32;
  }

  /** Timers that wait. After a test that has closed both ends: 0. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Moves time on. Timers fire in their order, each at its own moment; what they cause has happened when this resolves. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.fn();
      await this.settle();
    }
    this.#now = end;
  }

  /**
   * Moves time on in one leap, as a suspended process sees it: everything that was due meanwhile fires late, in one go.
   */
  async jump(ms: number): Promise<void> {
    this.#now += ms;
    for (const timer of [...this.#timers].sort(earlier)) {
      if (timer.at <= this.#now && this.#timers.delete(timer)) timer.fn();
    }
    await this.settle();
  }

  /** Lets happen what waits for no time: bytes on their way, promises. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  #next(end: number): PendingTimer | undefined {
    let first: PendingTimer | undefined;
    for (const timer of this.#timers) if (timer.at <= end && (first === undefined || earlier(timer, first) < 0)) first = timer;
    return first;
  }
}

function earlier(a: PendingTimer, b: PendingTimer): number {
  return a.at - b.at || a.order - b.order;
}
