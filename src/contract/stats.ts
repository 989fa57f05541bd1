/** Counters of a server or a channel since it was made. `started` is `succeeded + failed + cancelled + open`. */

/** Counts since a server or a channel was made; `open` and `connections` are those of the moment. */
export interface Stats {
  started: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  /** Calls under way now. */
  open: number;
  /** Connections now. */
  connections: number;
  bytesIn: number;
  bytesOut: number;
}
