/**
 * The frame: kinds, flags, header. PROTOCOL.md: "Frames".
 *
 *      0        4     5      6        8         12
 *      +--------+-----+------+--------+---------+----------------------------+
 *      | length | kind| flags| method | call id | body, `length` bytes       |
 *      |  u32   | u8  |  u8  |  u16   |   u32   | message, then what flags   |
 *      +--------+-----+------+--------+---------+ say, in the order below    +
 *
 * Little-endian, as BSON is, so that three word loads read a header. `length` counts what follows the twelve bytes.
 * This file is constants alone; it knows neither sockets nor what a method is.
 */

/** Bytes of the header. */
export const headerBytes = 12;

/**
 * What a frame is. Kinds from 0x80 are optional: a peer that does not know one skips it. An unknown kind below that ends the
 * connection.
 */
export const FrameKind = Object.freeze({
  /** Handshake, once each way. Body: a document. */
  hello: 1,
  /** Further rounds of the handshake: a challenge, then an answer. Body: a document. */
  auth: 2,
  /** Opens a call. Body: message, then deadline, name, metadata as flagged. */
  call: 3,
  /** One message of a stream, either way. */
  message: 4,
  /** A piece of the message that the call's last announcing frame announced. Body: raw bytes. */
  fragment: 5,
  /** The caller's stream of requests is complete. No body. */
  finish: 6,
  /** The call ended well. Body: the message if flagged, leading metadata, trailers. */
  result: 7,
  /** The call failed. Body: the failure document, leading metadata, trailers. */
  failure: 8,
  /** The caller gives up. Body: u32 reason. */
  cancel: 9,
  /** The callee has begun; a caller may now send request messages beyond the first. No body. */
  accept: 10,
  /** Leading metadata, ahead of the first message. Body: a metadata document. */
  leading: 11,
  /** More window. Body: u32 bytes; call id 0 is the connection's. */
  credit: 12,
  /** Body: 8 bytes, which the pong carries back. */
  ping: 13,
  pong: 14,
  /** No new calls, please. Body: u32 last accepted call id, then a document `{ code, message }`. */
  goingAway: 15,
  /** The connection ends now, and why. Body: a document `{ code, message }`. */
  close: 16,
});

/** The first kind that a peer may skip when it does not know it. */
export const firstOptionalKind = 0x80;

/** Flags of `call`. Their parts follow the message in the order: deadline, name, metadata. */
export const CallFlag = Object.freeze({
  /** A name block: u64 fingerprint, u16 length, UTF-8 bytes of `package.Service/method`. Binds `method` unless that is 0xFFFF. */
  name: 0x01,
  metadata: 0x02,
  /** u32 milliseconds that are left, rounded up. */
  deadline: 0x04,
  /** Instead of the message stands its u32 total length; it follows in fragments. */
  fragmented: 0x08,
  /** No answer is wanted. */
  oneWay: 0x10,
  /** Requests are a stream: there is no message here, they follow until `finish`. */
  requestStream: 0x20,
  /** Responses are a stream. */
  responseStream: 0x40,
});

/** A call with any of these is a stream. */
export const streamFlags: number = CallFlag.requestStream | CallFlag.responseStream;

/** Flags of `message`. */
export const MessageFlag = Object.freeze({ fragmented: 0x08 });

/** Flags of `result` and `failure`. Parts follow in the order: message (or failure document, fault data), leading, trailers. */
export const EndFlag = Object.freeze({
  trailers: 0x01,
  leading: 0x02,
  /** `result`: instead of the message stands its u32 total length; it follows in fragments. */
  fragmented: 0x08,
  /** `result`: there is a message. */
  message: 0x10,
  /** `failure`: the handler never started; a retry is safe for every method. */
  refused: 0x20,
  /** `failure`: behind the failure document stands the data document of the declared fault that it names. */
  fault: 0x40,
});

/** Reasons of `cancel`: an enum, because the user's words stay at home. */
export const CancelReason = Object.freeze({
  /** The caller aborted, or left the loop. */
  cancelled: 0,
  deadline: 1,
  /** The caller's request iterable threw. */
  requestFailed: 2,
  /** The answer could not be decoded or was beyond the caller's limits. */
  badAnswer: 3,
});

/** "The name is in this frame, bind nothing." */
export const unboundMethod = 0xffff;

/** `kind | flags << 8 | method << 16`: the header's second word. */
export function headerWord(kind: number, flags: number, method: number): number {
  return kind | (flags << 8) | (method << 16);
}

/** Serial arithmetic mod 2^32: is id `a` later than `b`? */
export function isLaterId(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}
