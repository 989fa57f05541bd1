/**
 * Cuts a stream of bytes into frames. Bytes in, calls to a sink out: no socket, no clock, no idea what a frame means.
 *
 * Ownership: what a sink is given is valid during the call alone; it lies in the chunk that was received or in the carry buffer
 * of a frame that came in several chunks. Memory follows the bytes that arrived, never the length that was declared: the carry
 * buffer grows by doubling. Fragments are handed on piece by piece and never carried.
 * A reader that has failed stays failed. PROTOCOL.md: "Frames".
 */

import { FrameKind, headerBytes } from "./frame.ts";

export interface FrameSink {
  /**
   * A whole frame; its body is `[start, end)` of `buffer`, and `view` covers the same memory.
   * Returning false stops the reader for good (the connection is closing).
   */
  receiveFrame(word: number, callId: number, buffer: Buffer, view: DataView, start: number, end: number): boolean;
  /** Part of a fragment's bytes. */
  receiveFragment(callId: number, buffer: Buffer, start: number, end: number): boolean;
  /** A header declares more than `maxFrameBytes`; the reader has stopped. */
  refuseLength(kind: number, length: number): void;
}

const noBytes: Buffer = Buffer.alloc(0);
const noView: DataView = new DataView(noBytes.buffer, noBytes.byteOffset, 0);

export class FrameReader {
  readonly #sink: FrameSink;
  readonly #maxFrameBytes: number;
  #stopped = false;

  /** A frame that came in pieces: header and body so far. */
  #carry: Buffer = noBytes;
  #carryView: DataView = noView;
  #carried = 0;

  /** Bytes of the present fragment that have not arrived. */
  #fragmentLeft = 0;
  #fragmentCall = 0;

  /** The view of the last chunk: sockets that read into one buffer bring the same memory each time. */
  #view: DataView = noView;

  constructor(sink: FrameSink, maxFrameBytes: number) {
    this.#sink = sink;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** True between frames: no part of one is held. */
  get isAtBoundary(): boolean {
    return this.#carried === 0 && this.#fragmentLeft === 0;
  }

  receive(chunk: Buffer): void {
    if (this.#stopped) return;
    let at = 0;
    if (this.#fragmentLeft > 0) at = this.#continueFragment(chunk, 0);
    while (this.#carried > 0 && at < chunk.length && !this.#stopped) at = this.#continueCarry(chunk, at);
    if (at < chunk.length && !this.#stopped) this.#readFrames(chunk, at);
  }

  /** Lets go of the last chunk's memory. */
  forget(): void {
    this.#view = noView;
    if (this.#carried === 0) {
      this.#carry = noBytes;
      this.#carryView = noView;
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#carry = noBytes;
    this.#carryView = noView;
    this.#carried = 0;
  }

  /** The fast path: whole frames straight from the chunk. */
  #readFrames(chunk: Buffer, from: number): void {
    const view = this.#viewOf(chunk);
    const limit = chunk.length;
    let at = from;
    while (limit - at >= headerBytes) {
      const length = view.getUint32(at, true);
      const word = view.getUint32(at + 4, true);
      const callId = view.getUint32(at + 8, true);
      if (length > this.#maxFrameBytes) return this.#refuse(word & 0xff, length);
      const start = at + headerBytes;
      if ((word & 0xff) === FrameKind.fragment && length > 0) {
        this.#fragmentLeft = length;
        this.#fragmentCall = callId;
        at = this.#continueFragment(chunk, start);
        if (this.#stopped) return;
        continue;
      }
      if (limit - start < length) break;
      at = start + length;
      if (!this.#sink.receiveFrame(word, callId, chunk, view, start, at) || this.#stopped) return this.stop();
    }
    if (at < limit) this.#keep(chunk, at);
  }

  #continueFragment(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#fragmentLeft);
    if (end === at) return at;
    this.#fragmentLeft -= end - at;
    if (!this.#sink.receiveFragment(this.#fragmentCall, chunk, at, end)) this.stop();
    return end;
  }

  /** Adds to the carried frame; hands it on when it is whole. Returns where the rest of the chunk begins. */
  #continueCarry(chunk: Buffer, from: number): number {
    let at = from;
    if (this.#carried < headerBytes) {
      at = this.#fill(chunk, at, headerBytes);
      if (this.#carried < headerBytes) return at;
    }
    const length = this.#carryView.getUint32(0, true);
    const word = this.#carryView.getUint32(4, true);
    const callId = this.#carryView.getUint32(8, true);
    if (length > this.#maxFrameBytes) {
      this.#refuse(word & 0xff, length);
      return chunk.length;
    }
    if ((word & 0xff) === FrameKind.fragment && length > 0) {
      this.#carried = 0;
      this.#fragmentLeft = length;
      this.#fragmentCall = callId;
      return this.#continueFragment(chunk, at);
    }
    const total = headerBytes + length;
    at = this.#fill(chunk, at, total);
    if (this.#carried < total) return at;
    const carry = this.#carry;
    const view = this.#carryView;
    this.#carried = 0;
    // A large carry is not kept: an idle connection holds no memory for frames.
    if (carry.length > 4096) {
      this.#carry = noBytes;
      this.#carryView = noView;
    }
    if (!this.#sink.receiveFrame(word, callId, carry, view, headerBytes, total)) this.stop();
    return at;
  }

  /** Copies from the chunk until `wanted` bytes are carried or the chunk is used up. */
  #fill(chunk: Buffer, at: number, wanted: number): number {
    const take = Math.min(wanted - this.#carried, chunk.length - at);
    this.#reserve(this.#carried + take);
    chunk.copy(this.#carry, this.#carried, at, at + take);
    this.#carried += take;
    return at + take;
  }

  #keep(chunk: Buffer, at: number): void {
    this.#carried = 0;
    this.#reserve(chunk.length - at);
    this.#carried = chunk.copy(this.#carry, 0, at, chunk.length);
  }

  #reserve(bytes: number): void {
    if (this.#carry.length >= bytes) return;
    const grown = Buffer.allocUnsafeSlow(
      Math.max(256, bytes, Math.min(this.#carry.length * 2, this.#maxFrameBytes + headerBytes)),
    );
    this.#carry.copy(grown, 0, 0, this.#carried);
    this.#carry = grown;
    this.#carryView = new DataView(grown.buffer, grown.byteOffset, grown.length);
  }

  #refuse(kind: number, length: number): void {
    this.stop();
    this.#sink.refuseLength(kind, length);
  }

  #viewOf(chunk: Buffer): DataView {
    const view = this.#view;
    if (view.buffer === chunk.buffer && view.byteOffset === chunk.byteOffset && view.byteLength >= chunk.length) return view;
    this.#view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
    return this.#view;
  }
}
