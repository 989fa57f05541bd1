/**
 * What an outgoing call needs of the handler that made it, beyond the public CallContext.
 *
 * Going through `context.signal` would make an AbortController for every handler that calls on; a set of children costs nothing
 * until it is used. A context of another make (a test's own object) is inherited from by its public side.
 */

import type { CallContext } from "./call-context.ts";

/** An outgoing call that ends with its parent. */
export interface ChildCall {
  parentEnded(parent: CallContext): void;
}

export interface Parent {
  /** On the monotonic clock; Infinity for none. */
  readonly deadlineAt: number;
  readonly children: Set<ChildCall>;
}

/** Where a server's context keeps its `Parent`. */
export const parentSymbol: unique symbol = Symbol.for("taut.parent") as never;

export function parentOf(context: CallContext): Parent | undefined {
  return (context as { [parentSymbol]?: Parent })[parentSymbol];
}
