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

/** Requests that wait for such a peer above which further ones are refused. 8 MiB. */
const backlogBytes = 8 * 1024 * 1024;

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

  /** Whether the request at hand has to wait. If not, it counts as begun. */
  mustWait(): boolean {
    const queuedBytes = this.#owner.queuedBytes();
    return (
      queuedBytes > outputBoundBytes ||
      this.#waiting.length > 0 ||
      !this.#pace.take(this.#owner.chunks() + this.#looks, queuedBytes)
    );
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
    while (this.#waiting.length > 0 && this.#owner.queuedBytes() <= outputBoundBytes / 2) {
      const round = this.#owner.chunks() + this.#looks;
      if (!this.#pace.take(round, this.#owner.queuedBytes())) return this.#later();
      const next = this.#take();
      if (next !== undefined) this.#owner.begin(next.call, next.bytes);
    }
  }

  /** The oldest request whose call is still open: those that ended meanwhile were answered then. */
  #take(): Backlogged | undefined {
    for (let first = this.#waiting.shift(); first !== undefined; first = this.#waiting.shift()) {
      this.#bytes -= first.bytes.length;
      if (first.call.isOpen) return first;
    }
    return undefined;
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
