/**
 * Documents of the runtime itself: handshake, errors, metadata; plain values in, plain values out, without a schema.
 *
 * What travels is what `value-write.ts` lists. Bounded: `maxDepth` levels and `maxElements` elements at all levels together.
 * Values of BSON types that JavaScript lacks come out as `bson`'s classes when `taut/runtime/v1/bson` is loaded in the
 * process, else as `RawElement`s (`exotic-types.ts`).
 */

import { CodecError } from "../errors/codec-error.ts";
import { documentRoom } from "./document-room.ts";
import { explainValue } from "./explain-value.ts";
import { fail, isFailure, isOverrun } from "./fail.ts";
import { keyEnd, valueEnd } from "./skip.ts";
import { closeWindow } from "./text-read.ts";
import { readDocument } from "./value-read.ts";
import { documentBound, slackBytes, writeDocument } from "./value-write.ts";

export interface DocumentLimits {
  /** Levels of documents and arrays; the document itself is 1. Default 64. */
  readonly maxDepth: number;
  /** Elements of all levels together. Default 1,000,000. */
  readonly maxElements: number;
}

const defaultDocumentLimits: DocumentLimits = { maxDepth: 64, maxElements: 1_000_000 };

/** The fewest bytes of an element: a type byte and the NUL of an empty key. */
const elementBytes = 2;

/** The document as BSON, in memory of its own. CodecError where a value cannot be carried; what a getter throws passes. */
export function encodePlainDocument(value: Record<string, unknown>, limits = defaultDocumentLimits): Buffer {
  try {
    const buffer = documentRoom(documentBound(value, limits.maxDepth) + slackBytes, "document");
    const view = new DataView(buffer.buffer);
    const end = writeDocument(buffer, view, 0, value, limits.maxDepth);
    if (end > buffer.length - slackBytes) throw broken("changed while it was encoded");
    if (end > limits.maxElements * elementBytes) countElements(buffer, view, 0, end, limits);
    return buffer.subarray(0, end);
  } catch (error) {
    if (isOverrun(error)) throw broken("changed while it was encoded");
    if (!isFailure(error)) throw error;
    const problem = explainValue(value, "", limits.maxDepth);
    throw problem === undefined ? broken("changed while it was encoded") : new CodecError("document", [problem]);
  }
}

/** Reads the document that fills `[start, end)` exactly. CodecError for anything else. What it returns owns its memory. */
export function decodePlainDocument(
  buffer: Buffer,
  view: DataView,
  start: number,
  end: number,
  limits = defaultDocumentLimits,
): Record<string, unknown> {
  try {
    if (end - start < 5 || view.getInt32(start, true) !== end - start || buffer[end - 1] !== 0) {
      throw broken("is no document of the length it states");
    }
    if (end - start > limits.maxElements * elementBytes) countElements(buffer, view, start, end, limits);
    closeWindow();
    return readDocument(buffer, view, start, end, limits.maxDepth);
  } catch (error) {
    throw isFailure(error) ? broken("is malformed, or nests deeper than maxDepth") : error;
  }
}

/** Only documents long enough to hold more than `maxElements` are counted: others cost nothing. */
function countElements(b: Buffer, dv: DataView, start: number, end: number, limits: DocumentLimits): void {
  if (elementsLeft(b, dv, start, end, limits.maxDepth, limits.maxElements) < 0)
    throw broken("holds more elements than maxElements");
}

function elementsLeft(b: Buffer, dv: DataView, start: number, end: number, depth: number, left: number): number {
  if (depth <= 0) fail();
  const last = end - 1;
  for (let at = start + 4; at < last && left >= 0; ) {
    const type = b[at] as number;
    const from = keyEnd(b, at + 1, last);
    at = valueEnd(b, dv, type, from, last);
    left -= 1;
    if (type === 0x03 || type === 0x04) left = elementsLeft(b, dv, from, at, depth - 1, left);
  }
  return left;
}

function broken(message: string): CodecError {
  return new CodecError("document", [{ path: "", rule: "type", message }]);
}
