/**
 * How long a call may take. Which timeout counts: the call's, the schema's, the channel's, 10,000 ms for unary calls; then the
 * parent's, if that is nearer.
 */

import { checkTimeout } from "../connection/option-checks.ts";
import type { CallOptions } from "../contract/call-options.ts";
import type { MethodDescription } from "../contract/service.ts";

/** A call's timeout when nobody says one; unary calls only. */
const unaryTimeoutMs = 10_000;

/** Milliseconds, Infinity for none. TypeError for what is no number. */
export function timeoutOf(method: MethodDescription, options: CallOptions | undefined, channelMs: number | undefined): number {
  const own = options?.timeoutMs;
  if (own === undefined) {
    return method.timeoutMs ?? channelMs ?? (method.kind === "unary" ? unaryTimeoutMs : Number.POSITIVE_INFINITY);
  }
  return checkTimeout(own);
}
