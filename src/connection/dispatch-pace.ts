/**
 * How many handlers may begin before what the earlier ones answer has been seen.
 *
 * A thousand requests fit into one chunk, and a thousand handlers that each answer a megabyte would have them all in memory before the
 * first byte of output waits. So a connection begins with 16 at a time, doubles that up to 256 while its output stays low, and goes
 * back to 8 while large answers wait. The next share comes with the next chunk, or a millisecond later; order is kept. Nothing is held back by handlers that
 * take long: this counts beginnings, not open calls.
 *
 * Costs a call one subtraction. Counts rounds, not time: a clock that stands still (in tests) holds nobody up.
 */

const firstShare = 16;
const leastShare = 8;
const mostShare = 256;
/** Output that waits above which answers count as large. A quarter of a usual message's limit. */
const muchOutputBytes = 1024 * 1024;

export class DispatchPace {
  #share = firstShare;
  #left = firstShare;
  /** The round in which the present share was given out. */
  #round = -1;

  /**
   * Counts a beginning. False: it has to wait for the next share.
   * @param round rises with every chunk that arrives and every look at those who wait: each brings a share
   */
  take(round: number, queuedBytes: number): boolean {
    this.#left -= 1;
    return this.#left >= 0 || (this.next(round, queuedBytes) && this.take(round, queuedBytes));
  }

  /** Gives out the next share, unless this round had one. */
  next(round: number, queuedBytes: number): boolean {
    if (round === this.#round) return false;
    this.#round = round;
    this.#share = queuedBytes > muchOutputBytes ? leastShare : Math.min(mostShare, this.#share * 2);
    this.#left = this.#share;
    return true;
  }
}
