/**
 * The cancels of a connection's callers, no faster than the peer's budget bears. PROTOCOL.md: "Budgets".
 *
 * A user may give up calls faster than a peer takes cancels, which then ends the connection and with it the calls of others. So what is
 * above the pace waits: such a call is over for its user, and keeps its place until the peer has ended it. New calls wait for the place.
 */

import type { Clock, Timer } from "../time/clock.ts";
import { CancelReason, FrameKind } from "../wire/frame.ts";
import { RateBudget } from "./budgets.ts";
import type { FrameOutput } from "./frame-output.ts";
import { defaultLimits } from "./limits.ts";
import type { OutgoingCall } from "./outgoing-call.ts";

/** Nobody tells us the peer's limit: a little less than the one that all have by default. */
const perSecond = 0.9 * defaultLimits.maxCancelsPerSecond;
/** Some twenty cancels leave at once then. */
const lookMs = 10;

export class CancelPace {
  readonly #output: FrameOutput;
  readonly #clock: Clock;
  /** Made at the first cancel. */
  #budget: RateBudget | undefined;
  /** Reasons by call id, in the order of giving up. */
  readonly #waiting = new Map<number, number>();
  #timer: Timer | undefined;

  constructor(output: FrameOutput, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
  }

  /** Writes a cancel, or keeps it for its turn. */
  send(call: OutgoingCall, reason: number): void {
    const { id } = call;
    // The peer measures the deadline too, and ends the call by itself.
    if (reason === CancelReason.deadline) return this.#write(id, reason);
    const now = this.#clock.now();
    this.#budget ??= new RateBudget(perSecond, now);
    // The peer must hear of a message that is cut before another one takes its place.
    const isCut = call.flow?.outgoing !== undefined;
    if ((this.#waiting.size === 0 && this.#budget.take(now)) || isCut) return this.#write(id, reason);
    this.#waiting.set(id, reason);
    this.#timer ??= this.#clock.startTimer(() => this.#sendWaiting(), lookMs, false);
  }

  #write(id: number, reason: number): void {
    this.#output.writeWord(FrameKind.cancel, id, reason);
  }

  /** The call has ended by itself. */
  forget(id: number): void {
    this.#waiting.delete(id);
  }

  #sendWaiting(): void {
    this.#timer = undefined;
    const now = this.#clock.now();
    for (const [id, reason] of this.#waiting) {
      if (this.#budget?.take(now) !== true) break;
      this.#waiting.delete(id);
      this.#write(id, reason);
    }
    if (this.#waiting.size > 0) this.#timer = this.#clock.startTimer(() => this.#sendWaiting(), lookMs, false);
  }

  /** The connection is gone. */
  stop(): void {
    this.#waiting.clear();
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
