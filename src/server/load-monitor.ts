/**
 * Knows when a process has more work than it can do: by how late its timers are, and by how old requests are when their turn comes.
 *
 *     CALM --lag or age above the limit for four times as long, without a good sample--> OVERLOADED --lag below half of it--> CALM
 *
 * Runs while calls come: a server at rest has no timer. It takes that long because a burst, one long collection or a busy neighbour on
 * the machine is no overload: all of them pass, and calls that wait them out are served. A process that was suspended or stopped at a
 * breakpoint leaps: of the time between two findings no more than twice the limit counts.
 */

import type { Clock, Timer } from "../time/clock.ts";

const sampleMs = 50;
/** Lateness lasts for this many limits before anybody is turned away, and is found at least so often. */
const patience = 4;
const leastFindings = 3;
/** What passes between two findings counts with at most so many limits. */
const leap = 2;
/** Requests of a chunk that are looked at: every 32nd, so that the clock is not read for every call. */
export const ageSample = 32;

export class LoadMonitor {
  readonly #clock: Clock;
  readonly #maxLagMs: number;
  readonly #startedCalls: () => number;
  readonly #onChange: (isOverloaded: boolean, lagMs: number) => void;
  #timer: Timer | undefined;
  #dueAt = 0;
  #startedAtSample = 0;
  /** How long nothing but lateness was seen, by how many findings, and when the last one was. */
  #lateMs = 0;
  #lateFindings = 0;
  #foundAt = 0;
  /** Whether new calls are to be turned away. */
  isOverloaded = false;
  /** Milliseconds that the last sample was late. */
  lagMs = 0;

  /** @param startedCalls rises with every call: without new ones there is nothing to watch */
  constructor(
    clock: Clock,
    maxLagMs: number,
    watched: { startedCalls(): number; onChange(isOverloaded: boolean, lagMs: number): void },
  ) {
    this.#clock = clock;
    this.#maxLagMs = maxLagMs;
    this.#startedCalls = () => watched.startedCalls();
    this.#onChange = (isOverloaded, lagMs) => watched.onChange(isOverloaded, lagMs);
  }

  get isRunning(): boolean {
    return this.#timer !== undefined;
  }

  start(): void {
    if (this.#timer !== undefined || this.#maxLagMs === Number.POSITIVE_INFINITY) return;
    this.#startedAtSample = this.#startedCalls();
    this.#wait();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** A request that arrived at `receivedAt` is about to begin: others of its chunk have kept it waiting. */
  lookAtAge(receivedAt: number): void {
    const now = this.#clock.now();
    if (now - receivedAt <= this.#maxLagMs) return;
    this.#late(now, now - receivedAt);
    this.start();
  }

  /** How long a caller that was turned away should wait: twice the lag, within reason. */
  get retryAfterMs(): number {
    return Math.round(Math.min(5_000, Math.max(100, 2 * this.lagMs)));
  }

  #wait(): void {
    this.#dueAt = this.#clock.now() + sampleMs;
    this.#timer = this.#clock.startTimer(() => this.#sample(), sampleMs, false);
  }

  #sample(): void {
    this.#timer = undefined;
    const lag = Math.max(0, this.#clock.now() - this.#dueAt);
    this.lagMs = lag;
    if (lag > this.#maxLagMs) this.#late(this.#clock.now(), lag);
    else this.#lateFindings = 0;
    if (lag < this.#maxLagMs / 2) this.#become(false, lag);
    const started = this.#startedCalls();
    if (started === this.#startedAtSample && !this.isOverloaded) return;
    this.#startedAtSample = started;
    this.#wait();
  }

  #late(now: number, lagMs: number): void {
    const isFirst = this.#lateFindings === 0;
    const passedMs = Math.min(isFirst ? lagMs : now - this.#foundAt, leap * this.#maxLagMs);
    this.#lateMs = isFirst ? passedMs : this.#lateMs + passedMs;
    this.#foundAt = now;
    this.#lateFindings += 1;
    if (this.#lateFindings >= leastFindings && this.#lateMs >= patience * this.#maxLagMs) this.#become(true, lagMs);
  }

  #become(isOverloaded: boolean, lagMs: number): void {
    if (isOverloaded) this.lagMs = lagMs;
    if (isOverloaded === this.isOverloaded) return;
    this.isOverloaded = isOverloaded;
    this.#onChange(isOverloaded, lagMs);
  }
}
