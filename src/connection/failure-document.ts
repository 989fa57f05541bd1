/**
 * Errors on the wire: an RpcError to a document and back. PROTOCOL.md: "Errors".
 *
 *     { code: int32, message: string, type?: string, retryAfterMs?: number, details?: [{ type, data }] }
 *
 * `type` names a declared fault whose data document stands behind this one, encoded by its own codec. Neither stack, cause nor
 * facts such as `executed` cross.
 */

import { decodePlainDocument, encodePlainDocument } from "../bson/plain-document.ts";
import { codeNumbers, codeOfNumber } from "../errors/code.ts";
import { type Detail, RpcError } from "../errors/rpc-error.ts";

/** Texts are cut to this many bytes of UTF-8, on a character. */
export const maxErrorTextBytes = 8 * 1024;

/** Where the data document of a declared fault lies. Valid during the receiving call alone. */
export interface FaultBytes {
  readonly type: string;
  readonly buffer: Buffer;
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

export interface Failure {
  readonly error: RpcError;
  /** Name of the declared fault, when its data follows. */
  readonly faultType: string | undefined;
}

/** Never throws: what cannot be encoded, or would make the document larger than `maxBytes`, are details, and these are left out. */
export function encodeFailure(error: RpcError, faultType: string | undefined, maxBytes: number): Buffer {
  const document: Record<string, unknown> = { code: codeNumbers[error.code], message: cutText(String(error.message)) };
  if (faultType !== undefined) document.type = faultType;
  const { retryAfterMs } = error;
  if (typeof retryAfterMs === "number" && retryAfterMs >= 0) document.retryAfterMs = retryAfterMs;
  if (error.details.length === 0) return encodePlainDocument(document);
  try {
    const details = error.details.map(({ type, data }) => (data === undefined ? { type } : { type, data }));
    const bytes = encodePlainDocument({ ...document, details });
    if (bytes.length <= maxBytes) return bytes;
  } catch {
    // A function, a cycle, a getter that throws: the error itself must arrive.
  }
  return encodePlainDocument(document);
}

/** Throws (a CodecError) for what is no document; odd fields in one are left out. */
export function decodeFailure(buffer: Buffer, view: DataView, start: number, end: number): Failure {
  const document = decodePlainDocument(buffer, view, start, end);
  const { code, message, type, retryAfterMs } = document;
  const details: Detail[] = [];
  if (Array.isArray(document.details)) {
    for (const item of document.details as unknown[]) {
      const detail = item as { type?: unknown; data?: unknown } | null;
      if (typeof detail === "object" && typeof detail?.type === "string") details.push({ type: detail.type, data: detail.data });
    }
  }
  const error = new RpcError({
    code: codeOfNumber(typeof code === "number" ? code : 2),
    message: typeof message === "string" ? message : "",
    details,
    ...(typeof retryAfterMs === "number" && retryAfterMs >= 0 ? { retryAfterMs } : {}),
  });
  return { error, faultType: typeof type === "string" ? type : undefined };
}

/** A fault that the receiver's schema does not declare: its data becomes the first detail. */
export function withUndeclaredFault(error: RpcError, fault: FaultBytes): RpcError {
  let data: unknown;
  try {
    data = decodePlainDocument(fault.buffer, fault.view, fault.start, fault.end);
  } catch {
    // The name alone is still worth having.
  }
  return Object.assign(error, { details: [{ type: fault.type, data }, ...error.details] });
}

/** At most `maxErrorTextBytes`, never half a character. Lone surrogates become U+FFFD: an error must always be sendable. */
export function cutText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  if (whole.length * 3 <= maxErrorTextBytes) return whole;
  const bytes = Buffer.from(whole, "utf8");
  if (bytes.length <= maxErrorTextBytes) return whole;
  let end = maxErrorTextBytes;
  while (((bytes[end] as number) & 0xc0) === 0x80) end -= 1;
  return bytes.toString("utf8", 0, end);
}
