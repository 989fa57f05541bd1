/**
 * The outgoing side of a connection: frames are written into one arena during a turn and handed to the transport at its end.
 *
 * Owns the arena and the flush; knows nothing of calls. `isFull` is what streams and fragments heed; small calls and control
 * frames always pass, and whoever makes the peer owe them bounds their number.
 */

import type { Clock } from "../time/clock.ts";
import type { Transport } from "../transport/transport.ts";
import { headerBytes, headerWord } from "../wire/frame.ts";
import { type ArenaPool, OutputArena } from "../wire/output-arena.ts";
import { maxQueuedControlFrames } from "./limits.ts";

export class FrameOutput {
  readonly arena: OutputArena;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #highWaterBytes: number;
  #flushScheduled = false;
  #closed = false;
  /** Replies written while the output was full. */
  #repliesQueued = 0;
  readonly #flushNow: () => void;

  /** Bytes handed to the transport so far. */
  bytesWritten = 0;
  /** Called when `isFull` may have turned false. */
  onRoom: () => void = () => {};
  /** Called when a flush leaves bytes that the kernel has not taken. */
  onPending: () => void = () => {};

  constructor(transport: Transport, clock: Clock, pool: ArenaPool, highWaterBytes: number) {
    this.#transport = transport;
    this.#clock = clock;
    this.#highWaterBytes = highWaterBytes;
    this.arena = new OutputArena(pool);
    this.#flushNow = () => this.flush();
  }

  /** Bytes that have not reached the kernel. */
  get queuedBytes(): number {
    return this.#transport.bufferedBytes + this.arena.pendingBytes;
  }

  /** The peer reads slower than we write: bulk has to wait. */
  get isFull(): boolean {
    return this.#transport.bufferedBytes + this.arena.pendingBytes >= this.#highWaterBytes;
  }

  /** Call after each frame: all frames of a turn leave in one write. */
  scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    this.#clock.atEndOfTurn(this.#flushNow);
  }

  /** A frame without a body or with a few ready bytes. */
  writeFrame(kind: number, flags: number, callId: number, body?: Buffer): void {
    if (this.#closed) return;
    const length = body?.length ?? 0;
    const arena = this.arena;
    arena.reserve(headerBytes + length);
    const at = arena.position;
    arena.view.setUint32(at, length, true);
    arena.view.setUint32(at + 4, headerWord(kind, flags, 0), true);
    arena.view.setUint32(at + 8, callId, true);
    if (body !== undefined) body.copy(arena.buffer, at + headerBytes);
    arena.position = at + headerBytes + length;
    this.scheduleFlush();
  }

  /** A frame whose body is one u32: credit, cancel, announcements. `word` is the header's second word: the kind, with flags above it. */
  writeWord(word: number, callId: number, value: number): void {
    if (this.#closed) return;
    const arena = this.arena;
    arena.reserve(headerBytes + 4);
    const at = arena.position;
    arena.view.setUint32(at, 4, true);
    arena.view.setUint32(at + 4, word, true);
    arena.view.setUint32(at + 8, callId, true);
    arena.view.setUint32(at + 12, value, true);
    arena.position = at + headerBytes + 4;
    this.scheduleFlush();
  }

  /** Call before a reply that the peer has made us owe and that no call's place bounds. False: too many wait for a peer that does not read. */
  countReply(): boolean {
    if (!this.isFull) return true;
    this.#repliesQueued += 1;
    return this.#repliesQueued <= maxQueuedControlFrames;
  }

  /** Bytes outside of any frame: the preface. */
  writeRaw(bytes: Buffer): void {
    const arena = this.arena;
    arena.reserve(bytes.length);
    arena.position += bytes.copy(arena.buffer, arena.position);
    this.scheduleFlush();
  }

  flush(): void {
    this.#flushScheduled = false;
    if (this.#closed) return;
    const arena = this.arena;
    const bytes = arena.pendingBytes;
    if (bytes > 0) {
      this.bytesWritten += bytes;
      const chunks = arena.take();
      if (Buffer.isBuffer(chunks)) this.#transport.write(chunks);
      else this.#transport.writeAll(chunks);
    }
    if (this.#transport.bufferedBytes === 0) this.drained();
    else this.onPending();
  }

  /** The transport has passed everything on: its memory is ours again. */
  drained(): void {
    if (this.arena.pendingBytes === 0) this.arena.recycle();
    this.#repliesQueued = 0;
    this.onRoom();
  }

  /** Nothing is written from now on. */
  close(): void {
    this.#closed = true;
    this.arena.take();
    // What the kernel has not taken is still read from there: then the memory must not serve another connection.
    if (this.#transport.bufferedBytes === 0) this.arena.recycle();
  }
}
