/**
 * Requests whose handlers may not begin yet: those of a peer that does not read its answers are kept until the output has drained, those
 * that came many at once until it is their turn (`dispatch-pace.ts`).
 *
 * Owns copies of the requests. Bounded in bytes here, in number by `maxCalls`.
 */

import type { Clock, Timer } from "../time/clock.ts";
import { DispatchPace } from "./dispatch-pace.ts";
import type { IncomingCall } from "./incoming-call.ts";

/** Output that waits for a peer above which no further handler is started for it. 8 MiB. */
export const outputBoundBytes: number = 8 * 1024 * 1024;

/**
 * Requests that wait for such a peer above which further ones are refused. 64 MiB: as many whole messages as `maxCalls` allows, so that a
 * slow line is not taken for a peer that does not read.
 */
export const backlogBytes: number = 64 * 1024 * 1024;

/** How soon a request that waits for its turn is looked at again when nothing else happens. */
const laterMs = 1;

export interface BacklogOwner {
  readonly clock: Clock;
  /** How many chunks have arrived. */
  chunks(): number;
  /** Output that has not reached the kernel. */
  queuedBytes(): number;
  /** The request's turn has come. */
  begin(call: IncomingCall, request: Buffer): void;
}

interface Backlogged {
  readonly call: IncomingCall;
  readonly bytes: Buffer;
}

export class RequestBacklog {
  readonly #owner: BacklogOwner;
  readonly #pace = new DispatchPace();
  /** How often those who wait were looked at. */
  #looks = 0;
  #timer: Timer | undefined;
  #waiting: Backlogged[] = [];
  #bytes = 0;

  constructor(owner: BacklogOwner) {
    this.#owner = owner;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Whether the request at hand has to wait. If not, it counts as begun. One-way calls are not paced: they answer nothing. */
  mustWait(call: IncomingCall): boolean {
    return this.#owner.queuedBytes() > outputBoundBytes || this.#waiting.length > 0 || !this.#isInTurn(call);
  }

  #isInTurn(call: IncomingCall): boolean {
    return call.oneWayCost > 0 || this.#pace.take(this.#owner.chunks() + this.#looks, this.#owner.queuedBytes());
  }

  /** Keeps a copy of the request. False: there is no room for it. */
  add(call: IncomingCall, request: Buffer): boolean {
    if (this.#bytes > backlogBytes) return false;
    this.#bytes += request.length;
    this.#waiting.push({ call, bytes: Buffer.from(request) });
    this.#later();
    return true;
  }

  /** The output has drained, or time has passed: begins what may begin. */
  resume(): void {
    if (this.#waiting.length === 0) return;
    this.#looks += 1;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      // Those that ended meanwhile were answered then.
      if (first.call.isOpen) {
        if (this.#owner.queuedBytes() > outputBoundBytes / 2) return;
        if (!this.#isInTurn(first.call)) return this.#later();
      }
      this.#waiting.shift();
      this.#bytes -= first.bytes.length;
      if (first.call.isOpen) this.#owner.begin(first.call, first.bytes);
    }
  }

  #later(): void {
    this.#timer ??= this.#owner.clock.startTimer(
      () => {
        this.#timer = undefined;
        this.resume();
      },
      laterMs,
      true,
    );
  }

  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#waiting = [];
    this.#bytes = 0;
  }
}
