/**
 * A call on its way through a handler: decode, invoke, encode. All kinds; the unary one is the hot path.
 *
 * Settles exactly once: whatever the handler does, one end frame is sent when it has settled, also after a cancel. The call is its own
 * outgoing message. What a handler throws never leaves this file. Members are `private` and not `#` for the reason that `client-call.ts` gives.
 */

import type { Outgoing } from "../connection/call.ts";
import { encodeOwned } from "../connection/call.ts";
import type { Connection } from "../connection/connection.ts";
import { Inbox } from "../connection/inbox.ts";
import { type AbortReason, abortError, IncomingCall } from "../connection/incoming-call.ts";
import { MessagePump } from "../connection/message-pump.ts";
import { CallFlag } from "../connection/wire-terms.ts";
import type { Peer } from "../contract/call-context.ts";
import type { CodecLimits } from "../contract/codec.ts";
import { isInheritanceOn, runInContext } from "../contract/context-scope.ts";
import type { Wrapping } from "../contract/service.ts";
import { codecFailure } from "../contract/violations.ts";
import { isCodecError } from "../errors/codec-error.ts";
import { isRpcError, type RpcError, withFacts } from "../errors/rpc-error.ts";
import { Metadata } from "../metadata/metadata.ts";
import type { Clock } from "../time/clock.ts";
import { type ContextSource, HandlerContext } from "./handler-context.ts";
import { classifyHandlerError, internal, isReturnedError } from "./handler-error.ts";
import { runInterceptors } from "./intercepted-handler.ts";
import type { MethodBinding } from "./service-table.ts";

/** What a call needs of its server. */
export interface ServerHost {
  readonly clock: Clock;
  readonly codecLimits: CodecLimits;
  readonly inheritContext: boolean;
  report(error: unknown, where: object): void;
  /** The call has ended; `code` is undefined when it went well. */
  ended(code: string | undefined): void;
}

/** Where a call comes from. */
export interface CallOrigin {
  readonly connection: Connection;
  readonly peer: Peer;
}

export class ServerCall extends IncomingCall implements Outgoing, ContextSource {
  private readonly host: ServerHost;
  private readonly binding: MethodBinding;
  private readonly origin: CallOrigin;
  private context: HandlerContext | undefined;
  /** Of a request stream: there before the handler is, which may have to wait for its turn while messages arrive. */
  private readonly requests: Inbox<unknown> | undefined;
  private pump: MessagePump | undefined;
  /** What `write` writes. */
  private outgoing: unknown;
  hasSent = false;
  private isDone = false;
  /** How the answer's messages are wrapped: not at all once an interceptor has had them. */
  private wrapping: Wrapping;

  constructor(host: ServerHost, binding: MethodBinding, origin: CallOrigin) {
    super();
    this.host = host;
    this.binding = binding;
    this.origin = origin;
    this.wrapping = binding.method.result;
    if ((binding.kindFlags & CallFlag.requestStream) !== 0) {
      this.requests = new Inbox<unknown>({
        release: (cost) => origin.connection.release(this, cost),
        // A handler that stops reading has not ended the call; what still comes is dropped.
        leave: () => {},
      });
    }
  }

  get clock(): Clock {
    return this.host.clock;
  }

  get peer(): Peer {
    return this.origin.peer;
  }

  private get connection(): Connection {
    return this.origin.connection;
  }

  shortenDeadline(at: number): void {
    if (at >= this.deadlineAt) return;
    this.deadlineAt = at;
    this.connection.watchDeadline(at);
  }

  get methodPath(): string {
    return this.binding.method.path;
  }

  bound(): number {
    return this.binding.method.response.bound(this.outgoing, this.host.codecLimits);
  }

  write(buffer: Buffer, view: DataView, at: number): number {
    return this.binding.method.response.write(buffer, view, at, this.outgoing, this.host.codecLimits);
  }

  // ---------------------------------------------------------------- request

  start(buffer: Buffer, view: DataView, start: number, end: number): void {
    const { method, kindFlags, interceptors } = this.binding;
    let request: unknown = this.requests;
    if (request === undefined) {
      try {
        request = method.request.read(buffer, view, start, end, this.host.codecLimits);
      } catch (error) {
        return this.refuse(error);
      }
    }
    const context = new HandlerContext(this);
    this.context = context;
    let answer: unknown;
    try {
      answer = this.invoke(request, context);
      // A `then` of the user's own may throw, or call back twice.
      if (!(answer instanceof Promise) && isThenable(answer)) answer = Promise.resolve(answer);
    } catch (error) {
      return this.fail(error);
    }
    const streams = (kindFlags & CallFlag.responseStream) !== 0 && interceptors.length === 0;
    if (answer instanceof Promise) {
      // Of a stream too: in JavaScript an async function easily stands where a generator was meant, and its rejection is the call's.
      answer.then(
        (value: unknown) => (streams ? this.respond(value) : this.answered(value)),
        (error: unknown) => this.fail(error),
      );
    } else if (streams) {
      this.respond(answer);
    } else {
      this.answered(answer);
    }
  }

