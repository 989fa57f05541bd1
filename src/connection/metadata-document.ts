/**
 * Metadata on the wire: a document of strings, binaries, and arrays of these for keys of several values. PROTOCOL.md: "Metadata".
 *
 * Keys that begin with "taut-" are the protocol's own; unknown ones of them are ignored, so that later versions may add some.
 */

import { decodePlainDocument, encodePlainDocument } from "../bson/plain-document.ts";
import { RpcError, withFacts } from "../errors/rpc-error.ts";
import { Metadata, type MetadataValue, reservedPrefix } from "../metadata/metadata.ts";

/** How often the call was tried, in request metadata; absent for the first time. */
export const attemptKey = "taut-attempt";

export interface ReceivedMetadata {
  readonly metadata: Metadata;
  readonly attempt: number;
}

/** Undefined for empty metadata: nothing is sent. Throws RESOURCE_EXHAUSTED above the limit. */
export function encodeMetadata(metadata: Metadata | undefined, maxBytes: number, attempt = 1): Buffer | undefined {
  // Without a prototype: "__proto__" is a legal key.
  const document: Record<string, unknown> = Object.create(null);
  let isEmpty = true;
  if (metadata !== undefined) {
    for (const [key, value] of metadata) {
      const known = document[key];
      if (known === undefined) document[key] = value;
      else if (Array.isArray(known)) known.push(value);
      else document[key] = [known, value];
      isEmpty = false;
    }
  }
  if (attempt > 1) {
    document[attemptKey] = attempt;
    isEmpty = false;
  }
  if (isEmpty) return undefined;
  const bytes = encodePlainDocument(document);
  if (bytes.length > maxBytes) throw tooLarge(bytes.length, maxBytes);
  return bytes;
}

/** Throws an RpcError that refuses the call: RESOURCE_EXHAUSTED above the limit, INVALID_ARGUMENT for what is no metadata. */
export function decodeMetadata(buffer: Buffer, view: DataView, start: number, end: number, maxBytes: number): ReceivedMetadata {
  if (end - start > maxBytes) throw tooLarge(end - start, maxBytes);
  const metadata = new Metadata();
  let attempt = 1;
  try {
    const document = decodePlainDocument(buffer, view, start, end);
    for (const key of Object.keys(document)) {
      const value = document[key];
      if (key.startsWith(reservedPrefix)) {
        if (key === attemptKey && typeof value === "number" && value >= 1) attempt = Math.trunc(value);
        continue;
      }
      if (Array.isArray(value)) for (const one of value) metadata.append(key, one as MetadataValue);
      else metadata.append(key, value as MetadataValue);
    }
  } catch (cause) {
    throw refused("INVALID_ARGUMENT", "metadata is malformed", cause);
  }
  return { metadata, attempt };
}

function tooLarge(bytes: number, limit: number): RpcError {
  return refused(
    "RESOURCE_EXHAUSTED",
    `metadata of ${bytes.toLocaleString("en")} bytes exceeds maxMetadataBytes ${limit.toLocaleString("en")}`,
  );
}

function refused(code: "RESOURCE_EXHAUSTED" | "INVALID_ARGUMENT", message: string, cause?: unknown): RpcError {
  return withFacts(new RpcError(cause === undefined ? { code, message } : { code, message, cause }), { executed: "no" });
}
