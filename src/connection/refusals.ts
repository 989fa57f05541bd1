/** Errors that refuse a call before its handler runs. */

import { RpcError } from "../errors/rpc-error.ts";

export function invalid(message: string): RpcError {
  return new RpcError({ code: "INVALID_ARGUMENT", message });
}

/** Requests wait for a peer that reads its answers too slowly. It may be the line: the caller is to try again. */
export function tooSlow(): RpcError {
  const message = "too many requests wait for answers that their caller has not read";
  return new RpcError({ code: "UNAVAILABLE", message, retryAfterMs: 1_000 });
}

export function exhausted(message: string): RpcError {
  return new RpcError({ code: "RESOURCE_EXHAUSTED", message });
}
