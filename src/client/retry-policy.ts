/**
 * Which failed calls are tried again, and when.
 *
 *     executed "no", the connection's fault   every method, at once: nothing has happened anywhere
 *     executed "maybe"                        idempotent methods only, 3 attempts, within the budget
 *     answered with a code of `retry.codes`   as the user's policy says, after a pause, within the budget of attempts
 *
 * The budget keeps a struggling server from being struck by its own clients: retries of interrupted calls are at most 10 % of the
 * calls made (and 10 at the beginning). A call made by a handler whose own call is a retry is not retried further down, unless nothing of
 * it has run.
 */

import type { Retry } from "../contract/call-options.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { Clock } from "../time/clock.ts";
import type { ClientCall } from "./client-call.ts";

/** Attempts after an interruption that may have run the handler. */
const maxInterruptedAttempts = 3;
/** Attempts that were refused or never sent: a bound against servers that refuse for ever. */
const maxRefusedAttempts = 10;
const budgetPerCall = 0.1;
const maxBudget = 10;
const firstPauseMs = 50;
const longestPauseMs = 5_000;

export class RetryPolicy {
  readonly #byDefault: Retry | undefined;
  #budget = maxBudget;

  constructor(byDefault: Retry | undefined) {
    this.#byDefault = byDefault;
  }

  /** A call was made: the budget grows. */
  count(): void {
    if (this.#budget < maxBudget) this.#budget += budgetPerCall;
  }

  /** Milliseconds to wait before the next attempt, or undefined: the call has failed. */
  pauseFor(call: ClientCall, error: RpcError, clock: Clock): number | undefined {
    if (error.executed === "no" && error.code === "UNAVAILABLE") {
      if (call.attempt >= maxRefusedAttempts) return undefined;
      return call.attempt === 1 ? (error.retryAfterMs ?? 0) : pause(call.attempt - 1, error, clock);
    }
    if (call.isNestedInRetry) return undefined;
    const idempotent = call.options?.idempotent ?? call.method.idempotent;
    const policy = call.options?.retry ?? this.#byDefault;
    const interrupted = error.scope === "connection" && error.executed === "maybe";
    if (interrupted) {
      if (!idempotent || error.code !== "UNAVAILABLE" || this.#budget < 1) return undefined;
      if (call.attempt >= Math.max(maxInterruptedAttempts, policy?.attempts ?? 0)) return undefined;
      this.#budget -= 1;
      return call.attempt === 1 ? 0 : pause(call.attempt - 1, error, clock);
    }
    if (policy === undefined || error.origin === "local" || !policy.codes.includes(error.code)) return undefined;
    return call.attempt < policy.attempts ? pause(call.attempt, error, clock) : undefined;
  }
}

/** Grows by 1.6, with full jitter; never shorter than what the server asked for. */
function pause(attempt: number, error: RpcError, clock: Clock): number {
  const most = Math.min(longestPauseMs, firstPauseMs * 1.6 ** (attempt - 1));
  return Math.max(1, most * clock.random(), error.retryAfterMs ?? 0);
}