  private invoke(request: unknown, context: HandlerContext): unknown {
    const { method, handler, interceptors } = this.binding;
    if (interceptors.length > 0) return this.inContext(() => this.intercept(request, context));
    // Without the closure where nothing is inherited: a pure server pays nothing for it.
    if (!this.host.inheritContext || !isInheritanceOn()) return method.invoke(handler, request, context);
    return runInContext(context, () => method.invoke(handler, request, context));
  }

  /** With inheritance on, the handler's outgoing calls find this call. */
  private inContext<T>(fn: () => T): T {
    const context = this.context;
    return context !== undefined && this.host.inheritContext && isInheritanceOn() ? runInContext(context, fn) : fn();
  }

  private intercept(request: unknown, context: HandlerContext): Promise<unknown> {
    this.wrapping = "document";
    return runInterceptors(this.binding, request, context, (reply) => this.adopt(reply.metadata, reply.trailers)).then(
      (reply) => {
        if (reply.messages === undefined) return reply.message;
        this.respond(reply.messages);
        return responding;
      },
    );
  }

  /** An interceptor's reply brings its own metadata. */
  private adopt(leading: Metadata, trailers: Metadata): void {
    if (!this.hasSent) this.leading = leading;
    this.trailers = trailers;
  }

  /** The request does not fit its schema: the handler never runs. */
  private refuse(error: unknown): void {
    this.end(withFacts(this.unreadable(error), { executed: "no" }));
  }

  /** What reading a request threw, as its caller gets it. What is no broken rule of the schema is our own, and is reported. */
  private unreadable(error: unknown): RpcError {
    if (isCodecError(error)) return codecFailure("INVALID_ARGUMENT", error);
    this.host.report(error, this.where());
    return isRpcError(error) ? error : internal("internal error");
  }

  receiveMessage(buffer: Buffer, view: DataView, start: number, end: number, cost: number): void {
    const requests = this.requests;
    if (requests === undefined || this.isDone) {
      this.connection.release(this, cost);
      return;
    }
    const { method } = this.binding;
    let message: unknown;
    try {
      message = method.request.read(buffer, view, start, end, this.host.codecLimits);
      if (method.requestItem === "value" && this.binding.interceptors.length === 0)
        message = (message as { value: unknown }).value;
    } catch (error) {
      this.connection.release(this, cost);
      return this.connection.incoming.refuseMessage(this, this.unreadable(error));
    }
    requests.push(message, cost);
  }

  receiveFinish(): void {
    this.requests?.end();
  }

  // ---------------------------------------------------------------- answer

  private answered(value: unknown): void {
    if (this.isDone || value === responding) return;
    if (this.endedBy !== undefined || this.oneWayCost > 0) return this.end(undefined);
    if (isReturnedError(value)) return this.fail(value);
    this.outgoing = this.wrap(value);
    try {
      this.connection.incoming.answers.sendResult(this, this);
    } catch (error) {
      return this.unsendable(error);
    }
    this.finish(undefined);
  }

  private wrap(value: unknown): unknown {
    switch (this.wrapping) {
      case "document":
        return value;
      case "value":
        return { value };
      case "void":
        return emptyDocument;
      default:
        return this.wrapping satisfies never;
    }
  }

  /** Streams what an iterable gives. */
  private respond(answer: unknown): void {
    if (isReturnedError(answer)) return this.fail(answer);
    try {
      this.pump = new MessagePump(answer as AsyncIterable<unknown>, {
        send: (item) => this.sendItem(item),
        canSend: () => this.isOpen && this.connection.sender.canSend(this),
        finish: (returned) => (isReturnedError(returned) ? this.fail(returned) : this.responded()),
        fail: (error, from) => (from === "send" && !isReturnedError(error) ? this.unsendable(error) : this.fail(error)),
      });
    } catch (error) {
      return this.fail(error);
    }
    if (this.endedBy !== undefined) return this.stopped();
    this.sendReady();
  }

  private sendItem(item: unknown): void {
    if (isReturnedError(item)) throw item;
    if (this.leading !== undefined) this.connection.incoming.answers.sendLeading(this);
    this.hasSent = true;
    this.outgoing = this.wrap(item);
    this.connection.sender.sendMessage(this, this);
  }

