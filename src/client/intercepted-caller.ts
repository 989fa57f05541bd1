/**
 * Calls through interceptors. Only channels that have some come here; the others pay nothing.
 *
 * Interceptors see wire documents; what the stub's user sees is unwrapped at the very end.
 */

import type { CallOptions } from "../contract/call-options.ts";
import { currentContext } from "../contract/context-scope.ts";
import { ContextValueMap } from "../contract/context-values.ts";
import { type InterceptedCall, type Interceptor, intercept, type Reply } from "../contract/interceptor.ts";
import type { MethodDescription } from "../contract/service.ts";
import { isRpcError } from "../errors/rpc-error.ts";
import { Metadata } from "../metadata/metadata.ts";
import type { CompleteChannelOptions } from "./channel-options.ts";
import type { CallHost } from "./client-call.ts";
import type { StreamCallInit } from "./stream-call.ts";

/** The calls themselves, in wire documents. */
export interface DocumentCaller {
  unaryDocument(method: MethodDescription, request: unknown, options: CallOptions | undefined, raw: boolean): Promise<unknown>;
  clientStreamDocument(
    method: MethodDescription,
    requests: AsyncIterable<unknown> | Iterable<unknown>,
    options: CallOptions | undefined,
    raw: boolean,
  ): Promise<unknown>;
  oneWayDocument(method: MethodDescription, request: unknown, options: CallOptions | undefined): Promise<void>;
  stream(init: Omit<StreamCallInit, "host">): AsyncIterable<unknown>;
}

interface Request {
  readonly message?: unknown;
  readonly messages?: AsyncIterable<unknown> | Iterable<unknown>;
}

export class InterceptedCaller {
  readonly #caller: DocumentCaller;
  readonly #host: CallHost;
  readonly #interceptors: readonly Interceptor[];
  readonly #timeoutMs: number | undefined;

  constructor(caller: DocumentCaller, host: CallHost, options: CompleteChannelOptions) {
    this.#caller = caller;
    this.#host = host;
    this.#interceptors = options.interceptors;
    this.#timeoutMs = options.timeoutMs;
  }

  /** Unary and client-stream calls. */
  async single(method: MethodDescription, request: Request, options: CallOptions | undefined): Promise<unknown> {
    const reply = await this.#run(method, request, options);
    this.#tellMetadata(reply, options);
    if (method.result === "document") return reply.message;
    return method.result === "value" ? (reply.message as { value?: unknown } | undefined)?.value : undefined;
  }

  async oneWay(method: MethodDescription, request: Request, options: CallOptions | undefined): Promise<void> {
    await this.#run(method, request, options);
  }

