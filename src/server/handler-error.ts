/**
 * What a handler threw, as its caller may see it.
 *
 *     a declared fault               its name, code and data
 *     an RpcError of the handler's   as it is
 *     one of another call, or of a
 *     connection of its own          INTERNAL (CANCELLED or DEADLINE_EXCEEDED if that is why the handler's own call ended)
 *     a fault that is not declared   INTERNAL
 *     anything else                  INTERNAL with a generic text: neither words, stack nor path of the server leave it
 */

import { type AbortReason, abortError } from "../connection/incoming-call.ts";
import type { FaultDescription, MethodDescription } from "../contract/service.ts";
import { isCode } from "../errors/code.ts";
import { isRpcError, RpcError } from "../errors/rpc-error.ts";

export interface HandlerFailure {
  readonly error: RpcError;
  readonly fault?: FaultDescription;
  /** The fault's data. */
  readonly data?: unknown;
  /** The original is for `onError`: the caller does not see it. */
  readonly isHidden: boolean;
}

/** Never throws, whatever was thrown. */
export function classifyHandlerError(
  thrown: unknown,
  method: MethodDescription,
  endedBy: AbortReason | undefined,
): HandlerFailure {
  if (endedBy !== undefined) return { error: abortError(endedBy), isHidden: false };
  try {
    if (isRpcError(thrown)) return classify(thrown, method);
  } catch {
    // A getter or a trap of what was thrown has thrown itself.
  }
  return hidden;
}

function classify(thrown: RpcError, method: MethodDescription): HandlerFailure {
  // The client runtime has signed errors of calls with their method, and those of connections with their scope: whose they were is
  // not the caller's business, and that some other handler never ran says nothing of this one.
  if (thrown.origin === "remote" || thrown.method !== undefined || thrown.scope !== "call") return hidden;
  const { code, message, details, metadata } = thrown;
  if (!isCode(code) || typeof message !== "string" || !Array.isArray(details) || !(metadata instanceof Object)) return hidden;
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

const hidden: HandlerFailure = Object.freeze({
  get error() {
    return internal("internal error");
  },
  isHidden: true,
});

/** A fault that a handler returns or yields counts as thrown; so does any other RpcError, which is no answer either. Never throws. */
export function isReturnedError(value: unknown): value is RpcError {
  try {
    return value instanceof Error && isRpcError(value);
  } catch {
    // A proxy whose traps throw: an answer that cannot be encoded.
    return false;
  }
}

export function internal(message: string): RpcError {
  return new RpcError({ code: "INTERNAL", message });
}
