/**
 * The body of a call frame, taken apart: message, deadline, name block, metadata, in this order. PROTOCOL.md: "Frames", "Methods".
 *
 *     | message, or u32 total | u32 deadline | u64 fingerprint, u16 length, name | metadata document |
 *
 * Ranges alone: nothing is decoded but the name, and nothing is kept. What it throws is a `FrameFault`.
 */

import { isUtf8 } from "node:buffer";
import { CallFlag } from "../wire/frame.ts";
import { oneWayOverheadBytes } from "./limits.ts";

export interface CallFrame {
  /** Where the message ends that begins with the body; the four bytes of its total if it is fragmented, empty for request streams. */
  readonly messageEnd: number;
  /** Bytes of the message: its own, or announced. */
  readonly messageBytes: number;
  /** Milliseconds; 0 for none. */
  readonly deadline: number;
  /** `package.Service/method`, if the frame names its method. */
  readonly name: string | undefined;
  /** 16 hexadecimal digits. */
  readonly fingerprint: string;
  /** Where the metadata document begins; the frame's end if there is none. */
  readonly metadataStart: number;
}

/** What is wrong with a frame: with its structure, so that the connection must end, or with what this call says. */
export class FrameFault {
  readonly message: string;
  readonly endsConnection: boolean;

  constructor(message: string, endsConnection: boolean) {
    this.message = message;
    this.endsConnection = endsConnection;
  }
}

const { deadline, fragmented, metadata, name, oneWay, requestStream, responseStream } = CallFlag;
const knownFlags = deadline | fragmented | metadata | name | oneWay | requestStream | responseStream;

export function readCallFrame(flags: number, buffer: Buffer, view: DataView, start: number, end: number): CallFrame {
  checkFlags(flags);
  let at = start;
  let messageBytes = 0;
  if ((flags & fragmented) !== 0) {
    at = behind(at, 4, end, "the total length");
    messageBytes = view.getUint32(start, true);
  } else if ((flags & requestStream) === 0) {
    const messageEnd = documentEnd(view, start, end);
    if (messageEnd === undefined) throw new FrameFault("the request's length does not fit its frame", false);
    at = messageEnd;
    messageBytes = at - start;
  }
  const messageEnd = at;
  let left = 0;
  if ((flags & deadline) !== 0) {
    at = behind(at, 4, end, "the deadline");
    left = view.getUint32(at - 4, true);
  }
  let path: string | undefined;
  let fingerprint = "";
  if ((flags & name) !== 0) {
    const from = behind(at, 10, end, "the name");
    const length = view.getUint16(at + 8, true);
    fingerprint = view.getBigUint64(at, true).toString(16).padStart(16, "0");
    at = behind(from, length, end, "the whole name");
    // U+FFFD in the place of bad bytes would make two names one.
    if (!isUtf8(buffer.subarray(from, at))) throw new FrameFault("the method's name is not UTF-8", false);
    path = buffer.toString("utf8", from, at);
  }
  if ((flags & metadata) === 0 && at !== end) {
    throw new FrameFault(`${end - at} bytes behind the request that no flag explains`, false);
  }
  return { messageEnd, messageBytes, deadline: left, name: path, fingerprint, metadataStart: at };
}

function checkFlags(flags: number): void {
  if ((flags & ~knownFlags) !== 0) throw new FrameFault(`unknown flags 0x${flags.toString(16)} of a call`, true);
  const streams = flags & (requestStream | responseStream);
  if ((flags & oneWay) !== 0 && streams !== 0) throw new FrameFault("a one-way call with a stream", true);
  if ((flags & fragmented) !== 0 && (flags & requestStream) !== 0) {
    throw new FrameFault("a request stream with a message in its call frame", true);
  }
}

/** The offset behind `bytes` more. */
function behind(at: number, bytes: number, end: number, what: string): number {
  if (end - at < bytes) throw new FrameFault(`a call frame without ${what} that it flags`, false);
  return at + bytes;
}

/** Where the document that begins at `start` ends, or undefined when its length lies. */
export function documentEnd(view: DataView, start: number, end: number): number | undefined {
  if (end - start < 5) return undefined;
  const length = view.getInt32(start, true);
  return length < 5 || length > end - start ? undefined : start + length;
}

/** Where a request lies in its frame; of one in fragments, the length that was announced. */
export interface Request {
  readonly buffer: Buffer;
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
  readonly bytes: number;
}

/** What a one-way call of this size debits the connection's window; 0 for others. */
export function oneWayCostOf(flags: number, messageBytes: number): number {
  return (flags & CallFlag.oneWay) === 0 ? 0 : messageBytes + oneWayOverheadBytes;
}
