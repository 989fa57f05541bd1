/**
 * Requests of a peer that does not read its answers: kept until the output has drained, so that no further work is done for it.
 *
 * Owns copies of the requests. Bounded in bytes here, in number by `maxCalls`.
 */

import type { IncomingCall } from "./incoming-call.ts";

/** Output that waits for a peer above which no further handler is started for it. 8 MiB. */
export const outputBoundBytes: number = 8 * 1024 * 1024;

/** Requests that wait for such a peer above which further ones are refused. 8 MiB. */
const backlogBytes = 8 * 1024 * 1024;

interface Backlogged {
  readonly call: IncomingCall;
  readonly bytes: Buffer;
}

export class RequestBacklog {
  #waiting: Backlogged[] = [];
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Keeps a copy of the request. False: there is no room for it. */
  add(call: IncomingCall, request: Buffer): boolean {
    if (this.#bytes > backlogBytes) return false;
    this.#bytes += request.length;
    this.#waiting.push({ call, bytes: Buffer.from(request) });
    return true;
  }

  /** The oldest request whose call is still open: those that ended meanwhile were answered then. */
  take(): Backlogged | undefined {
    for (let first = this.#waiting.shift(); first !== undefined; first = this.#waiting.shift()) {
      this.#bytes -= first.bytes.length;
      if (first.call.isOpen) return first;
    }
    return undefined;
  }

  clear(): void {
    this.#waiting = [];
    this.#bytes = 0;
  }
}
