/** Options of a call that make no sense: a TypeError that names them, before anything is sent. `call-deadline.ts` looks at the timeout. */

import { shown } from "../connection/option-checks.ts";
import type { CallOptions } from "../contract/call-options.ts";
import { hasMethod } from "../contract/has-method.ts";
import { checkRetry } from "./channel-options.ts";

export function checkCallOptions(options: CallOptions): void {
  if (typeof options !== "object" || options === null)
    throw new TypeError(`call options must be an object, not ${shown(options)}`);
  checkRetry(options.retry);
  const { signal, parent, onMetadata, onTrailers } = options;
  if (signal !== undefined && !hasMethod(signal, "addEventListener"))
    throw new TypeError(`signal must be an AbortSignal, not ${kindOf(signal)}`);
  if (parent !== undefined && parent !== null && !hasMethod(parent, "remainingMs")) {
    throw new TypeError(`parent must be a handler's context or null, not ${kindOf(parent)}`);
  }
  checkCallback(onMetadata, "onMetadata");
  checkCallback(onTrailers, "onTrailers");
}

function checkCallback(callback: unknown, name: string): void {
  if (callback !== undefined && typeof callback !== "function")
    throw new TypeError(`${name} must be a function, not ${kindOf(callback)}`);
}

function kindOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}
