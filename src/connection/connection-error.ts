/** Errors of a connection: made, copied for each of its calls, and read from the peer's last frame. */

import { decodePlainDocument, encodePlainDocument } from "../bson/plain-document.ts";
import { codeNumbers, codeOfNumber } from "../errors/code.ts";
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

/** A `close` frame's body. */
export function encodeReason(error: { readonly code: RpcError["code"]; readonly message: string }): Buffer {
  return encodePlainDocument({ code: codeNumbers[error.code], message: cutText(error.message) });
}

/** A `goingAway` frame's body. */
export function encodeGoingAway(lastAcceptedId: number, reason: string): Buffer {
  const last = Buffer.allocUnsafe(4);
  last.writeUInt32LE(lastAcceptedId >>> 0);
  return Buffer.concat([last, encodeReason({ code: "UNAVAILABLE", message: reason })]);
}

/** The peer has told why it closes the connection; `reason` is undefined where it sent no document. */
export function closedByPeer(
  peerAddress: string,
  reason: { readonly code: RpcError["code"]; readonly message: string } | undefined,
  inHandshake: boolean,
): RpcError {
  const text = `${peerAddress} closed the connection: ${reason?.message ?? "no reason given"}`;
  // In the handshake the peer's own code counts (UNAUTHENTICATED, ...); later it is its view of the connection, not of our calls.
  return connectionError(inHandshake ? (reason?.code ?? "UNAVAILABLE") : "UNAVAILABLE", text, {
    origin: "remote",
    ...(inHandshake ? { executed: "no" as const } : {}),
  });
}

/** The socket has ended without a word. `isMute`: a server that has never said one. */
export function lostError(
  transport: { readonly kind: string },
  message: string,
  { isMute, inHandshake }: { isMute: boolean; inHandshake: boolean },
  cause?: unknown,
): RpcError {
  const guess = transport.kind === "tls" ? "not accept this client's certificate" : "expect TLS (tls://)";
  const hint = isMute ? ` before it had said a word: it may ${guess}, or be no Taut server` : "";
  return connectionError("UNAVAILABLE", `${message}${hint}`, inHandshake ? { executed: "no" } : {}, cause);
}

/** The peer's first bytes are not ours. */
export function foreignerError(peerAddress: string, who: string, firstBytes: Buffer): RpcError {
  const hint = who === "TLS" ? "; a client that is to speak TLS is told so by tls:// or its option tls" : "";
  const seen = JSON.stringify(firstBytes.toString("latin1", 0, 16)).replace(/[^ -~]/g, escapeCharacter);
  return connectionError("UNAVAILABLE", `${peerAddress} does not speak Taut: its first bytes look like ${who} (${seen})${hint}`, {
    executed: "no",
  });
}

/** For texts that may reach a terminal. */
function escapeCharacter(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
