/** A CodecError as the error of a call: which rule was broken where, one detail a violation. */

import type { Code } from "../errors/code.ts";
import type { CodecError } from "../errors/codec-error.ts";
import { RpcError } from "../errors/rpc-error.ts";

/** Violations told to the peer at most: a bad document of a million elements is told by its first ones. */
const maxToldViolations = 32;

export function codecFailure(code: Code, error: CodecError): RpcError {
  return new RpcError({
    code,
    message: error.message,
    details: error.violations.slice(0, maxToldViolations).map(({ path, rule, message, offset }) => ({
      type: "taut.Violation",
      data: offset === undefined ? { path, rule, message } : { path, rule, message, offset },
    })),
    cause: error,
  });
}
