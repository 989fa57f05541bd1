/**
 * One direction of a connection in memory: bytes in, the same bytes out in a later turn, or what the wire's faults make of them.
 *
 * Owns a copy of every chunk: the writer may use its memory again at once, the reader gets memory that is overwritten after the
 * call, as a socket's read buffer is: whoever keeps a slice is found out.
 */

import type { Clock, Timer } from "../time/clock.ts";

/** The faults of one direction. Shared by all connections of a wire, and read whenever bytes pass. */
export interface LaneFaults {
  delayMs: number;
  isHeld: boolean;
  isDropping: boolean;
  /** At most so many bytes a delivery; Infinity for whole chunks. */
  pieceBytes: number;
  /** Bytes from now until one is damaged; undefined for none. */
  corruptIn: number | undefined;
  /** Bytes from now until the connection breaks. */
  cutIn: number | undefined;
}

export function noFaults(): LaneFaults {
  return {
    delayMs: 0,
    isHeld: false,
    isDropping: false,
    pieceBytes: Number.POSITIVE_INFINITY,
    corruptIn: undefined,
    cutIn: undefined,
  };
}

export interface LaneEnd {
  receive(chunk: Buffer): void;
  /** FIN. */
  end(): void;
}

export class Lane {
  readonly #faults: LaneFaults;
  readonly #clock: Clock;
  readonly #cut: () => void;
  #queue: { readonly at: number; readonly chunk: Buffer | "end" }[] = [];
  #end: LaneEnd | undefined;
  #isScheduled = false;
  #timer: Timer | undefined;
  #isOver = false;
  /** Bytes that were sent and have not arrived. */
  bufferedBytes = 0;
  /** Everything that was sent has arrived. */
  onEmpty: () => void = () => {};

  /** @param cut breaks the connection */
  constructor(faults: LaneFaults, clock: Clock, cut: () => void) {
    this.#faults = faults;
    this.#clock = clock;
    this.#cut = cut;
  }

  attach(end: LaneEnd): void {
    this.#end = end;
    this.schedule();
  }

  send(bytes: Buffer): void {
    if (this.#isOver) return;
    this.bufferedBytes += bytes.length;
    this.#push(Buffer.from(bytes));
  }

  sendEnd(): void {
    if (!this.#isOver) this.#push("end");
  }

  stop(): void {
    this.#isOver = true;
    this.#queue = [];
    this.#timer?.cancel();
  }

  #push(chunk: Buffer | "end"): void {
    this.#queue.push({ at: this.#clock.now() + this.#faults.delayMs, chunk });
    this.schedule();
  }

  /** Delivers soon what may be delivered. Called again when faults change. */
  schedule(): void {
    const first = this.#queue[0];
    if (this.#isScheduled || first === undefined || this.#end === undefined || this.#faults.isHeld) return;
    this.#isScheduled = true;
    const waitMs = first.at - this.#clock.now();
    const go = (): void => {
      this.#isScheduled = false;
      this.#deliver();
    };
    if (waitMs > 0) this.#timer = this.#clock.startTimer(go, waitMs, true);
    else setImmediate(go);
  }

  #deliver(): void {
    const now = this.#clock.now();
    for (let first = this.#queue[0]; first !== undefined && !this.#isOver && !this.#faults.isHeld; first = this.#queue[0]) {
      if (first.at > now) break;
      this.#queue.shift();
      if (first.chunk === "end") {
        if (!this.#faults.isDropping) this.#end?.end();
        continue;
      }
      this.bufferedBytes -= first.chunk.length;
      this.#deliverChunk(first.chunk);
    }
    if (this.#isOver) return;
    if (this.bufferedBytes === 0) this.onEmpty();
    this.schedule();
  }

  #deliverChunk(chunk: Buffer): void {
    const faults = this.#faults;
    if (faults.corruptIn !== undefined) {
      if (faults.corruptIn < chunk.length) {
        chunk[faults.corruptIn] = (chunk[faults.corruptIn] as number) ^ 0xff;
        faults.corruptIn = undefined;
      } else {
        faults.corruptIn -= chunk.length;
      }
    }
    let whole = chunk;
    let isCut = false;
    if (faults.cutIn !== undefined) {
      isCut = faults.cutIn <= chunk.length;
      whole = chunk.subarray(0, faults.cutIn);
      faults.cutIn = isCut ? undefined : faults.cutIn - chunk.length;
    }
    if (!faults.isDropping) {
      for (let at = 0; at < whole.length && !this.#isOver; ) {
        const end = Math.min(whole.length, at + faults.pieceBytes);
        this.#end?.receive(whole.subarray(at, end));
        whole.fill(0xa5, at, end);
        at = end;
      }
    }
    if (isCut) this.#cut();
  }
}
