/**
 * Turns what hot code threw into what users see: the signal becomes a `CodecError` with every violation, anything else passes.
 */

import { isFailure, isOverrun } from "../bson/fail.ts";
import type { CodecLimits } from "../contract/codec.ts";
import { CodecError, type Violation } from "../errors/codec-error.ts";
import { explainDecode } from "./explain-decode.ts";
import { explainEncode } from "./explain-encode.ts";
import type { DocumentPlace } from "./limits.ts";
import type { Shape } from "./shape.ts";

/** @param what the full name of the type that was encoded */
export function encodeError(error: unknown, what: string, shape: Shape, value: unknown, limits: CodecLimits): unknown {
  if (isOverrun(error)) return changedError(what);
  if (!isFailure(error)) return error;
  const violations = explainEncode(shape, value, limits);
  return new CodecError(what, violations.length > 0 ? violations : [changed]);
}

/** The value is fine on second sight. */
const changed: Violation = { path: "", rule: "changed", message: "changed while it was encoded" };

/** The error for a value that took more bytes than its bound. */
export function changedError(what: string): CodecError {
  return new CodecError(what, [changed]);
}

/** @param what the full name of the type that was decoded */
export function decodeError(error: unknown, what: string, shape: Shape, place: DocumentPlace, limits: CodecLimits): unknown {
  if (!isFailure(error)) return error;
  const violations = explainDecode(shape, place, limits);
  const malformed: Violation = { path: "", rule: "malformed", message: "the document is malformed", offset: 0 };
  return new CodecError(what, violations.length > 0 ? violations : [malformed]);
}