  sendReady(): void {
    const pump = this.pump;
    if (pump !== undefined) this.inContext(() => pump.resume());
  }

  private responded(): void {
    if (this.isDone) return;
    if (this.endedBy !== undefined) return this.end(undefined);
    this.hasSent = true;
    this.connection.incoming.answers.sendResult(this, undefined);
    this.finish(undefined);
  }

  /** The handler's answer does not fit its schema or the limits. */
  private unsendable(error: unknown): void {
    this.host.report(error, this.where());
    if (isCodecError(error)) return this.end(codecFailure("INTERNAL", error));
    this.end(classifyHandlerError(error, this.binding.method, undefined).error);
  }

  private fail(thrown: unknown): void {
    if (this.isDone) return;
    const failure = classifyHandlerError(thrown, this.binding.method, this.endedBy ?? this.lateness(thrown));
    if (failure.isHidden) this.host.report(thrown, this.where());
    const { fault } = failure;
    const error = this.neverBegan(failure.error.code) ? neverRun(failure.error) : failure.error;
    this.trailers = joined(this.trailers, error.metadata);
    if (fault === undefined) return this.end(error);
    try {
      const { codec } = fault;
      const message: Outgoing = {
        bound: () => codec.bound(failure.data, this.host.codecLimits),
        write: (buffer, view, at) => codec.write(buffer, view, at, failure.data, this.host.codecLimits),
      };
      this.end(error, { type: fault.fullName, bytes: encodeOwned(message, message.bound()) });
    } catch (cause) {
      this.unsendable(cause);
    }
  }

  /**
   * An interceptor has turned the call away. Two codes say more beside `refused`, and are left as they are: UNAVAILABLE that the call is to
   * be tried elsewhere by itself, UNIMPLEMENTED that its name is not bound.
   */
  private neverBegan(code: string): boolean {
    if (code === "UNAVAILABLE" || code === "UNIMPLEMENTED") return false;
    return this.endedBy === undefined && this.binding.interceptors.length > 0 && this.context?.isCollected === false;
  }

  /** A call of the handler's own may find that the common deadline has passed a moment before this call's timer does. */
  private lateness(thrown: unknown): AbortReason | undefined {
    if (!isRpcError(thrown) || thrown.code !== "DEADLINE_EXCEEDED") return undefined;
    return this.deadlineAt <= this.host.clock.now() ? "deadline" : undefined;
  }

  /** Ends the call with a failure; without one, by what ended it. */
  private end(error: RpcError | undefined, fault?: { type: string; bytes: Buffer }): void {
    if (this.isDone) return;
    const failure = this.refusedWith ?? error ?? abortError(this.endedBy ?? "cancel");
    this.hasSent = true;
    this.connection.incoming.sendFailure(this, failure, this.refusedWith === undefined ? fault : undefined);
    this.finish(error === undefined && this.oneWayCost > 0 && this.endedBy === undefined ? undefined : failure.code);
  }

  private finish(code: string | undefined): void {
    this.isDone = true;
    this.hasSent = true;
    void this.requests?.return();
    this.host.ended(code);
  }

  // ---------------------------------------------------------------- the call's end from outside

  abort(reason: AbortReason): void {
    this.requests?.abort(this.refusedWith ?? abortError(reason));
    this.context?.ended(reason);
    if (this.pump !== undefined) this.stopped();
    else if (this.context === undefined) this.end(undefined);
  }

  /** The end frame waits for the generator's `finally` blocks. */
  private stopped(): void {
    const stopping = this.pump?.stop();
    if (stopping === undefined) return this.end(undefined);
    stopping.then(
      () => this.end(undefined),
      (error: unknown) => {
        this.host.report(error, this.where());
        this.end(undefined);
      },
    );
  }

  private where(): object {
    return { method: this.methodPath, peer: this.peer.address };
  }
}

/** An answer of a handler that is on its way as a stream. */
const responding: unique symbol = Symbol("responding");

const emptyDocument = Object.freeze({});

/** The error may be the user's own, and thrown again elsewhere: it is not written to. */
function neverRun(error: RpcError): RpcError {
  return Object.create(error, { executed: { value: "no" } }) as RpcError;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

/** Trailers of the context, and those that an error brings. */
function joined(first: Metadata | undefined, second: Metadata): Metadata | undefined {
  let all = first;
  for (const [key, value] of new Metadata(second)) {
    if (all === first) all = new Metadata(first);
    all?.append(key, value);
  }
  return all;
}
