/**
 * One call on its way through interceptors: it ends by its deadline, its signals or the channel's close whatever they do.
 *
 *     UNDER WAY --- deadline, abort, close(), the reader leaves ---> ENDING ---> OVER
 *         |                                                        ^
 *         +---------- answered, or its stream read to the end -----+
 *
 * Interceptors hear of the end by `call.signal`, and by the failure of the call below them, to which they may have an answer: they get
 * a moment for that. Where none is below, and nothing is being read, nothing is waited for. Followed are deadline and signals only while
 * there is something that they could end: an interceptor, a call below, a reader that waits.
 */

import type { CallContext } from "../contract/call-context.ts";
import type { CallOptions } from "../contract/call-options.ts";
import type { MethodDescription } from "../contract/service.ts";
import { RpcError, withFacts } from "../errors/rpc-error.ts";
import type { Metadata } from "../metadata/metadata.ts";
import type { Timer } from "../time/clock.ts";
import { type CallHost, cancelled, endedWith } from "./client-call.ts";
import type { Follower } from "./followed-signals.ts";
import { StreamsBelow } from "./intercepted-stream.ts";

/** What interceptors have to answer a failure below that the end has brought, and to hand on what had come of a stream. */
const lastWordMs = 50;

/** Who made it. */
export interface RunOwner {
  /** Told of the channel's close from now on, and of its deadline. */
  watch(run: InterceptedRun): void;
  unwatch(run: InterceptedRun): void;
  /** The channel has been closed. */
  readonly closedWith: RpcError | undefined;
}

export class InterceptedRun {
  readonly method: MethodDescription;
  readonly options: CallOptions | undefined;
  readonly #host: CallHost;
  readonly #owner: RunOwner;
  readonly #abort = new AbortController();
  #parent: CallContext | undefined;
  #followed: [AbortSignal, Follower][] | undefined;
  /** Those who wait for the interceptors. */
  readonly #waiting: ((error: unknown) => void)[] = [];
  #streams: StreamsBelow | undefined;
  /** Leading metadata that has come: for calls that fail afterwards. */
  leading: Metadata | undefined;
  /** A call below has ended without any: those that end well have some, be it empty. */
  hasFailedBare = false;
  /** Of the last call below; they never reject. */
  trailers: Promise<Metadata> | undefined;
  /** Of the last call below. */
  messages: AsyncIterable<unknown> | undefined;
  readonly #startedAt: number;
  #deadlineAt = Number.POSITIVE_INFINITY;
  /** When the owner is to call `expire`, on the clock's scale. */
  expiresAt = Number.POSITIVE_INFINITY;
  /** For the last word. */
  #timer: Timer | undefined;
  #callsBelow = 0;
  #hasCalled = false;
  #hasAnswered = false;
  #isWatched = false;
  #isOver = false;
  /** Why it is ending. */
  #error: RpcError | undefined;

  constructor(host: CallHost, method: MethodDescription, options: CallOptions | undefined, owner: RunOwner) {
    this.#host = host;
    this.method = method;
    this.options = options;
    this.#owner = owner;
    this.#startedAt = host.now();
  }

  /** What interceptors see. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Its end came before the interceptors' answer, or before that was read. */
  get error(): RpcError | undefined {
    return this.#error;
  }

  /** Its streams below the interceptors: nobody else ends those whose interceptor throws, or that it has not answered. */
  get streams(): StreamsBelow {
    this.#streams ??= new StreamsBelow();
    return this.#streams;
  }

  // ---------------------------------------------------------------- what ends it

  /** From now on it ends by itself. @param timeoutMs from its beginning */
  begin(timeoutMs: number, parent: CallContext | undefined): void {
    this.#deadlineAt = this.#startedAt + timeoutMs;
    this.#parent = parent;
    this.#updateWatch();
  }

