/** The one source of time and timers: injected, so that tests move it by hand. The only file of `src` that calls the platform's. */

// Taken once: the global of this name is a getter, which costs a third as much as reading the clock does.
const { performance } = globalThis;
// Taken before a test replaces it: fake timers would hold up streams.
const { setImmediate } = globalThis;

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Monotonic milliseconds, with fractions. Says nothing of the calendar. */
  now(): number;
  /** Calendar time in epoch milliseconds. */
  epochNow(): number;
  /**
   * Runs `fn` once after `ms` (up to 2^31-1). Node's timers may fire a part of a millisecond early.
   * @param keepsAlive whether the process stays for it
   */
  startTimer(fn: () => void, ms: number, keepsAlive: boolean): Timer;
  /** Runs `fn` when the present operation and its nextTick queue so far are done: where a turn's writes are flushed. */
  atEndOfTurn(fn: () => void): void;
  /** Runs `fn` after this round of reads, of all sockets: where credit is flushed. */
  afterReading(fn: () => void): void;
  /** 0 <= x < 1, for jitter. */
  random(): number;
}

/** A class and no closure: every idle connection holds one. */
class SystemTimer implements Timer {
  readonly #handle: NodeJS.Timeout;

  constructor(handle: NodeJS.Timeout) {
    this.#handle = handle;
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }
}

export const systemClock: Clock = Object.freeze({
  now: () => performance.now(),
  epochNow: () => Date.now(),
  startTimer(fn: () => void, ms: number, keepsAlive: boolean): Timer {
    const handle = setTimeout(fn, Math.min(ms, 2 ** 31 - 1));
    if (!keepsAlive) handle.unref();
    return new SystemTimer(handle);
  },
  atEndOfTurn: (fn: () => void) => process.nextTick(fn),
  afterReading: (fn: () => void) => void setImmediate(fn),
  random: () => Math.random(),
});
