/**
 * Which endpoint answers with failures where others would serve: it is left out for a while, a little longer each time.
 *
 * Five failed calls in a row, with none that ended well between them, are enough. Successes are not counted anywhere: how many calls
 * a connection has ended is known from its ids, so a call that ends well costs nothing here.
 */

import type { Connection } from "../connection/connection.ts";
import type { Code } from "../errors/code.ts";
import type { RpcError } from "../errors/rpc-error.ts";

const failuresInARow = 5;
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** A server that has served for so long after its return is trusted as at first. */
const forgiveAfterMs = 60_000;

/** What says something about the server rather than about the request. */
const telling: ReadonlySet<Code> = new Set<Code>(["UNAVAILABLE", "INTERNAL", "UNKNOWN", "DEADLINE_EXCEEDED", "DATA_LOSS"]);

export class Ejection {
  #connection: Connection | undefined;
  #failures = 0;
  /** Calls that had ended on the connection before the first failure in the row. */
  #endedBefore = 0;
  #times = 0;
  #until = Number.NEGATIVE_INFINITY;

  isOut(now: number): boolean {
    return now < this.#until;
  }

  get until(): number {
    return this.#until;
  }

  /** A call has failed on this connection. Answers for how long the endpoint is left out from now; 0: not at all. */
  failed(connection: Connection, error: RpcError, now: number): number {
    if (!telling.has(error.code) || error.executed === "no" || this.isOut(now)) return 0;
    const ended = connection.outgoing.opened - connection.outgoing.table.size;
    // A call may fail before or after its place is given back: one more or less is no success.
    const othersEnded = ended - this.#endedBefore > this.#failures + 1;
    if (connection !== this.#connection || othersEnded) {
      this.#connection = connection;
      this.#failures = 0;
      this.#endedBefore = ended;
    }
    this.#failures += 1;
    if (this.#failures < failuresInARow) return 0;
    this.#failures = 0;
    this.#connection = undefined;
    if (now - this.#until > forgiveAfterMs) this.#times = 0;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#times);
    this.#times += 1;
    this.#until = now + pauseMs;
    return pauseMs;
  }
}
