/** What `IncomingCalls` is given by the connection that its calls come from. */

import type { Clock } from "../time/clock.ts";
import type { FrameBudgets } from "./budgets.ts";
import type { Dispatcher } from "./incoming-call.ts";
import type { MethodBindings } from "./method-bindings.ts";

export interface IncomingOptions {
  readonly dispatcher: Dispatcher;
  readonly bindings: MethodBindings;
  readonly budgets: FrameBudgets;
  /** No id of the peer's: of this side's parity. */
  readonly beforeFirstId: number;
  /** Of the session before this one. */
  readonly memory: { highestId: number; started: number; maxTimeoutMs: number };
  readonly violation: (message: string) => void;
  readonly watchDeadline: (at: number) => void;
  /** When the frame at hand arrived, on the clock's scale. */
  readonly receivedAt: () => number;
  /** How many chunks have arrived. */
  readonly chunks: () => number;
  readonly clock: Clock;
}
