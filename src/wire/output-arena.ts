/**
 * Where outgoing frames are written: one growing region of an arena, handed to the socket once a turn.
 *
 * One `write` per frame costs five times a whole small call (134k against 660k calls/s); cork and a write per frame 1.3 times.
 * Ownership: memory from `start` on belongs to the writer until `take()` hands `[start, position)` to a transport, and returns to
 * it by `recycle()` when the transport has passed everything to the kernel. Then the same memory serves again and nothing is
 * allocated. Otherwise the region behind is used up and a fresh arena is taken; the garbage collector frees the old one.
 * An idle connection holds no arena: it gives it back to the pool.
 */

import { MessageMemory } from "./message-memory.ts";

export const arenaBytes = 64 * 1024;

export interface Arena {
  readonly buffer: Buffer;
  readonly view: DataView;
}

/** Spare memory, shared by the connections of one channel or server: at most 16 arenas (1 MiB), and weakly what large messages were encoded in. */
export class ArenaPool {
  readonly #spare: Arena[] = [];
  readonly messages: MessageMemory = new MessageMemory();

  take(): Arena {
    return this.#spare.pop() ?? newArena(arenaBytes);
  }

  give(arena: Arena): void {
    if (arena.buffer.length === arenaBytes && this.#spare.length < 16) this.#spare.push(arena);
  }
}

export function newArena(bytes: number): Arena {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  return { buffer, view: new DataView(buffer.buffer, buffer.byteOffset, buffer.length) };
}

const none: Arena = newArena(0);

export class OutputArena {
  readonly #pool: ArenaPool;
  #arena: Arena = none;
  #start = 0;
  /** Full regions that wait for the next flush, oldest first. */
  #full: Buffer[] | undefined;
  #fullBytes = 0;
  /** Messages whose memory is free once they have left: not yet taken, and taken but not passed on by the transport. */
  #retired: Buffer[] | undefined;
  #leaving: Buffer[] | undefined;

  /** Where the next frame begins. Writers move it by `position = end` when the frame is complete, or leave it to take back. */
  position = 0;
  buffer: Buffer = none.buffer;
  view: DataView = none.view;
  /**
   * Set while a message is encoded at `position`: its getters are user code and may send, abort or close on this very connection. Such
   * frames then go into other memory and ahead of it; its writer finds `buffer` changed and must copy what it has encoded.
   */
  isLent = false;

  constructor(pool: ArenaPool) {
    this.#pool = pool;
  }

  /** Bytes written and not yet taken. */
  get pendingBytes(): number {
    return this.#fullBytes + this.position - this.#start;
  }

  /** Makes room for `bytes` at `position`. */
  reserve(bytes: number): void {
    if (this.isLent || this.buffer.length - this.position < bytes) this.#renew(bytes);
  }

  /** Puts memory of somebody else between the frames, by reference. The caller must not change it until it was sent. */
  appendOwned(bytes: Buffer): void {
    this.#closeRegion();
    this.#addFull(bytes);
  }

  /** Memory of its own for a large message: undefined where that is not worth while. To be retired or given back, or left to the collector. */
  takeMessageMemory(bound: number): Buffer | undefined {
    return this.#pool.messages.take(bound);
  }

  /** The message was copied. */
  giveMessageMemory(message: Buffer): void {
    this.#pool.messages.give(message);
  }

  /** All of the message was appended, and will not be read but to be sent: its memory goes back when it has left. */
  retire(message: Buffer): void {
    this.#retired ??= [];
    this.#retired.push(message);
  }

  /** What is to be sent, in order. One region in the usual case; then no array is made. */
  take(): Buffer | readonly Buffer[] {
    const region = this.buffer.subarray(this.#start, this.position);
    this.#start = this.position;
    if (this.#retired !== undefined) {
      if (this.#leaving === undefined) this.#leaving = this.#retired;
      else this.#leaving.push(...this.#retired);
      this.#retired = undefined;
    }
    const all = this.#full;
    if (all === undefined) return region;
    this.#full = undefined;
    this.#fullBytes = 0;
    if (region.length > 0) all.push(region);
    return all;
  }

  /** The transport has passed on all that was taken: messages give their memory back, and the arena too if nothing else is in it. */
  recycle(): void {
    for (const message of this.#leaving ?? []) this.#pool.messages.give(message);
    this.#leaving = undefined;
    if (this.#arena === none || this.pendingBytes > 0) return;
    if (!this.isLent) this.#pool.give(this.#arena);
    this.#use(none);
  }

  #renew(bytes: number): void {
    this.#closeRegion();
    this.#use(bytes <= arenaBytes ? this.#pool.take() : newArena(bytes));
  }

  #closeRegion(): void {
    if (this.position > this.#start) {
      const region = this.buffer.subarray(this.#start, this.position);
      this.#addFull(region);
      this.#start = this.position;
    }
  }

  #addFull(bytes: Buffer): void {
    this.#full ??= [];
    this.#full.push(bytes);
    this.#fullBytes += bytes.length;
  }

  #use(arena: Arena): void {
    this.#arena = arena;
    this.buffer = arena.buffer;
    this.view = arena.view;
    this.#start = 0;
    this.position = 0;
    this.isLent = false;
  }
}
