/**
 * Keeps strangers from filling a log: what peers can cause at will is reported 100 times at once and 10 times a second, and the next
 * report says how many were left out. Errors of handlers are the owner's own and are never left out.
 */

import type { Clock } from "../time/clock.ts";

const burst = 100;
const perSecond = 10;

export class ReportLimit {
  readonly #clock: Clock;
  readonly #report: (error: unknown, where: object) => void;
  #left = burst;
  #countedAt: number;
  #suppressed = 0;

  constructor(clock: Clock, report: (error: unknown, where: object) => void) {
    this.#clock = clock;
    this.#report = report;
    this.#countedAt = clock.now();
  }

  report(error: unknown, where: object): void {
    const now = this.#clock.now();
    this.#left = Math.min(burst, this.#left + ((now - this.#countedAt) / 1_000) * perSecond);
    this.#countedAt = now;
    if (this.#left < 1) {
      this.#suppressed += 1;
      return;
    }
    this.#left -= 1;
    const suppressed = this.#suppressed;
    this.#suppressed = 0;
    this.#report(error, suppressed === 0 ? where : { ...where, suppressed });
  }
}
