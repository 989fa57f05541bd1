/** A channel as its user sees it: what `connect` answers and a generated client takes. `client` implements it. */

import type { Stats } from "./stats.ts";

/** How a channel stands: "unavailable" while attempts to connect fail, "draining" when its servers are going away. */
export type ChannelState = "idle" | "connecting" | "ready" | "unavailable" | "draining" | "closed";

/** What clients call through: connections to one server or to several, made when they are needed. Made by `connect()`. */
export interface Channel extends AsyncDisposable {
  /** "idle" until the first call or `ready()`, and again when its connections have ended for want of calls. */
  readonly state: ChannelState;
  /** Starts with the present state; ends after "closed". */
  states(): AsyncIterable<ChannelState>;
  /**
   * Connects, and resolves once calls can be made: at once when they can. Rejects with UNAVAILABLE after `timeoutMs` milliseconds (`executed`
   * "no"; its `cause` is why the last attempt failed), with CANCELLED once the channel is closed, with TypeError for a `timeoutMs` that is no
   * number. Default: the channel's `connectTimeoutMs` (10,000), as long as one attempt may take; Infinity waits without end.
   */
  ready(options?: { timeoutMs?: number }): Promise<void>;
  /**
   * At once: calls that are open or wait fail with CANCELLED, and so do all later ones (`executed` "no"). May be called again. An idle channel
   * never keeps the process alive: it need not be closed for that.
   */
  close(): Promise<void>;
  /** A snapshot: what it has answered does not change later. */
  stats(): Stats;
}
