/** A handler behind interceptors. Only servers that have some come here; the others pay nothing. */

import { type InterceptedCall, intercept, type Reply } from "../contract/interceptor.ts";
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
    reply = await intercept(interceptors, (inner) => invoke(binding, inner, context, { leading, trailers }))(call);
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
  const request = call.messages === undefined ? call.message : unwrapItems(method.requestItem === "value", call.messages);
  if (method.kind === "server-stream" || method.kind === "bidi") {
    const items = method.invoke(handler, request, context) as AsyncIterable<unknown> | Iterable<unknown>;
    let end: (trailers: Metadata) => void = () => {};
    const trailers = new Promise<Metadata>((resolve) => {
      end = resolve;
    });
    const messages = wrapItems(method.result === "value", items, () => end(own.trailers));
    return { messages, metadata: own.leading, trailers };
  }
  const result: unknown = await method.invoke(handler, request, context);
  if (isReturnedError(result)) throw result;
  const message = method.result === "document" ? result : method.result === "value" ? { value: result } : {};
  return { message, metadata: own.leading, trailers: Promise.resolve(own.trailers) };
}

async function* unwrapItems(wrapped: boolean, items: AsyncIterable<unknown>): AsyncIterable<unknown> {
  for await (const item of items) yield wrapped ? (item as { value: unknown }).value : item;
}

async function* wrapItems(
  wrap: boolean,
  items: AsyncIterable<unknown> | Iterable<unknown>,
  ended: () => void,
): AsyncIterable<unknown> {
  try {
    for await (const item of items) {
      if (isReturnedError(item)) throw item;
      yield wrap ? { value: item } : item;
    }
  } finally {
    ended();
  }
}

/** Leading metadata goes ahead of the first message, trailers behind the last; behind a failure those that the handler has set. */
async function* withTrailers(
  messages: AsyncIterable<unknown>,
  { reply, failing }: { reply: Reply; failing: Metadata },
  adopt: (reply: { metadata: Metadata; trailers: Metadata }) => void,
): AsyncIterable<unknown> {
  const iterator = messages[Symbol.asyncIterator]();
  let isOver = false;
  try {
    for (let isFirst = true; ; isFirst = false) {
      let result: IteratorResult<unknown>;
      try {
        result = await iterator.next();
      } catch (error) {
        isOver = true;
        adopt({ metadata: reply.metadata, trailers: failing });
        throw error;
      }
      if (isFirst) adopt({ metadata: reply.metadata, trailers: new Metadata() });
      if (result.done === true) break;
      yield result.value;
    }
    isOver = true;
    adopt({ metadata: reply.metadata, trailers: await reply.trailers });
  } finally {
    if (!isOver) await iterator.return?.();
  }
}
