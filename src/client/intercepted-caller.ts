/**
 * Calls through interceptors. Only channels that have some come here; the others pay nothing.
 *
 * Interceptors see wire documents; what the stub's user sees is unwrapped at the very end. Knows nothing of connections: the calls
 * themselves are a `DocumentCaller`'s.
 */

import { DeadlineTimer } from "../connection/deadline-timer.ts";
import { checkIterable } from "../connection/message-pump.ts";
import type { CallContext } from "../contract/call-context.ts";
import type { CallOptions } from "../contract/call-options.ts";
import { currentContext } from "../contract/context-scope.ts";
import { ContextValueMap } from "../contract/context-values.ts";
import { type InterceptedCall, type Interceptor, intercept, type Reply } from "../contract/interceptor.ts";
import { mapStream } from "../contract/mapped-stream.ts";
import type { MethodDescription } from "../contract/service.ts";
import { isRpcError, type RpcError } from "../errors/rpc-error.ts";
import { Metadata } from "../metadata/metadata.ts";
import { timeoutOf } from "./call-deadline.ts";
import { checkCallOptions } from "./call-option-checks.ts";
import type { CompleteChannelOptions } from "./channel-options.ts";
import type { CallHost } from "./client-call.ts";
import { InterceptedRun, type RunOwner } from "./intercepted-run.ts";
import { InterceptedStream, peekFirst } from "./intercepted-stream.ts";
import type { StreamCallInit } from "./stream-call.ts";

/** The calls themselves, in wire documents. */
export interface DocumentCaller {
  unaryDocument(method: MethodDescription, request: unknown, options: CallOptions | undefined): Promise<unknown>;
  clientStreamDocument(
    method: MethodDescription,
    requests: AsyncIterable<unknown> | Iterable<unknown>,
    options: CallOptions | undefined,
  ): Promise<unknown>;
  oneWayDocument(method: MethodDescription, request: unknown, options: CallOptions | undefined): Promise<void>;
  stream(init: Omit<StreamCallInit, "host">): AsyncIterable<unknown>;
}

interface Request {
  readonly message?: unknown;
  readonly messages?: AsyncIterable<unknown> | Iterable<unknown>;
}

/** What stays as it was at the call's beginning, whatever interceptors make of it and wherever they go on from. */
interface Pinned {
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly parent: CallContext | null;
}

export class InterceptedCaller implements RunOwner {
  readonly #caller: DocumentCaller;
  readonly #host: CallHost;
  readonly #interceptors: readonly Interceptor[];
  readonly #timeoutMs: number | undefined;
  /** Those that deadline and close have to end. */
  readonly #runs = new Set<InterceptedRun>();
  #closedWith: (() => RpcError) | undefined;
  readonly #deadlines: DeadlineTimer;

  constructor(caller: DocumentCaller, host: CallHost, options: CompleteChannelOptions) {
    this.#caller = caller;
    this.#host = host;
    this.#interceptors = options.interceptors;
    this.#timeoutMs = options.timeoutMs;
    this.#deadlines = new DeadlineTimer(host.clock, (now) => this.#expire(now));
  }

