/**
 * What a generated client calls through: a channel, seen from inside.
 *
 * Methods never throw synchronously: promises reject, iterators throw. Requests are wire documents (positional parameters
 * are already keys of one); items of request streams and results are unwrapped here, as the description says.
 */

import type { RpcError } from "../errors/rpc-error.ts";
import { isRpcError } from "../errors/rpc-error.ts";
import type { CallOptions } from "./call-options.ts";
import type { MethodDescription } from "./service.ts";

export interface Caller {
  unary(method: MethodDescription, request: unknown, options?: CallOptions): Promise<unknown>;
  serverStream(method: MethodDescription, request: unknown, options?: CallOptions): AsyncIterable<unknown>;
  clientStream(
    method: MethodDescription,
    requests: AsyncIterable<unknown> | Iterable<unknown>,
    options?: CallOptions,
  ): Promise<unknown>;
  bidi(
    method: MethodDescription,
    requests: AsyncIterable<unknown> | Iterable<unknown>,
    options?: CallOptions,
  ): AsyncIterable<unknown>;
  /** Resolves once written below the high-water mark; rejects if not sent. */
  oneWay(method: MethodDescription, request: unknown, options?: CallOptions): Promise<void>;
}

/** Where a channel keeps its caller. A registered symbol: a channel of another copy of the package works too. */
export const callerSymbol: unique symbol = Symbol.for("taut.caller") as never;

/** The caller of a channel. TypeError when given anything else. */
export function callerOf(channel: unknown): Caller {
  const caller = (channel as { [callerSymbol]?: Caller } | null | undefined)?.[callerSymbol];
  if (caller === undefined) throw new TypeError("a client needs a channel: new OrdersClient(connect(target))");
  return caller;
}

/** What a handler answers: a value, or a promise of one. */
export type Awaitable<T> = T | Promise<T>;

/** What a stream hands out. */
export type ItemOf<T> = T extends AsyncIterable<infer Item> ? Item : never;

/** How a call of `client.settled` has ended. */
export type Settled<T, E> = { ok: true; value: T } | { ok: false; error: E | RpcError };

/** Turns a rejection by an RpcError into a value. Anything else (what a request iterable threw, a TypeError) still rejects. */
export function settle<T, E>(promise: Promise<unknown>): Promise<Settled<T, E>> {
  return promise.then(
    (value) => ({ ok: true, value: value as T }),
    (error: unknown) => {
      if (isRpcError(error)) return { ok: false, error };
      throw error;
    },
  );
}
