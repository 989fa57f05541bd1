/**
 * The outgoing side of a connection: frames are written into one arena during a turn and handed to the transport at its end; calls
 * sooner, when half of those in flight have been written; credit later, when what has arrived was read.
 *
 * Owns the arena and the flush; knows nothing of calls. `isFull` is what streams and fragments heed; small calls and control
 * frames always pass, and whoever makes the peer owe them bounds their number.
 */

import type { Clock } from "../time/clock.ts";
import type { Transport } from "../transport/transport.ts";
import { FrameKind, headerBytes, headerWord } from "../wire/frame.ts";
import { type ArenaPool, OutputArena } from "../wire/output-arena.ts";
import { maxQueuedControlFrames } from "./limits.ts";

/**
 * Output below this is not worth a write of its own. Sixteen small calls in flight in two writes of 488 bytes: 4 % more calls/s for 16 % more
 * CPU a call. Two of a kilobyte each are worth it: 57k against 75k orders/s at 8 in flight, CPU unchanged.
 */
const earlyFlushBytes = 1_024;

/** Who is told how the output fares: the connection. */
export interface OutputOwner {
  /** `isFull` may have turned false. */
  outputHasRoom(): void;
  /** A flush has left bytes that the kernel has not taken. */
  outputWaits(): void;
}

export class FrameOutput {
  readonly arena: OutputArena;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #highWaterBytes: number;
  #flushScheduled = false;
  #lateFlushScheduled = false;
  #closed = false;
  /** Replies written while the output was full. */
  #repliesQueued = 0;
  /** Made when something is written, and let go of at rest. */
  #flushNow: (() => void) | undefined;
  #flushLate: (() => void) | undefined;
  /** Call frames written since the last write. */
  #callFrames = 0;
  /** Calls without an answer: now, and when the last turn ended. */
  #openCalls = 0;
  #openCallsAtTurnEnd = 0;

  /** Bytes handed to the transport so far. */
  bytesWritten = 0;
  /** Told when there is room again, and when output waits; the connection. */
  owner: OutputOwner | undefined = undefined;

  constructor(transport: Transport, clock: Clock, pool: ArenaPool, highWaterBytes: number) {
    this.#transport = transport;
    this.#clock = clock;
    this.#highWaterBytes = highWaterBytes;
    this.arena = new OutputArena(pool);
  }

  /** Bytes that have not reached the kernel. */
  get queuedBytes(): number {
    return this.#transport.bufferedBytes + this.arena.pendingBytes;
  }

  /** The peer reads slower than we write, or reads no more: bulk has to wait. */
  get isFull(): boolean {
    return this.#closed || this.#transport.bufferedBytes + this.arena.pendingBytes >= this.#highWaterBytes;
  }

  /** Call after each frame: those of a turn leave in one write, but for calls that went ahead. */
  scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    this.#flushNow ??= () => this.flush();
    this.#clock.atEndOfTurn(this.#flushNow);
  }

  /**
   * Call after a frame that opens a call, of which `openCalls` now wait for their answers. Half of those in flight leave without waiting
   * for the turn's end: the peer then works on one half while this side prepares the other. With all of them in one write each side
   * waits while the other works: 746k against 893k small calls/s at 64 in flight, 1,217k against 1,590k at 256, 116k against 255k orders/s.
   * The second write costs a small call a quarter more CPU at 64 and a tenth at 256, and an order a fifth less.
   */
  scheduleFlushOfCall(openCalls: number): void {
    this.#callFrames += 1;
    this.#openCalls = openCalls;
    const inFlight = Math.max(openCalls, this.#openCallsAtTurnEnd);
    if (this.#callFrames * 2 >= inFlight && this.arena.pendingBytes >= earlyFlushBytes && this.#transport.bufferedBytes === 0) {
      this.#send();
    }
    this.scheduleFlush();
  }

  /**
   * Call after a frame that the peer needs no sooner than its last bytes were read. Several chunks are read in a row, and one write
   * for each would be half of what a large message costs to receive: an echo of 1 MiB took 14 writes of credit, and takes one.
   */
  #scheduleLateFlush(): void {
    if (this.#flushScheduled || this.#lateFlushScheduled) return;
    this.#lateFlushScheduled = true;
    this.#flushLate ??= () => {
      this.#lateFlushScheduled = false;
      if (this.arena.pendingBytes > 0 && !this.#flushScheduled) this.flush();
    };
    this.#clock.afterReading(this.#flushLate);
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

  /** A frame whose body is one u32: cancel, announcements. `word` is the header's second word: the kind, with flags above it. */
  writeWord(word: number, callId: number, value: number): void {
    if (this.#closed) return;
    this.#putWord(word, callId, value);
    this.scheduleFlush();
  }

  /** @param callId 0 for the connection's window */
  writeCredit(callId: number, bytes: number): void {
    if (this.#closed) return;
    this.#putWord(FrameKind.credit, callId, bytes);
    this.#scheduleLateFlush();
  }

  #putWord(word: number, callId: number, value: number): void {
    const arena = this.arena;
    arena.reserve(headerBytes + 4);
    const at = arena.position;
    arena.view.setUint32(at, 4, true);
    arena.view.setUint32(at + 4, word, true);
    arena.view.setUint32(at + 8, callId, true);
    arena.view.setUint32(at + 12, value, true);
    arena.position = at + headerBytes + 4;
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
    this.#openCallsAtTurnEnd = this.#openCalls;
    if (this.#closed) return;
    this.#send();
    if (this.#transport.bufferedBytes === 0) this.drained();
    else this.owner?.outputWaits();
  }

  #send(): void {
    this.#callFrames = 0;
    const bytes = this.arena.pendingBytes;
    if (this.#closed || bytes === 0) return;
    this.bytesWritten += bytes;
    const chunks = this.arena.take();
    if (Buffer.isBuffer(chunks)) this.#transport.write(chunks);
    else this.#transport.writeAll(chunks);
  }

  /** The transport has passed everything on: its memory is ours again. */
  drained(): void {
    this.arena.recycle();
    this.#repliesQueued = 0;
    this.owner?.outputHasRoom();
  }

  /** Nothing is under way, and the transport has passed on everything: not every one of its last bytes is told by a "drain". */
  rest(): void {
    this.arena.recycle();
    this.#flushNow = undefined;
    this.#flushLate = undefined;
  }

  /** Nothing is written from now on. */
  close(): void {
    this.#closed = true;
    this.arena.take();
    // What the kernel has not taken is still read from there: then the memory must not serve another connection.
    if (this.#transport.bufferedBytes === 0) this.arena.recycle();
  }
}