  /** Ends the calls that wait for interceptors. */
  close(error: () => RpcError): void {
    this.#closedWith = error;
    for (const run of [...this.#runs]) run.end(error());
    this.#deadlines.stop();
  }

  get closedWith(): RpcError | undefined {
    return this.#closedWith?.();
  }

  watch(run: InterceptedRun): void {
    this.#runs.add(run);
    if (run.expiresAt !== Number.POSITIVE_INFINITY && this.#closedWith === undefined) this.#deadlines.watch(run.expiresAt);
  }

  unwatch(run: InterceptedRun): void {
    this.#runs.delete(run);
  }

  #expire(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const run of [...this.#runs]) {
      if (run.expiresAt <= now) run.expire();
      else next = Math.min(next, run.expiresAt);
    }
    return next;
  }

  /** Unary and client-stream calls. */
  async single(method: MethodDescription, request: Request, options: CallOptions | undefined): Promise<unknown> {
    const run = new InterceptedRun(this.#host, method, options, this);
    const reply = await this.#told(run, this.#run(run, request));
    if (options?.onTrailers === undefined && reply.trailers === run.trailers) run.finish();
    else await this.#endWell(run, reply);
    if (method.result === "document") return reply.message;
    return method.result === "value" ? (reply.message as { value: unknown }).value : undefined;
  }

  async oneWay(method: MethodDescription, request: Request, options: CallOptions | undefined): Promise<void> {
    const run = new InterceptedRun(this.#host, method, options, this);
    await this.#run(run, request);
    run.finish();
  }

  /** Streaming responses. The call starts at once; errors wait for the loop. */
  stream(method: MethodDescription, request: Request, options: CallOptions | undefined): AsyncIterable<unknown> {
    const run = new InterceptedRun(this.#host, method, options, this);
    const reply = this.#told(run, this.#run(run, request));
    return new InterceptedStream(reply, run, {
      ended: (one) => this.#endWell(run, one),
      failed: (trailers) => this.#tellTrailers(trailers, options),
    });
  }

  /** Tells the user what metadata the reply brings, or the failure. */
  async #told(run: InterceptedRun, running: Promise<Reply>): Promise<Reply> {
    const { options } = run;
    try {
      const reply = await running;
      // A stream that has failed without any has told of it by now, and its error waits for the loop.
      const isBare = reply.messages !== undefined && run.hasFailedBare;
      if (options?.onMetadata !== undefined && !isBare) this.#tell(() => options.onMetadata?.(reply.metadata));
      return reply;
    } catch (error) {
      const { leading } = run;
      if (leading !== undefined) this.#tell(() => options?.onMetadata?.(leading));
      if (isRpcError(error)) this.#tellTrailers(error.metadata, options);
      throw error;
    }
  }

  /** Never rejects: the call itself went well. */
  async #endWell(run: InterceptedRun, reply: Reply): Promise<void> {
    const isAwaited = run.options?.onTrailers !== undefined;
    const told = (isAwaited ? run.until(reply.trailers) : reply.trailers).then(
      (trailers) => this.#tellTrailers(trailers, run.options),
      (error: unknown) => this.#host.report(error, { trailers: true }),
    );
    if (isAwaited) await told;
    run.finish();
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

  /** Answers what the interceptors do, or fails as soon as the run has ended. */
  async #run(run: InterceptedRun, request: Request): Promise<Reply> {
    let chain: Promise<Reply> | undefined;
    try {
      chain = this.#chain(run, request);
      const reply = await run.until(chain);
      if (reply.messages !== undefined) run.streaming();
      return reply;
    } catch (error) {
      run.finish();
      // What is answered too late is not read by anybody.
      chain?.then((late) => late.messages?.[Symbol.asyncIterator]().return?.()).catch(() => {});
      throw error;
    }
  }

  /** The interceptors around the call itself. Throws TypeError for options and requests that make no sense. */
  #chain(run: InterceptedRun, request: Request): Promise<Reply> {
    const { method, options } = run;
    const streams = method.kind === "client-stream" || method.kind === "bidi";
    if (streams) checkIterable(request.messages);
    if (options !== undefined) checkCallOptions(options);
    const timeoutMs = timeoutOf(method, options, this.#timeoutMs);
    const parent = options?.parent === undefined ? currentContext() : (options.parent ?? undefined);
    const deadline = Math.min(this.#host.clock.epochNow() + timeoutMs, parent?.deadline ?? Number.POSITIVE_INFINITY);
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
      signal: run.signal,
      deadline,
      values: new ContextValueMap(parent?.values),
    };
    run.begin(Math.min(timeoutMs, parent?.remainingMs() ?? Number.POSITIVE_INFINITY), parent);
    // A deadline may only get shorter on the way.
    const innermost = (inner: InterceptedCall): Promise<Reply> =>
      this.#call(run, inner, { deadline: Math.min(inner.deadline, deadline), parent: parent ?? null });
    return intercept(this.#interceptors, method, innermost)(call);
  }

  /** The call itself, with what the interceptors made of it. */
  async #call(run: InterceptedRun, call: InterceptedCall, { deadline, parent }: Pinned): Promise<Reply> {
    const { method, options } = run;
    const over = run.callBelow();
    let begun: () => void = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let end: (trailers: Metadata) => void = () => {};
    const trailers = new Promise<Metadata>((resolve) => {
      end = resolve;
    });
    run.trailers = trailers;
    const { signal, ...others } = options ?? {};
    // Whoever replaces the signal wants his own; the user's and the parent's are followed by the call itself.
    const followed = call.signal === run.signal ? signal : call.signal;
    const inner: CallOptions = {
      ...others,
      ...(followed === undefined ? {} : { signal: followed }),
      parent,
      timeoutMs: deadline - this.#host.clock.epochNow(),
      metadata: call.metadata,
      onMetadata: (metadata) => {
        run.leading = metadata;
        begun();
      },
      onTrailers: (metadata) => {
        run.hasFailedBare = run.leading === undefined;
        end(metadata);
        begun();
      },
    };
    const reply = (more: { message?: unknown; messages?: AsyncIterable<unknown> }): Reply => ({
      ...more,
      metadata: run.leading ?? new Metadata(),
      trailers,
    });
    switch (method.kind) {
      case "unary":
        try {
          return reply({ message: await this.#caller.unaryDocument(method, call.message, inner) });
        } finally {
          over();
        }
      case "one-way":
        await this.#caller.oneWayDocument(method, call.message, inner).finally(over);
        end(new Metadata());
        return reply({});
      case "client-stream":
        return reply({
          message: await this.#caller.clientStreamDocument(method, call.messages ?? nothing(), inner).finally(over),
        });
      case "server-stream":
      case "bidi": {
        const given = method.kind === "bidi" ? { requests: call.messages ?? nothing() } : { request: call.message };
        let first: ReturnType<typeof peekFirst> | undefined;
        const settled = (): void => {
          over();
          if (first !== undefined) run.streams.delete(first.messages);
        };
        first = peekFirst(this.#caller.stream({ method, options: inner, raw: true, settled, ...given }));
        run.streams.add(first.messages);
        run.messages = first.messages;
        await Promise.race([hasBegun, first.arrived]);
        return reply({ messages: first.messages });
      }
      default:
        return method.kind satisfies never;
    }
  }
}

async function* nothing(): AsyncIterable<unknown> {}

function wrapItems(method: MethodDescription, items: AsyncIterable<unknown> | Iterable<unknown>): AsyncIterable<unknown> {
  return mapStream(items, (item) => (method.requestItem === "value" ? { value: item } : item));
}
