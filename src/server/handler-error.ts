/**
 * What a handler threw, as its caller may see it.
 *
 *     a declared fault               its name, code and data
 *     an RpcError of the handler's   as it is
 *     an RpcError of another call    INTERNAL (CANCELLED or DEADLINE_EXCEEDED if that is why the handler's own call ended)
 *     a fault that is not declared   INTERNAL
 *     anything else                  INTERNAL with a generic text: neither words, stack nor path of the server leave it
 */

import { type AbortReason, abortError } from "../connection/incoming-call.ts";
import type { FaultDescription, MethodDescription } from "../contract/service.ts";
import { isRpcError, RpcError } from "../errors/rpc-error.ts";

export interface HandlerFailure {
  readonly error: RpcError;
  readonly fault?: FaultDescription;
  /** The fault's data. */
  readonly data?: unknown;
  /** The original is for `onError`: the caller does not see it. */
  readonly isHidden: boolean;
}

export function classifyHandlerError(
  thrown: unknown,
  method: MethodDescription,
  endedBy: AbortReason | undefined,
): HandlerFailure {
  if (endedBy !== undefined) return { error: abortError(endedBy), isHidden: false };
  if (!isRpcError(thrown)) return { error: internal("internal error"), isHidden: true };
  // The client runtime has signed errors of calls with their method: whose call it was is not the caller's business.
  if (thrown.origin === "remote" || thrown.method !== undefined) return { error: internal("internal error"), isHidden: true };
  if (Object.hasOwn(thrown, "data")) {
    const name = thrown.details[0]?.type;
    const fault = method.faults.find(({ fullName }) => fullName === name);
    if (fault === undefined)
      return { error: internal(`the handler threw a fault that ${method.path} does not declare`), isHidden: true };
    const rest = Object.create(thrown, { details: { value: thrown.details.slice(1) } }) as RpcError;
    return { error: rest, fault, data: (thrown as unknown as { data: unknown }).data, isHidden: false };
  }
  return { error: thrown, isHidden: false };
}

export function internal(message: string): RpcError {
  return new RpcError({ code: "INTERNAL", message });
}
