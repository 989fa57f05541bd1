/** A transport without a wire: the test reads what was written and says what arrives, what is buffered and when it ends. */

import type { Transport, TransportListener } from "../../src/transport/transport.ts";
import { decodeFrame, encodeFrame, type Frame, FrameSplitter } from "./wire-frames.ts";

export class ScriptedTransport implements Transport {
  readonly kind = "memory";
  readonly peerAddress = "scripted";
  #listener: TransportListener | undefined;
  #written: Buffer[] = [];
  readonly #splitter = new FrameSplitter();
  hasEnded = false;
  /** "reset" for RST. */
  destroyed: false | "closed" | "reset" = false;
  isReferenced = true;
  /** While true, what is written stays buffered until `drain()`. */
  isHeld = false;
  bufferedBytes = 0;
  writes = 0;

  attach(listener: TransportListener): void {
    this.#listener = listener;
  }

  write(chunk: Buffer): void {
    if (this.hasEnded || this.destroyed !== false) return;
    this.writes += 1;
    // A copy, made late on purpose: whoever uses the memory again before it was sent is found out by `isHeld` tests.
    this.#written.push(this.isHeld ? chunk : Buffer.from(chunk));
    if (this.isHeld) this.bufferedBytes += chunk.length;
  }

  writeAll(chunks: readonly Buffer[]): void {
    for (const chunk of chunks) this.write(chunk);
  }

  end(): void {
    this.hasEnded = true;
  }

  destroy(reset = false): void {
    if (this.destroyed !== false) return;
    this.destroyed = reset ? "reset" : "closed";
    this.#listener?.closed(undefined);
  }

  setRef(ref: boolean): void {
    this.isReferenced = ref;
  }

  /** The kernel takes what waits. */
  drain(): void {
    this.isHeld = false;
    this.#written = this.#written.map((chunk) => Buffer.from(chunk));
    this.bufferedBytes = 0;
    this.#listener?.drained();
  }

  // ---------------------------------------------------------------- what arrives

  receive(bytes: Buffer): void {
    // The memory is lent: whoever keeps a slice finds it overwritten.
    const chunk = Buffer.from(bytes);
    this.#listener?.receiveBytes(chunk);
    chunk.fill(0xee);
  }

  receiveFrame(...frames: Frame[]): void {
    this.receive(Buffer.concat(frames.map(encodeFrame)));
  }

  receiveEnd(): void {
    this.#listener?.receiveEnd();
  }

  lose(error?: Error): void {
    this.destroyed = "closed";
    this.#listener?.closed(error);
  }

  // ---------------------------------------------------------------- what was written

  takeBytes(): Buffer {
    const bytes = Buffer.concat(this.#written);
    this.#written = [];
    return bytes;
  }

  /** Frames written since the last time. */
  takeFrames(): Frame[] {
    return this.#splitter.push(this.takeBytes()).map(decodeFrame);
  }
}
