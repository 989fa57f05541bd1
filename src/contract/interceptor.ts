/** Interceptors: one type for both sides. */

import type { Metadata } from "../metadata/metadata.ts";
import type { ContextValues, Peer } from "./call-context.ts";
import { hasMethod } from "./has-method.ts";
import type { CallKind, MethodDescription } from "./service.ts";

/**
 * Sees every call of a channel or server. `next` goes on to the next interceptor and at last to the call itself; not calling it and
 * answering a reply of one's own stops the rest. `call` is a plain object: `next({ ...call, message })` replaces the request.
 */
export type Interceptor = (call: InterceptedCall, next: (call: InterceptedCall) => Promise<Reply>) => Promise<Reply>;

/** A call as interceptors see it, the same on both sides. */
export interface InterceptedCall {
  /** Whose interceptor runs: the channel's or the server's. */
  readonly side: "client" | "server";
  /** `{ service: "shop.v1.Orders", name: "place", kind: "unary", idempotent: false }` */
  readonly method: { readonly service: string; readonly name: string; readonly kind: CallKind; readonly idempotent: boolean };
  /** The request document; positional parameters are its keys, by name. Absent where requests are a stream. */
  readonly message?: unknown;
  /** The request documents of a stream; `{ value }` for an item that is none. */
  readonly messages?: AsyncIterable<unknown>;
  /** May be changed in place. */
  readonly metadata: Metadata;
  /**
   * Aborted when the caller gives up; at the server by whatever ends the call early (`CallContext.endedBy`). Another one in its place ends the
   * call as well at the channel, and is what the handler sees at the server.
   */
  readonly signal: AbortSignal;
  /** Epoch milliseconds, or Infinity. May only get shorter. */
  readonly deadline: number;
  /** May be changed in place. */
  readonly values: ContextValues;
  /** Server side: who calls. */
  readonly peer?: Peer;
}

/** What `next` answers: a message or a stream of them, with its metadata. */
export interface Reply {
  /** The answer's document; `{ value }` for what is none, `{}` for nothing. Absent where the answer is a stream. */
  message?: unknown;
  /** The documents of a stream; `{ value }` for an item that is none. */
  messages?: AsyncIterable<unknown>;
  /** Leading metadata. */
  readonly metadata: Metadata;
  /** Resolves at the end of the answer: a stream's when its last message was read, and perhaps never if it fails. */
  readonly trailers: Promise<Metadata>;
}

/** Composes interceptors, the first outermost, around the call itself. Whoever answers what is no reply to `method` gets a TypeError. */
export function intercept(
  interceptors: readonly Interceptor[],
  method: MethodDescription,
  innermost: (call: InterceptedCall) => Promise<Reply>,
): (call: InterceptedCall) => Promise<Reply> {
  return interceptors.reduceRight<(call: InterceptedCall) => Promise<Reply>>(
    (next, interceptor) => async (call) => checkReply(method, await interceptor(call, next)),
    innermost,
  );
}

/** A forgotten `return` must not look like an answer, nor a message like a stream. */
function checkReply(method: MethodDescription, reply: unknown): Reply {
  const { kind } = method;
  if (typeof reply !== "object" || reply === null) throw noReply(method, `a reply of its own, not ${String(reply)}`);
  const { message, messages, metadata, trailers } = reply as Partial<Reply>;
  if (kind === "server-stream" || kind === "bidi") {
    if (!hasMethod(messages, Symbol.asyncIterator))
      throw noReply(method, "a reply of its own with { messages }, an async iterable");
  } else {
    const isDocument = typeof message === "object" && message !== null;
    const isEmpty = kind === "one-way" || method.result === "void";
    if (messages !== undefined || !(isDocument || isEmpty))
      throw noReply(method, "a reply of its own with { message }, a document");
  }
  if (!hasMethod(metadata, "get") || !hasMethod(trailers, "then")) {
    throw noReply(method, "a reply of its own with { metadata, trailers: Promise<Metadata> }");
  }
  return reply as Reply;
}

function noReply({ path }: MethodDescription, orElse: string): TypeError {
  return new TypeError(`an interceptor of ${path} must return what next(call) answers, or ${orElse}`);
}
