/**
 * Calls through interceptors. Only channels that have some come here; the others pay nothing.
 *
 * Interceptors see wire documents; what the stub's user sees is unwrapped at the very end. Knows nothing of connections: the calls
 * themselves are a `DocumentCaller`'s.
 */

import { checkIterable } from "../connection/message-pump.ts";
import type { CallOptions } from "../contract/call-options.ts";
import { currentContext } from "../contract/context-scope.ts";
import { ContextValueMap } from "../contract/context-values.ts";
import { type InterceptedCall, type Interceptor, intercept, type Reply } from "../contract/interceptor.ts";
import { mapStream } from "../contract/mapped-stream.ts";
import type { MethodDescription } from "../contract/service.ts";
import { isRpcError } from "../errors/rpc-error.ts";
import { Metadata } from "../metadata/metadata.ts";
import { timeoutOf } from "./call-deadline.ts";
import type { CompleteChannelOptions } from "./channel-options.ts";
import type { CallHost } from "./client-call.ts";
import { InterceptedStream, peekFirst, StreamsBelow } from "./intercepted-stream.ts";
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

/** One call on its way through the interceptors: what they share with the call at the end of the chain. */
interface Run {
  readonly method: MethodDescription;
  readonly options: CallOptions | undefined;
  /** What interceptors see; the user's signal or the parent's end abort it. */
  readonly abort: AbortController;
  /** Leading metadata that has come: for calls that fail afterwards. */
  leading: Metadata | undefined;
  /** Its streams below the interceptors: nobody else ends those whose interceptor throws, or whose reader leaves before it has any. */
  readonly streams: StreamsBelow;
  /** Signals need not be listened to any more. */
  unfollow: () => void;
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
    const run = newRun(method, options);
    const reply = await this.#told(run, this.#run(run, request));
    await this.#endWell(reply, options);
    if (method.result === "document") return reply.message;
    return method.result === "value" ? (reply.message as { value?: unknown } | undefined)?.value : undefined;
  }

  async oneWay(method: MethodDescription, request: Request, options: CallOptions | undefined): Promise<void> {
    await this.#run(newRun(method, options), request);
  }

  /** Streaming responses. The call starts at once; errors wait for the loop. */
  stream(method: MethodDescription, request: Request, options: CallOptions | undefined): AsyncIterable<unknown> {
    const run = newRun(method, options);
    const reply = this.#told(run, this.#run(run, request));
    return new InterceptedStream(reply, {
      unwrap: method.result === "value",
      leave: () => run.streams.leave(),
      ended: (one) => this.#endWell(one, options),
    });
  }

  /** Tells the user what metadata the reply brings, or the failure. */
  async #told(run: Run, running: Promise<Reply>): Promise<Reply> {
    const { options } = run;
    try {
      const reply = await running;
      if (options?.onMetadata !== undefined) this.#tell(() => options.onMetadata?.(reply.metadata));
      return reply;
    } catch (error) {
      const { leading } = run;
      if (leading !== undefined) this.#tell(() => options?.onMetadata?.(leading));
      if (isRpcError(error)) this.#tellTrailers(error.metadata, options);
      throw error;
    }
  }

  /** Never rejects: the call itself went well. */
  async #endWell(reply: Reply, options: CallOptions | undefined): Promise<void> {
    if (options?.onTrailers === undefined) return;
    try {
      this.#tellTrailers(await reply.trailers, options);
    } catch (error) {
      this.#host.report(error, { trailers: true });
    }
  }

  #tellTrailers(trailers: Metadata, options: CallOptions | undefined): void {
    if (options?.onTrailers !== undefined) this.#tell(() => options.onTrailers?.(trailers));
  }

  /** Callbacks of the user's harm no call. */
  #tell(callback: () => unknown): void {
    const report = (error: unknown): void => this.#host.report(error, { callback: true });
    try {
      const answer = callback();
      if (answer instanceof Promise) answer.catch(report);
    } catch (error) {
      report(error);
    }
  }

  async #run(run: Run, request: Request): Promise<Reply> {
    const { method, options, abort } = run;
    const streams = method.kind === "client-stream" || method.kind === "bidi";
    if (streams) checkIterable(request.messages);
    const parent = options?.parent === undefined ? currentContext() : (options.parent ?? undefined);
    run.unfollow = this.#follow([options?.signal, parent?.signal], abort);
    const deadline = this.#host.clock.epochNow() + timeoutOf(method, options, this.#timeoutMs);
    const call: InterceptedCall = {
      side: "client",
      method: {
        service: method.service,
        name: method.name,
        kind: method.kind,
        idempotent: options?.idempotent ?? method.idempotent,
      },
      ...(streams ? { messages: wrapItems(method, request.messages ?? []) } : { message: request.message }),
      metadata: new Metadata(options?.metadata),
      signal: abort.signal,
      deadline: Math.min(deadline, parent?.deadline ?? Number.POSITIVE_INFINITY),
      values: new ContextValueMap(parent?.values),
    };
    // A deadline may only get shorter on the way.
    const innermost = (inner: InterceptedCall): Promise<Reply> => this.#call(run, inner, Math.min(inner.deadline, call.deadline));
    try {
      const reply = await intercept(this.#interceptors, innermost)(call);
      // A stream of the call's own is followed to its end.
      if (run.streams.isEmpty) run.unfollow();
      return reply;
    } catch (error) {
      run.streams.leave();
      run.unfollow();
      throw error;
    }
  }

  /** Aborts with the first of several signals. Answers how to stop that. */
  #follow(signals: readonly (AbortSignal | undefined)[], abort: AbortController): () => void {
    const given = signals.filter((signal) => signal !== undefined);
    const follower = { signalAborted: (reason: unknown) => abort.abort(reason) };
    for (const signal of given) {
      if (signal.aborted) abort.abort(signal.reason);
      else this.#host.signals.follow(signal, follower);
    }
    return () => {
      for (const signal of given) this.#host.signals.leave(signal, follower);
    };
  }

  /** The call itself, with what the interceptors made of it. */
  async #call(run: Run, call: InterceptedCall, deadline: number): Promise<Reply> {
    const { method, options } = run;
    let begun: () => void = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let end: (trailers: Metadata) => void = () => {};
    const trailers = new Promise<Metadata>((resolve) => {
      end = resolve;
    });
    const { signal, ...others } = options ?? {};
    // Whoever replaces the signal wants his own; the user's and the parent's are followed by the call itself.
    const followed = call.signal === run.abort.signal ? signal : call.signal;
    const inner: CallOptions = {
      ...others,
      ...(followed === undefined ? {} : { signal: followed }),
      timeoutMs: deadline - this.#host.clock.epochNow(),
      metadata: call.metadata,
      onMetadata: (metadata) => {
        run.leading = metadata;
        begun();
      },
      onTrailers: (metadata) => {
        end(metadata);
        begun();
        run.unfollow();
      },
    };
    const reply = (more: { message?: unknown; messages?: AsyncIterable<unknown> }): Reply => ({
      ...more,
      metadata: run.leading ?? new Metadata(),
      trailers,
    });
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
        const first = peekFirst(messages, run.unfollow);
        run.streams.add(first.messages);
        await Promise.race([hasBegun, first.arrived]);
        return reply({ messages: first.messages });
      }
      default:
        return method.kind satisfies never;
    }
  }
}

function newRun(method: MethodDescription, options: CallOptions | undefined): Run {
  const streams = new StreamsBelow();
  return { method, options, abort: new AbortController(), leading: undefined, streams, unfollow: () => {} };
}

async function* nothing(): AsyncIterable<unknown> {}

function wrapItems(method: MethodDescription, items: AsyncIterable<unknown> | Iterable<unknown>): AsyncIterable<unknown> {
  return mapStream(items, (item) => (method.requestItem === "value" ? { value: item } : item));
}
