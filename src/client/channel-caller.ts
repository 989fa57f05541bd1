/**
 * Turns a stub's method call into a `ClientCall`: options are resolved here, and interceptors run here.
 *
 * Nothing here throws synchronously: promises reject, iterators throw.
 */

import type { CallContext } from "../contract/call-context.ts";
import type { CallOptions } from "../contract/call-options.ts";
import type { Caller } from "../contract/caller.ts";
import { currentContext } from "../contract/context-scope.ts";
import { parentOf } from "../contract/inheritance.ts";
import type { MethodDescription } from "../contract/service.ts";
import { RpcError, withFacts } from "../errors/rpc-error.ts";
import { Metadata } from "../metadata/metadata.ts";
import { timeoutOf } from "./call-deadline.ts";
import { checkCallOptions } from "./call-option-checks.ts";
import type { CompleteChannelOptions } from "./channel-options.ts";
import type { CallHost, ClientCall } from "./client-call.ts";
import { type DocumentCaller, InterceptedCaller } from "./intercepted-caller.ts";
import { OneWayCall } from "./one-way-call.ts";
import { StreamCall, type StreamCallInit } from "./stream-call.ts";
import { UnaryCall } from "./unary-call.ts";

export class ChannelCaller implements Caller, DocumentCaller {
  readonly #channel: CallHost;
  readonly #timeoutMs: number | undefined;
  readonly #intercepted: InterceptedCaller | undefined;

  constructor(channel: CallHost, options: CompleteChannelOptions) {
    this.#channel = channel;
    this.#timeoutMs = options.timeoutMs;
    if (options.interceptors.length > 0) this.#intercepted = new InterceptedCaller(this, channel, options);
  }

  /** The channel is closed: what waits for interceptors ends. Calls that have begun are the connections'. */
  close(error: () => RpcError): void {
    this.#intercepted?.close(error);
  }

  unary(method: MethodDescription, request: unknown, options?: CallOptions): Promise<unknown> {
    if (this.#intercepted !== undefined) return this.#intercepted.single(method, { message: request }, options);
    return this.#unary(new UnaryCall(this.#channel, method, request, options));
  }

  serverStream(method: MethodDescription, request: unknown, options?: CallOptions): AsyncIterable<unknown> {
    if (this.#intercepted !== undefined) return this.#intercepted.stream(method, { message: request }, options);
    return this.stream({ method, request, options, raw: false });
  }

  clientStream(
    method: MethodDescription,
    requests: AsyncIterable<unknown> | Iterable<unknown>,
    options?: CallOptions,
  ): Promise<unknown> {
    if (this.#intercepted !== undefined) return this.#intercepted.single(method, { messages: requests }, options);
    return this.#clientStream({ method, requests, options, raw: false });
  }

  bidi(
    method: MethodDescription,
    requests: AsyncIterable<unknown> | Iterable<unknown>,
    options?: CallOptions,
  ): AsyncIterable<unknown> {
    if (this.#intercepted !== undefined) return this.#intercepted.stream(method, { messages: requests }, options);
    return this.stream({ method, requests, options, raw: false });
  }

  async oneWay(method: MethodDescription, request: unknown, options?: CallOptions): Promise<void> {
    if (this.#intercepted !== undefined) return this.#intercepted.oneWay(method, { message: request }, options);
    return this.oneWayDocument(method, request, options);
  }

  // ---------------------------------------------------------------- the calls themselves, for interceptors as well

  unaryDocument(method: MethodDescription, request: unknown, options: CallOptions | undefined): Promise<unknown> {
    const call = new UnaryCall(this.#channel, method, request, options);
    call.isRaw = true;
    return this.#unary(call);
  }

  #unary(call: UnaryCall): Promise<unknown> {
    return new Promise((resolve, reject) => {
      call.resolve = resolve;
      call.rejectWith = reject;
      this.#begin(call);
    });
  }

  clientStreamDocument(
    method: MethodDescription,
    requests: AsyncIterable<unknown> | Iterable<unknown>,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    return this.#clientStream({ method, requests, options, raw: true });
  }

  #clientStream(init: Omit<StreamCallInit, "host" | "resolve" | "reject">): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#begin(new StreamCall({ ...init, host: this.#channel, resolve, reject }));
    });
  }

  oneWayDocument(method: MethodDescription, request: unknown, options: CallOptions | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#begin(new OneWayCall(this.#channel, method, request, { resolve, reject, options }));
    });
  }

  stream(init: Omit<StreamCallInit, "host">): AsyncIterable<unknown> {
    try {
      const call = new StreamCall({ ...init, host: this.#channel });
      this.#begin(call);
      return call.inbox as AsyncIterable<unknown>;
    } catch (error) {
      init.settled?.();
      return failedStream(error);
    }
  }

  /** Resolves the options and starts the call. Throws TypeError for options that make no sense. */
  #begin(call: ClientCall): void {
    const { options, method } = call;
    const channel = this.#channel;
    const now = channel.now();
    call.startedAt = now;
    call.openedAt = now;
    const timeoutMs = timeoutOf(method, options, this.#timeoutMs);
    const parent = options?.parent === undefined ? currentContext() : options.parent;
    if (options !== undefined) {
      checkCallOptions(options);
      if (options.metadata !== undefined) call.requestMetadata = new Metadata(options.metadata);
    }
    call.deadlineAt = now + timeoutMs;
    if (parent !== undefined && parent !== null) this.#inherit(call, parent, now);
    if (options?.signal !== undefined && !call.isSettled && !call.followSignal(options.signal)) return channel.startFailed();
    if (call.isSettled) return channel.startFailed();
    if (call.deadlineAt <= now) {
      channel.startFailed();
      const error = new RpcError({ code: "DEADLINE_EXCEEDED", message: "the deadline had passed before the call was made" });
      return call.fail(withFacts(error, { executed: "no" }));
    }
    channel.start(call);
  }

  #inherit(call: ClientCall, parent: CallContext, now: number): void {
    const inner = parentOf(parent);
    const parentDeadline = inner === undefined ? now + parent.remainingMs() : inner.deadlineAt;
    if (parentDeadline < call.deadlineAt) call.deadlineAt = parentDeadline;
    call.isNestedInRetry = parent.attempt > 1;
    call.followParent(parent);
  }
}

/** A stream call that could not even begin: its error waits for the loop. */
// biome-ignore lint/correctness/useYield: it ends before it could
async function* failedStream(error: unknown): AsyncIterable<unknown> {
  throw error;
}
