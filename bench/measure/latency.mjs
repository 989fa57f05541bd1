/** A histogram of latencies in tenths of a microsecond, and what the report wants of it. */

import { build } from "hdr-histogram-js";

/** A histogram's numbers stay below 2^31: 60 s at this unit. */
const PER_MS = 10_000;
const LONGEST = 60_000 * PER_MS;

export class Latency {
  #histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: LONGEST, numberOfSignificantValueDigits: 3 });

  record(ms) {
    this.#histogram.recordValue(Math.min(LONGEST, Math.max(1, Math.round(ms * PER_MS))));
  }

  /** Microseconds. */
  summary() {
    const histogram = this.#histogram;
    const at = (percentile) => histogram.getValueAtPercentile(percentile) / 10;
    return { samples: histogram.totalCount, p50: at(50), p99: at(99), p999: at(99.9), max: histogram.maxValue / 10 };
  }
}