  #updateWatch(): void {
    const canEnd = !this.#isOver && this.#error === undefined;
    const needed = canEnd && (!this.#hasAnswered || this.#callsBelow > 0 || this.#waiting.length > 0);
    if (needed && !this.#isWatched) this.#watch();
    else if (!needed && this.#isWatched) this.#unwatch();
  }

  #watch(): void {
    this.#isWatched = true;
    this.expiresAt = this.#deadlineAt;
    this.#owner.watch(this);
    const { closedWith } = this.#owner;
    const { signal } = this.options ?? {};
    const parent = this.#parent;
    if (closedWith !== undefined) return this.end(closedWith);
    if (signal !== undefined) this.#follow(signal, cancelled);
    if (parent !== undefined && this.#error === undefined) this.#follow(parent.signal, () => endedWith(parent));
  }

  #unwatch(): void {
    this.#isWatched = false;
    this.#owner.unwatch(this);
    for (const [signal, follower] of this.#followed ?? []) this.#host.signals.leave(signal, follower);
    this.#followed = undefined;
  }

  #follow(signal: AbortSignal, errorOf: (reason: unknown) => RpcError): void {
    const follower = { signalAborted: (reason: unknown) => this.end(errorOf(reason), reason) };
    if (signal.aborted) return follower.signalAborted(signal.reason);
    this.#host.signals.follow(signal, follower);
    this.#followed ??= [];
    this.#followed.push([signal, follower]);
  }

  /** Its deadline has passed. */
  expire(): void {
    this.expiresAt = Number.POSITIVE_INFINITY;
    if (this.#callsBelow === 0) return this.end(this.#deadlineError());
    // They expire by themselves, and know more of where the time went.
    this.#timer = this.#host.clock.startTimer(() => this.end(this.#deadlineError()), lastWordMs, true);
  }

  #deadlineError(): RpcError {
    const now = this.#host.now();
    const message = `deadline exceeded after ${Math.round(now - this.#startedAt)} ms: an interceptor of the channel has not answered`;
    const eventLoopLag = Math.round((now - this.#deadlineAt) * 10) / 10;
    const timings = { resolve: 0, connect: 0, queue: 0, write: 0, server: 0, read: 0, eventLoopLag };
    return withFacts(new RpcError({ code: "DEADLINE_EXCEEDED", message }), { timings });
  }

  /** Ends it: at once, or after a moment for interceptors that have a failing call below them or something to hand on. */
  end(error: RpcError, reason: unknown = error): void {
    if (this.#error !== undefined || this.#isOver) return;
    this.#error = withFacts(error, { method: this.method.path, executed: this.#hasCalled ? "maybe" : "no" });
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#updateWatch();
    this.#abort.abort(reason);
    if (this.#callsBelow === 0 && !this.#hasAnswered) this.finish();
    else this.#allowLastWord();
  }

  #allowLastWord(): void {
    this.#timer ??= this.#host.clock.startTimer(
      () => {
        this.#timer = undefined;
        this.failWaiting();
      },
      lastWordMs,
      true,
    );
  }

  /** Whoever waits for the interceptors does not any more. */
  failWaiting(): void {
    for (const reject of this.#waiting.splice(0)) reject(this.#error);
    this.#updateWatch();
  }

  // ---------------------------------------------------------------- what it consists of

  /**
   * A call is made below the interceptors. Answers what is to be called when it has ended; calling that again is harmless. Throws where
   * nobody waits for it any more: then it must not be sent.
   */
  callBelow(): () => void {
    if (this.#error !== undefined) throw this.#error;
    this.#hasCalled = true;
    this.#callsBelow += 1;
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.#callsBelow -= 1;
      this.#updateWatch();
    };
  }

  /** The interceptors have answered with a stream. */
  streaming(): void {
    this.#hasAnswered = true;
    this.#updateWatch();
  }

  /** Nothing ends it any more, and nobody waits. Streams that the interceptors have opened and not answered with end. */
  finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer?.cancel();
    this.failWaiting();
    this.#streams?.leave();
  }

  /** Settles as `promise` does, or fails when the run ends before. */
  until<T>(promise: Promise<T>): Promise<T> {
    if (this.#isOver && this.#error === undefined) return promise;
    return new Promise<T>((resolve, reject) => {
      const settled = (): void => {
        const at = this.#waiting.indexOf(reject);
        if (at < 0) return;
        this.#waiting.splice(at, 1);
        this.#updateWatch();
      };
      promise.then(
        (value) => {
          resolve(value);
          settled();
        },
        (error: unknown) => {
          reject(error);
          settled();
        },
      );
      if (this.#isOver) return reject(this.#error);
      this.#waiting.push(reject);
      if (this.#error === undefined) this.#updateWatch();
      else this.#allowLastWord();
    });
  }
}
