/**
 * One call on its way through interceptors: it ends by its deadline, its signals or the channel's close whatever they do.
 *
 *     UNDER WAY --- deadline, abort, close() ---> ENDING ---> OVER
 *         |             signal aborted; calls below        ^
 *         |             end by themselves                  |
 *         +--- the interceptors have answered -------------+
 *
 * Interceptors hear of the end by `call.signal`, and by the failure of the call below them, to which they may have an answer: they get
 * a moment for that. Where none is below, nothing is waited for.
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

/** What interceptors have to answer a failure below that the end has brought. */
const lastWordMs = 50;

/** Who made it. */
export interface RunOwner {
  /** Calls `expire` when it is time. */
  watchDeadline(at: number): void;
  /** Nothing ends it any more. */
  ended(run: InterceptedRun): void;
}

export class InterceptedRun {
  readonly method: MethodDescription;
  readonly options: CallOptions | undefined;
  readonly #host: CallHost;
  readonly #owner: RunOwner;
  readonly #abort = new AbortController();
  #followed: [AbortSignal, Follower][] | undefined;
  /** Those who wait for the interceptors. */
  readonly #waiting: ((error: RpcError) => void)[] = [];
  #streams: StreamsBelow | undefined;
  /** Leading metadata that has come: for calls that fail afterwards. */
  leading: Metadata | undefined;
  /** A call below has ended without any: those that end well have some, be it empty. */
  hasFailedBare = false;
  /** Of the last call below; they never reject. */
  trailers: Promise<Metadata> | undefined;
  readonly #startedAt: number;
  /** On the clock's scale. */
  deadlineAt = Number.POSITIVE_INFINITY;
  /** For the last word. */
  #timer: Timer | undefined;
  #callsBelow = 0;
  #hasCalled = false;
  #hasAnswered = false;
  #isEnding = false;
  #isOver = false;
  /** It ended before the interceptors had answered, or their stream was over. */
  #failure: RpcError | undefined;

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

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Its streams below the interceptors: nobody else ends those whose interceptor throws, or whose reader leaves before it has any. */
  get streams(): StreamsBelow {
    this.#streams ??= new StreamsBelow();
    return this.#streams;
  }

  /** From now on it ends by itself. @param timeoutMs from now */
  begin(timeoutMs: number, parent: CallContext | undefined): void {
    const { signal } = this.options ?? {};
    if (signal !== undefined) this.#follow(signal, cancelled);
    if (parent !== undefined) this.#follow(parent.signal, () => endedWith(parent));
    if (timeoutMs === Number.POSITIVE_INFINITY || this.#isEnding) return;
    this.deadlineAt = this.#startedAt + timeoutMs;
    this.#owner.watchDeadline(this.deadlineAt);
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
    const due = this.deadlineAt;
    this.deadlineAt = Number.POSITIVE_INFINITY;
    if (this.#callsBelow === 0) return this.end(this.#deadlineError(due));
    // They expire by themselves, and know more of where the time went.
    this.#timer = this.#host.clock.startTimer(() => this.#endAtOnce(this.#deadlineError(due)), lastWordMs, true);
  }

  #deadlineError(due: number): RpcError {
    const now = this.#host.now();
    const message = `deadline exceeded after ${Math.round(now - this.#startedAt)} ms: an interceptor of the channel has not answered`;
    const eventLoopLag = Math.round((now - due) * 10) / 10;
    const timings = { resolve: 0, connect: 0, queue: 0, write: 0, server: 0, read: 0, eventLoopLag };
    return withFacts(new RpcError({ code: "DEADLINE_EXCEEDED", message }), { timings });
  }

  /** Ends it: at once, or after a moment for interceptors that have a failing call below them. */
  end(error: RpcError, reason: unknown = error): void {
    if (this.#isEnding || this.#isOver) return;
    this.#isEnding = true;
    this.#timer?.cancel();
    this.#abort.abort(reason);
    if (this.#callsBelow === 0) this.#endAtOnce(error);
    else this.#timer = this.#host.clock.startTimer(() => this.#endAtOnce(error), lastWordMs, true);
  }

  #endAtOnce(error: RpcError): void {
    if (this.#isOver) return;
    this.#failure = withFacts(error, { method: this.method.path, executed: this.#hasCalled ? "maybe" : "no" });
    this.finish();
    this.#abort.abort(error);
    for (const reject of this.#waiting.splice(0)) reject(error);
    this.#streams?.leave();
  }

  /** A call is made below the interceptors. Answers what is to be called when it has ended; calling that again is harmless. */
  callBelow(): () => void {
    this.#hasCalled = true;
    this.#callsBelow += 1;
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.#callsBelow -= 1;
      this.#finishWithCalls();
    };
  }

  /** The interceptors have answered with a stream: one of their own goes on until its reader is done, one from below until that has ended. */
  streaming(): void {
    this.#hasAnswered = true;
    this.#finishWithCalls();
  }

  #finishWithCalls(): void {
    if (this.#hasAnswered && this.#hasCalled && this.#callsBelow === 0) this.finish();
  }

  /** Nothing ends it any more. */
  finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer?.cancel();
    if (this.#followed !== undefined) for (const [signal, follower] of this.#followed) this.#host.signals.leave(signal, follower);
    this.#owner.ended(this);
  }

  /** Settles as `promise` does, or fails when the run ends before. */
  until<T>(promise: Promise<T>): Promise<T> {
    if (this.#isOver && this.#failure === undefined) return promise;
    return new Promise<T>((resolve, reject) => {
      if (this.#failure === undefined) this.#waiting.push(reject);
      else reject(this.#failure);
      promise.then(
        (value) => {
          this.#forget(reject);
          resolve(value);
        },
        (error: unknown) => {
          this.#forget(reject);
          reject(error);
        },
      );
    });
  }

  #forget(reject: (error: RpcError) => void): void {
    const at = this.#waiting.indexOf(reject);
    if (at >= 0) this.#waiting.splice(at, 1);
  }
}
