/** A handler behind interceptors. Only servers that have some come here; the others pay nothing. */

import { type InterceptedCall, intercept, type Reply } from "../contract/interceptor.ts";
import { mapStream } from "../contract/mapped-stream.ts";
import type { Wrapping } from "../contract/service.ts";
import { Metadata } from "../metadata/metadata.ts";
import type { HandlerContext } from "./handler-context.ts";
import { isReturnedError } from "./handler-error.ts";
import type { MethodBinding } from "./service-table.ts";

/** What came out: a document, or a stream of documents. */
export interface Intercepted {
  readonly message?: unknown;
  readonly messages?: AsyncIterable<unknown>;
}

/**
 * Runs the interceptors and, innermost, the handler. Messages are wire documents all the way.
 * @param adopt gets the metadata of the reply that the outermost interceptor answered
 */
export async function runInterceptors(
  binding: MethodBinding,
  request: unknown,
  context: HandlerContext,
  adopt: (reply: { metadata: Metadata; trailers: Metadata }) => void,
): Promise<Intercepted> {
  const { method, interceptors } = binding;
  const streams = method.kind === "client-stream" || method.kind === "bidi";
  const call: InterceptedCall = {
    side: "server",
    method: { service: method.service, name: method.name, kind: method.kind, idempotent: method.idempotent },
    ...(streams ? { messages: request as AsyncIterable<unknown> } : { message: request }),
    metadata: context.metadata,
    signal: context.signal,
    deadline: context.deadline,
    values: context.values,
    peer: context.peer,
  };
  const leading = new Metadata();
  const trailers = new Metadata();
  let reply: Reply;
  try {
    reply = await intercept(interceptors, method, (inner) => invoke(binding, inner, context, { leading, trailers }))(call);
  } catch (error) {
    // What the handler has set goes with its failure.
    adopt({ metadata: leading, trailers });
    throw error;
  }
  if (reply.messages !== undefined) {
    const messages = reply.messages;
    return { messages: withTrailers(messages, { reply, failing: trailers }, adopt) };
  }
  adopt({ metadata: reply.metadata, trailers: await reply.trailers });
  return { message: reply.message ?? {} };
}

/** The handler itself. What it sets on its context becomes the reply's metadata. */
async function invoke(
  binding: MethodBinding,
  call: InterceptedCall,
  context: HandlerContext,
  own: { leading: Metadata; trailers: Metadata },
): Promise<Reply> {
  const { method, handler } = binding;
  context.useValues(call.values);
  context.useMetadata(call.metadata);
  if (call.deadline < context.deadline) context.shorten(call.deadline);
  if (call.signal !== context.signal) context.useSignal(call.signal);
  context.collect(own);
  const request = call.messages === undefined ? call.message : unwrapped(method.requestItem, call.messages);
  if (method.kind === "server-stream" || method.kind === "bidi") {
    const items = (await method.invoke(handler, request, context)) as AsyncIterable<unknown> | Iterable<unknown>;
    if (isReturnedError(items)) throw items;
    let end: (trailers: Metadata) => void = () => {};
    const trailers = new Promise<Metadata>((resolve) => {
      end = resolve;
    });
    const wrap = method.result === "value";
    const toDocument = (item: unknown): unknown => {
      if (isReturnedError(item)) throw item;
      return wrap ? { value: item } : item;
    };
    const messages = mapStream(items, toDocument, (returned) => {
      end(own.trailers);
      if (isReturnedError(returned)) throw returned;
    });
    return { messages, metadata: own.leading, trailers };
  }
  const result: unknown = await method.invoke(handler, request, context);
  if (isReturnedError(result)) throw result;
  const message = method.result === "document" ? result : method.result === "value" ? { value: result } : {};
  return { message, metadata: own.leading, trailers: Promise.resolve(own.trailers) };
}

/** The items of a request stream, as the handler is to see them. */
function unwrapped(wrapping: Wrapping, items: AsyncIterable<unknown>): AsyncIterable<unknown> {
  return mapStream(items, (item) => (wrapping === "value" ? (item as { value: unknown }).value : item));
}

/** Leading metadata goes ahead of the first message, trailers behind the last; behind a failure those that the handler has set. */
function withTrailers(
  messages: AsyncIterable<unknown>,
  { reply, failing }: { reply: Reply; failing: Metadata },
  adopt: (reply: { metadata: Metadata; trailers: Metadata }) => void,
): AsyncIterableIterator<unknown> {
  let iterator: AsyncIterator<unknown> | undefined;
  let isFirst = true;
  return {
    async next() {
      let result: IteratorResult<unknown>;
      try {
        iterator ??= messages[Symbol.asyncIterator]();
        result = await iterator.next();
      } catch (error) {
        adopt({ metadata: reply.metadata, trailers: failing });
        throw error;
      }
      if (isFirst) adopt({ metadata: reply.metadata, trailers: new Metadata() });
      isFirst = false;
      if (result.done === true) adopt({ metadata: reply.metadata, trailers: await reply.trailers });
      return result;
    },
    async return() {
      await iterator?.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