  /** Streaming responses. The call starts at once; errors wait for the loop. */
  stream(method: MethodDescription, request: Request, options: CallOptions | undefined): AsyncIterable<unknown> {
    // The calls below the interceptors: nobody else ends those whose interceptor throws, or whose reader leaves before it has anything.
    const calls = new StreamsBelow();
    const reply = this.#run(method, request, options, calls);
    reply.catch(() => calls.leave());
    const unwrap = method.result === "value";
    const tell = (one: Reply): void => this.#tellMetadata(one, options);
    let inner: AsyncIterator<unknown> | undefined;
    const open = async (): Promise<AsyncIterator<unknown>> => {
      if (inner === undefined) {
        const one = await reply;
        tell(one);
        inner ??= (one.messages ?? nothing())[Symbol.asyncIterator]();
      }
      return inner;
    };
    const iterator: AsyncIterableIterator<unknown> = {
      async next() {
        const result = await (await open()).next();
        if (result.done === true || !unwrap) return result;
        return { done: false, value: (result.value as { value: unknown }).value };
      },
      async return() {
        const left = inner?.return?.();
        calls.leave();
        await left;
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  async #run(
    method: MethodDescription,
    request: Request,
    options: CallOptions | undefined,
    streams = new StreamsBelow(),
  ): Promise<Reply> {
    const parent = options?.parent === undefined ? currentContext() : (options.parent ?? undefined);
    const abort = new AbortController();
    const call: InterceptedCall = {
      side: "client",
      method: {
        service: method.service,
        name: method.name,
        kind: method.kind,
        idempotent: options?.idempotent ?? method.idempotent,
      },
      ...(request.messages === undefined ? { message: request.message } : { messages: wrapItems(method, request.messages) }),
      metadata: new Metadata(options?.metadata),
      signal: options?.signal ?? abort.signal,
      deadline: this.#deadlineOf(method, options),
      values: new ContextValueMap(parent?.values),
    };
    // A deadline may only get shorter on the way.
    const innermost = (inner: InterceptedCall): Promise<Reply> =>
      this.#call(method, { ...inner, deadline: Math.min(inner.deadline, call.deadline) }, options, streams);
    return intercept(this.#interceptors, innermost)(call);
  }

  #deadlineOf(method: MethodDescription, options: CallOptions | undefined): number {
    const byDefault = method.kind === "unary" ? 10_000 : Number.POSITIVE_INFINITY;
    const timeoutMs = options?.timeoutMs ?? method.timeoutMs ?? this.#timeoutMs ?? byDefault;
    return this.#host.clock.epochNow() + timeoutMs;
  }

  /** The call itself, with what the interceptors made of it. */
  async #call(
    method: MethodDescription,
    call: InterceptedCall,
    options: CallOptions | undefined,
    streams: StreamsBelow,
  ): Promise<Reply> {
    let leading = new Metadata();
    let begun: () => void = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let end: (trailers: Metadata) => void = () => {};
    const trailers = new Promise<Metadata>((resolve) => {
      end = resolve;
    });
    const inner: CallOptions = {
      ...options,
      timeoutMs: call.deadline - this.#host.clock.epochNow(),
      signal: call.signal,
      metadata: call.metadata,
      onMetadata: (metadata) => {
        leading = metadata;
        begun();
      },
      onTrailers: (metadata) => {
        end(metadata);
        begun();
      },
    };
    const reply = (more: { message?: unknown; messages?: AsyncIterable<unknown> }): Reply => ({
      ...more,
      metadata: leading,
      trailers,
    });
    try {
      switch (method.kind) {
        case "unary":
          return reply({ message: await this.#caller.unaryDocument(method, call.message, inner, true) });
        case "one-way":
          await this.#caller.oneWayDocument(method, call.message, inner);
          end(new Metadata());
          return reply({});
        case "client-stream":
          return reply({ message: await this.#caller.clientStreamDocument(method, call.messages ?? nothing(), inner, true) });
        case "server-stream":
        case "bidi": {
          const given = method.kind === "bidi" ? { requests: call.messages ?? nothing() } : { request: call.message };
          const messages = this.#caller.stream({ method, options: inner, raw: true, ...given });
          streams.add(messages);
          const first = firstOf(messages);
          await Promise.race([hasBegun, first.arrived]);
          return reply({ messages: first.messages });
        }
        default:
          return method.kind satisfies never;
      }
    } catch (error) {
      end(isRpcError(error) ? error.metadata : new Metadata());
      throw error;
    }
  }

  #tellMetadata(reply: Reply, options: CallOptions | undefined): void {
    const report = (error: unknown): void => this.#host.report(error, { callback: "onMetadata" });
    try {
      const answer: unknown = options?.onMetadata?.(reply.metadata);
      if (answer instanceof Promise) answer.catch(report);
    } catch (error) {
      report(error);
    }
    if (options?.onTrailers !== undefined) {
      const told = options.onTrailers.bind(options);
      reply.trailers.then(told).catch((error: unknown) => this.#host.report(error, { callback: "onTrailers" }));
    }
  }
}

/** Streams that one intercepted call has opened: usually one, more where an interceptor tries again. */
class StreamsBelow {
  readonly #streams: AsyncIterable<unknown>[] = [];
  #hasLeft = false;

  add(stream: AsyncIterable<unknown>): void {
    this.#streams.push(stream);
    if (this.#hasLeft) this.leave();
  }

  /** Nobody reads them any more. Harmless for those that have ended. */
  leave(): void {
    this.#hasLeft = true;
    for (const stream of this.#streams.splice(0))
      stream[Symbol.asyncIterator]()
        .return?.()
        ?.catch(() => {});
  }
}

async function* nothing(): AsyncIterable<unknown> {}

async function* wrapItems(method: MethodDescription, items: AsyncIterable<unknown> | Iterable<unknown>): AsyncIterable<unknown> {
  for await (const item of items) yield method.requestItem === "value" ? { value: item } : item;
}

/** Looks whether a first message has come, without taking it from the reader. */
function firstOf(messages: AsyncIterable<unknown>): { arrived: Promise<void>; messages: AsyncIterable<unknown> } {
  const iterator = messages[Symbol.asyncIterator]();
  let first: Promise<IteratorResult<unknown>> | undefined = iterator.next();
  const settled = first.then(
    () => {},
    () => {},
  );
  const replay: AsyncIterableIterator<unknown> = {
    next() {
      const result = first ?? iterator.next();
      first = undefined;
      return result;
    },
    async return() {
      first = undefined;
      await iterator.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => replay,
  };
  return { arrived: settled, messages: replay };
}
