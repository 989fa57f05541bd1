/**
 * Which handler the running code belongs to, so that its outgoing calls inherit deadline, cancellation and values.
 *
 * An AsyncLocalStorage costs every `await` of a handler a little, so it is entered only in processes that call `connect()`: a pure
 * server pays nothing. Client and server never import each other; they meet here.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import type { CallContext } from "./call-context.ts";

const storage = new AsyncLocalStorage<CallContext | undefined>();

/** The one switch of the process: turned on by the first `connect()`, never off. */
const scope = { isOn: false };

/** Called by `connect()`: from now on handlers run inside their context. */
export function turnOnInheritance(): void {
  scope.isOn = true;
}

export function isInheritanceOn(): boolean {
  return scope.isOn;
}

/** The context of the handler that this code runs in. */
export function currentContext(): CallContext | undefined {
  return scope.isOn ? storage.getStore() : undefined;
}

/** Runs `fn` inside a handler's context. */
export function runInContext<T>(context: CallContext, fn: () => T): T {
  return storage.run(context, fn);
}

/** Runs `fn` with nothing inherited: for work that must outlive the call. */
export function detached<T>(fn: () => T): T {
  return storage.run(undefined, fn);
}
