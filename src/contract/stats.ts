/**
 * Counts since a server or a channel was made; `open` and `connections` are those of the moment. `started` is
 * `succeeded + failed + cancelled + open`. A call that is tried again counts once at its channel.
 */
export interface Stats {
  /** Calls that have begun; at a server those that it took on, not those that it refused (limits, overload, unknown methods). */
  started: number;
  /** Ended well. */
  succeeded: number;
  /** Ended with any error but CANCELLED. */
  failed: number;
  /** Ended with CANCELLED. */
  cancelled: number;
  /** Calls under way now. */
  open: number;
  /** Connections now, those in the handshake too. */
  connections: number;
  /** Bytes received on all connections so far, frames and handshakes included; under TLS those inside it. */
  bytesIn: number;
  /** Bytes sent, counted alike. */
  bytesOut: number;
}
