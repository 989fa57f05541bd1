/** Errors of a connection: made, copied for each of its calls, and read from the peer's last frame. */

import { decodePlainDocument } from "../bson/plain-document.ts";
import { codeOfNumber } from "../errors/code.ts";
import { RpcError, type RpcErrorFacts, withFacts } from "../errors/rpc-error.ts";
import { cutText } from "./failure-document.ts";

/** An error of the connection rather than of a call. */
export function connectionError(code: RpcError["code"], message: string, facts: RpcErrorFacts = {}, cause?: unknown): RpcError {
  return withFacts(new RpcError(cause === undefined ? { code, message } : { code, message, cause }), {
    scope: "connection",
    ...facts,
  });
}

/** Each call gets an error of its own, with its own stack's owner and facts. */
export function copyError(error: RpcError): RpcError {
  const copy = new RpcError({
    code: error.code,
    message: error.message,
    details: error.details,
    metadata: error.metadata,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    cause: error.cause ?? error,
  });
  return withFacts(copy, {
    scope: error.scope,
    origin: error.origin,
    executed: error.executed,
    ...(error.timings === undefined ? {} : { timings: error.timings }),
  });
}

/** The reason in a `close` or `goingAway` frame, or undefined for what is no document. */
export function readReason(
  buffer: Buffer,
  view: DataView,
  start: number,
  end: number,
): { code: RpcError["code"]; message: string } | undefined {
  try {
    const { code, message } = decodePlainDocument(buffer, view, start, end);
    return {
      code: codeOfNumber(typeof code === "number" ? code : 14),
      message: typeof message === "string" ? cutText(message) : "",
    };
  } catch {
    return undefined;
  }
}
