/**
 * The ids of the calls that one side of a connection opens. PROTOCOL.md: "Calls".
 *
 * They rise by 2, serially mod 2^32. Knows nothing of the calls but which ids are still taken.
 */

import { isLaterId } from "../wire/frame.ts";

export class CallIds {
  readonly #first: number;
  #next: number;
  #highest: number;
  #lastAccepted: number | undefined;

  /** @param first odd for a client, even for a server */
  constructor(first: number) {
    this.#first = first;
    this.#next = first;
    this.#highest = (first - 2) >>> 0;
  }

  /** How many were taken so far: the ids tell, so that nobody has to count. */
  get taken(): number {
    return ((this.#next - this.#first) >>> 0) / 2;
  }

  /** One that is still open after 2^31 others is skipped, and so is 0, the connection's own. */
  take(open: { get(id: number): unknown }): number {
    let id = this.#next;
    while (id === 0 || open.get(id) !== undefined) id = (id + 2) >>> 0;
    this.#next = (id + 2) >>> 0;
    this.#highest = id;
    return id;
  }

  /** A frame of a call that is not open: late, or never opened? */
  isKnown(id: number): boolean {
    return !isLaterId(id, this.#highest);
  }

  /** The peer, which is going away, accepts nothing above this. */
  endAt(lastAccepted: number): void {
    this.#lastAccepted = lastAccepted;
  }

  /** Was the peer told of this call too late? */
  isBeyondEnd(id: number): boolean {
    const last = this.#lastAccepted;
    return last !== undefined && (last === 0 || isLaterId(id, last));
  }
}
