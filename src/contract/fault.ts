/**
 * What the generated class of a declared error is built from.
 *
 * A fault is an `RpcError` whose first detail is its full name and data: that is also how it crosses the wire, so a fault that the
 * receiving side does not know still arrives with everything it says.
 */

import type { Code } from "../errors/code.ts";
import { isRpcError, type RpcErrorInit } from "../errors/rpc-error.ts";

export interface FaultInit {
  /** For people. Default: the data's own `message`, when that is a string, else the fault's full name. */
  message?: string;
  cause?: unknown;
}

/** What a fault's class hands to `RpcError`. */
export function faultInit(fullName: string, code: Code, data: unknown, init: FaultInit): RpcErrorInit {
  const own = (data as { message?: unknown } | null | undefined)?.message;
  const message = init.message ?? (typeof own === "string" ? own : fullName);
  const details = [{ type: fullName, data }];
  return "cause" in init ? { code, message, details, cause: init.cause } : { code, message, details };
}

/**
 * True for instances of a fault's class, those of another copy of the generated module too. False for an error that merely carries
 * the fault as its detail: it has no `data`.
 */
export function isFault(error: unknown, fullName: string): boolean {
  return isRpcError(error) && error.details[0]?.type === fullName && Object.hasOwn(error, "data");
}
