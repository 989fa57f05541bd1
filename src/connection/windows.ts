/**
 * Credit arithmetic, in bytes. The only place that adds to or takes from a window. PROTOCOL.md: "Credits".
 *
 * Sender: `take` before a message, `grant` when the peer's credit arrives. Receiver: `take` when a message arrives, `release` when
 * it was consumed; what was released is owed to the peer and paid in one frame once it is a quarter of the window (a window of 16
 * small messages measured 18 times slower than one of 1,024; a frame for each message would be as bad). So a sender whose
 * messages were all consumed has more than three quarters of its window: what it waits for must fit into that.
 */

const largestWindow = 2 ** 31 - 1;

export class SendWindow {
  readonly initial: number;
  available: number;

  constructor(initial: number) {
    this.initial = initial;
    this.available = initial;
  }

  take(bytes: number): void {
    this.available -= bytes;
  }

  /** Whether so much is certain to be there once everything sent has been consumed. */
  canEverTake(bytes: number): boolean {
    return bytes * 2 <= this.initial;
  }

  get isFull(): boolean {
    return this.available === this.initial;
  }

  /** Nearly everything sent has been consumed: the receiver owes less than the rest. */
  get isNearlyFull(): boolean {
    return this.available * 4 >= this.initial * 3;
  }

  /** False when the peer's grants overflow: a lie about credit. */
  grant(bytes: number): boolean {
    this.available += bytes;
    return this.available <= largestWindow;
  }
}

export class ReceiveWindow {
  readonly initial: number;
  /** What the peer may still send. */
  #left: number;
  /** Released and not yet told to the peer. */
  #owed = 0;

  constructor(initial: number) {
    this.initial = initial;
    this.#left = initial;
  }

  /** False when the peer has sent more than it was granted. */
  take(bytes: number): boolean {
    this.#left -= bytes;
    return this.#left >= 0;
  }

  get isFull(): boolean {
    return this.#left === this.initial && this.#owed === 0;
  }

  get isExhausted(): boolean {
    return this.#left <= 0;
  }

  /** Gives room back. Returns the bytes to grant to the peer now, or 0 when it is too early. */
  release(bytes: number): number {
    this.#owed += bytes;
    if (this.#owed * 4 < this.initial) return 0;
    const grant = this.#owed;
    this.#owed = 0;
    this.#left += grant;
    return grant;
  }
}
