/**
 * Takes the body of a `result` or `failure` frame apart. PROTOCOL.md: "Ends".
 *
 *     message, or failure document and fault data | leading metadata | trailers
 *
 * Pure functions over a frame that is lent for the call's duration; what they throw fails the one call that the frame belongs to.
 */

import { RpcError } from "../errors/rpc-error.ts";
import type { Metadata } from "../metadata/metadata.ts";
import { EndFlag } from "../wire/frame.ts";
import { documentEnd } from "./call-frame.ts";
import { decodeFailure, type FaultBytes } from "./failure-document.ts";
import { decodeMetadata } from "./metadata-document.ts";

/** An end frame: its flags, and where its body lies. */
export interface AnswerFrame {
  readonly flags: number;
  readonly buffer: Buffer;
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

export interface FailureAnswer {
  readonly error: RpcError;
  /** The declared fault that the failure names, where its data lies. */
  readonly fault: FaultBytes | undefined;
  /** Where the metadata parts begin. */
  readonly end: number;
}

/** Failure document and fault data. Throws for what cannot be read. */
export function readFailureAnswer(frame: AnswerFrame): FailureAnswer {
  const { flags, buffer, view, start } = frame;
  const failureEnd = documentEnd(view, start, frame.end);
  const end = failureEnd !== undefined && (flags & EndFlag.fault) !== 0 ? documentEnd(view, failureEnd, frame.end) : failureEnd;
  if (failureEnd === undefined || end === undefined) throw unreadable("the failure's length does not fit its frame");
  const { error, faultType } = decodeFailure(buffer, view, start, failureEnd);
  const isFault = faultType !== undefined && end > failureEnd;
  return { error, fault: isFault ? { type: faultType, buffer, view, start: failureEnd, end } : undefined, end };
}

/** What stands behind the message, from `at` on. Throws for what is no metadata, and for bytes that no flag explains. */
export function readAnswerParts(
  frame: AnswerFrame,
  at: number,
  maxMetadataBytes: number,
): { leading: Metadata | undefined; trailers: Metadata | undefined } {
  const { flags, buffer, view, end } = frame;
  let leading: Metadata | undefined;
  let from = at;
  if ((flags & EndFlag.leading) !== 0) {
    from = documentEnd(view, at, end) ?? end;
    leading = decodeMetadata(buffer, view, at, from, maxMetadataBytes).metadata;
  }
  if ((flags & EndFlag.trailers) !== 0) {
    return { leading, trailers: decodeMetadata(buffer, view, from, end, maxMetadataBytes).metadata };
  }
  if (from !== end) throw unreadable(`${end - from} bytes behind the answer that no flag explains`);
  return { leading, trailers: undefined };
}

/** A body that does not hold what its flags tell. */
export function unreadable(message: string, cause?: unknown): RpcError {
  return new RpcError(cause === undefined ? { code: "INTERNAL", message } : { code: "INTERNAL", message, cause });
}

/** A message of the peer's is beyond what this side takes. */
export function tooLarge(bytes: number, limit: number): RpcError {
  return new RpcError({
    code: "RESOURCE_EXHAUSTED",
    message: `message of ${bytes.toLocaleString("en")} bytes exceeds maxMessageBytes ${limit.toLocaleString("en")}`,
  });
}

/** What reading an answer's metadata threw, as its caller gets it. */
export function badAnswer(cause: unknown): RpcError {
  if (cause instanceof RpcError && cause.code === "RESOURCE_EXHAUSTED") return cause;
  return new RpcError({ code: "INTERNAL", message: "the answer's metadata cannot be decoded", cause });
}
