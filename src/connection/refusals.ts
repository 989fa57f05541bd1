/** Errors that refuse a call before its handler runs. */

import { RpcError } from "../errors/rpc-error.ts";

export function invalid(message: string): RpcError {
  return new RpcError({ code: "INVALID_ARGUMENT", message });
}

export function exhausted(message: string): RpcError {
  return new RpcError({ code: "RESOURCE_EXHAUSTED", message });
}
