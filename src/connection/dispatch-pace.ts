/**
 * How many handlers may begin before what the earlier ones answer has been seen.
 *
 * A thousand requests fit into one chunk, and a thousand handlers that each answer a megabyte would have them all in memory before the
 * first byte of output waits. So a connection begins with 16 at a time, doubles that up to 256 while its output stays low, and goes
 * back to 8 while large answers wait. What is beyond is begun a millisecond later, in order. Nothing is held back by handlers that
 * take long: this counts beginnings, not open calls.
 *
 * Costs a call one subtraction: the time is looked at when the present share is used up.
 */

const firstShare = 16;
const leastShare = 8;
const mostShare = 256;
/** Output that waits above which answers count as large. A quarter of a usual message's limit. */
const muchOutputBytes = 1024 * 1024;

export class DispatchPace {
  #share = firstShare;
  #left = firstShare;
  /** When the present share was given out. */
  #givenAt = Number.NEGATIVE_INFINITY;

  /**
   * Counts a beginning. False: it has to wait for the next share.
   * @param now when the chunk at hand arrived: a later chunk brings the next share
   */
  take(now: () => number, queuedBytes: number): boolean {
    this.#left -= 1;
    return this.#left >= 0 || (this.next(now(), queuedBytes) && this.take(now, queuedBytes));
  }

  /** Gives out the next share, unless there was one at this very time. */
  next(now: number, queuedBytes: number): boolean {
    if (now <= this.#givenAt) return false;
    this.#givenAt = now;
    this.#share = queuedBytes > muchOutputBytes ? leastShare : Math.min(mostShare, this.#share * 2);
    this.#left = this.#share;
    return true;
  }
}
