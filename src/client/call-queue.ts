/**
 * Calls that wait for a connection, or for room on one: first in, first out, bounded in number and in encoded bytes.
 *
 * Three lanes that do not hold each other up: a server may have no place for another stream or one-way call and still take unary
 * ones. Requests up to a fragment are encoded when they are queued: mistakes show at once, and what the user does to the object
 * later does not reach the wire. Larger ones are encoded when their turn comes and count with their bound.
 */

import type { Outgoing } from "../connection/call.ts";
import { encodeOwned } from "../connection/call.ts";
import { fragmentBytes, type Limits } from "../connection/limits.ts";
import { CallFlag } from "../connection/wire-terms.ts";
import { RpcError, withFacts } from "../errors/rpc-error.ts";
import type { ClientCall } from "./client-call.ts";

export class CallQueue {
  readonly #limits: Limits;
  readonly #lanes: readonly Lane[] = [new Lane(), new Lane(), new Lane()];
  length = 0;
  #bytes = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Throws RESOURCE_EXHAUSTED at the bounds, and what encoding throws. */
  add(call: ClientCall, message: Outgoing | undefined): void {
    const { maxQueuedCalls, maxQueuedBytes } = this.#limits;
    if (this.length >= maxQueuedCalls) throw full(`maxQueuedCalls ${maxQueuedCalls.toLocaleString("en")}`);
    if (message !== undefined && call.queuedBytes === undefined) {
      const bound = message.bound();
      if (bound <= fragmentBytes) call.queuedBytes = Buffer.from(encodeOwned(message, bound));
      call.queuedCost = call.queuedBytes?.length ?? bound;
      // A getter of the request has aborted it.
      if (call.isSettled) return;
    }
    if (this.#bytes + call.queuedCost > maxQueuedBytes) throw full(`maxQueuedBytes ${maxQueuedBytes.toLocaleString("en")}`);
    this.#bytes += call.queuedCost;
    this.length += 1;
    call.isQueued = true;
    this.#laneOf(call.kindFlags).add(call);
  }

  /** The call has settled or moved on: it no longer counts. Its place is skipped later. */
  remove(call: ClientCall): void {
    if (!call.isQueued) return;
    call.isQueued = false;
    this.length -= 1;
    this.#bytes -= call.queuedCost;
    this.#laneOf(call.kindFlags).removed();
  }

  /** Whether calls of these kind bits have to queue behind others. */
  hasFor(kindFlags: number): boolean {
    return this.length > 0 && this.#laneOf(kindFlags).length > 0;
  }

  /** The first call of each lane, as long as the lanes have some and `take` takes them. */
  drain(take: (call: ClientCall) => boolean): void {
    for (const lane of this.#lanes) {
      for (let call = lane.first(); call !== undefined && take(call); call = lane.first()) this.remove(call);
    }
  }

  /** A copy: calls may settle while it is walked. */
  all(): ClientCall[] {
    return this.#lanes.flatMap((lane) => lane.all());
  }

  #laneOf(kindFlags: number): Lane {
    return this.#lanes[kindFlags === 0 ? 0 : (kindFlags & CallFlag.oneWay) !== 0 ? 1 : 2] as Lane;
  }
}

class Lane {
  #calls: ClientCall[] = [];
  #head = 0;
  length = 0;

  add(call: ClientCall): void {
    this.length += 1;
    this.#calls.push(call);
  }

  removed(): void {
    this.length -= 1;
    if (this.length === 0) {
      this.#calls = [];
      this.#head = 0;
    } else if (this.#calls.length - this.#head > 2 * this.length + 64) {
      this.#calls = this.all();
      this.#head = 0;
    }
  }

  first(): ClientCall | undefined {
    while (this.#head < this.#calls.length) {
      const call = this.#calls[this.#head];
      if (call?.isQueued === true) return call;
      this.#head += 1;
    }
    return undefined;
  }

  all(): ClientCall[] {
    return this.#calls.slice(this.#head).filter(({ isQueued }) => isQueued);
  }
}

/** A request that was encoded when it was queued. */
export class EncodedRequest implements Outgoing {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  bound(): number {
    return this.#bytes.length;
  }

  write(buffer: Buffer, _view: DataView, at: number): number {
    return at + this.#bytes.copy(buffer, at);
  }
}

function full(limit: string): RpcError {
  return withFacts(new RpcError({ code: "RESOURCE_EXHAUSTED", message: `calls that wait for a connection exceed ${limit}` }), {
    executed: "no",
  });
}
