/**
 * Rates of frames that are cheap to send and cost the receiver work: cancels, refusals, control frames. PROTOCOL.md: "Budgets".
 *
 * A bucket of ten seconds' worth each, filled by time when it is looked at: no timer. Counted on rare frames alone; calls that run to
 * their end, messages and credit of some size never come here.
 */

import { CancelReason } from "../wire/frame.ts";
import type { Limits } from "./limits.ts";

/** How much may come at once, in seconds of the rate. */
const burstSeconds = 10;

export class RateBudget {
  readonly #perSecond: number;
  #left: number;
  #filledAt: number;

  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#left = perSecond * burstSeconds;
    this.#filledAt = now;
  }

  isFull(now: number): boolean {
    return this.#left + ((now - this.#filledAt) / 1_000) * this.#perSecond >= this.#perSecond * burstSeconds;
  }

  /** Counts one. False: it is too many. */
  take(now: number): boolean {
    const gained = ((now - this.#filledAt) / 1_000) * this.#perSecond;
    this.#filledAt = now;
    this.#left = Math.min(this.#perSecond * burstSeconds, this.#left + gained);
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

type RateName = "maxCancelsPerSecond" | "maxRefusalsPerSecond" | "maxControlFramesPerSecond";

export class FrameBudgets {
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #exceeded: (message: string) => void;
  /** Made at the first frame that counts: most connections never see one. */
  #cancels: RateBudget | undefined;
  #refusals: RateBudget | undefined;
  #controlFrames: RateBudget | undefined;
  #lateExpiries = 0;

  /** @param exceeded ends the connection */
  constructor(limits: Limits, now: () => number, exceeded: (message: string) => void) {
    this.#limits = limits;
    this.#now = now;
    this.#exceeded = exceeded;
  }

  /** All that may be used is there: a new one would be the same. */
  get isFull(): boolean {
    const now = this.#now();
    if (this.#lateExpiries > 0) return false;
    return [this.#cancels, this.#refusals, this.#controlFrames].every((budget) => budget?.isFull(now) !== false);
  }

  /** A call was cancelled that had time left: begun work that is thrown away. False: the connection is ending. */
  countCancel(): boolean {
    this.#cancels ??= new RateBudget(this.#limits.maxCancelsPerSecond, this.#now());
    return this.#cancels.take(this.#now()) || this.#exceed("maxCancelsPerSecond");
  }

  /** The peer broke a rule that costs it a call. */
  countRefusal(): boolean {
    this.#refusals ??= new RateBudget(this.#limits.maxRefusalsPerSecond, this.#now());
    return this.#refusals.take(this.#now()) || this.#exceed("maxRefusalsPerSecond");
  }

  /** A frame that does no work for a call: pings, small credits, late and repeated frames. */
  countControlFrame(): boolean {
    this.#controlFrames ??= new RateBudget(this.#limits.maxControlFramesPerSecond, this.#now());
    return this.#controlFrames.take(this.#now()) || this.#exceed("maxControlFramesPerSecond");
  }

  /**
   * A cancel for a call that is over. Both ends see a deadline pass at the same moment, so such cancels are often late: one for each of the
   * `calls` that were opened costs nothing.
   */
  countLateCancel(reason: number, calls: number): boolean {
    if (reason !== CancelReason.deadline || this.#lateExpiries >= calls) return this.countControlFrame();
    this.#lateExpiries += 1;
    return true;
  }

  #exceed(name: RateName): false {
    this.#exceeded(`${name} ${this.#limits[name].toLocaleString("en")} exceeded over ${burstSeconds} seconds`);
    return false;
  }
}
