/** A channel as its user sees it: what `connect` answers and a generated client takes. `client` implements it. */

import type { Stats } from "./stats.ts";

/** How a channel stands: "unavailable" while attempts to connect fail, "draining" when its servers are going away. */
export type ChannelState = "idle" | "connecting" | "ready" | "unavailable" | "draining" | "closed";

/** What clients call through: connections to one server or to several, made when they are needed. Made by `connect()`. */
export interface Channel extends AsyncDisposable {
  readonly state: ChannelState;
  /** Starts with the present state; ends after "closed". */
  states(): AsyncIterable<ChannelState>;
  /** Connects, and resolves once calls can be made. Rejects with UNAVAILABLE when `timeoutMs` have passed. */
  ready(options?: { timeoutMs?: number }): Promise<void>;
  /** At once: open calls fail with CANCELLED. An idle channel never keeps the process alive. */
  close(): Promise<void>;
  stats(): Stats;
}
