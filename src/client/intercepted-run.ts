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

export class InterceptedRun {
  readonly method: MethodDescription;
  readonly options: CallOptions | undefined;
  readonly #host: CallHost;
  readonly #ended: (run: InterceptedRun) => void;
  readonly #abort = new AbortController();
  readonly #followed: [AbortSignal, Follower][] = [];
  /** Those who wait for the interceptors. */
  readonly #waiting = new Set<(error: RpcError) => void>();
  /** Its streams below the interceptors: nobody else ends those whose interceptor throws, or whose reader leaves before it has any. */
  readonly streams: StreamsBelow = new StreamsBelow();
  /** Leading metadata that has come: for calls that fail afterwards. */
  leading: Metadata | undefined;
  /** A call below has ended without any: those that end well have some, be it empty. */
  hasFailedBare = false;
  readonly #startedAt: number;
  #deadlineAt = Number.POSITIVE_INFINITY;
  #timer: Timer | undefined;
  #callsBelow = 0;
  #hasCalled = false;
  #hasAnswered = false;
  #isEnding = false;
  #isOver = false;
  /** It ended before the interceptors had answered, or their stream was over. */
  #failure: RpcError | undefined;

  /** @param ended the channel's close need not end it any more */
  constructor(host: CallHost, method: MethodDescription, options: CallOptions | undefined, ended: (run: InterceptedRun) => void) {
    this.#host = host;
    this.method = method;
    this.options = options;
    this.#ended = ended;
    this.#startedAt = host.now();
  }

  /** What interceptors see. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** From now on it ends by itself. @param timeoutMs from now */
  begin(timeoutMs: number, parent: CallContext | undefined): void {
    const { signal } = this.options ?? {};
    if (signal !== undefined) this.#follow(signal, cancelled);
    if (parent !== undefined) this.#follow(parent.signal, () => endedWith(parent));
    if (timeoutMs === Number.POSITIVE_INFINITY || this.#isEnding) return;
    this.#deadlineAt = this.#startedAt + timeoutMs;
    this.#watchDeadline();
  }

  #follow(signal: AbortSignal, errorOf: (reason: unknown) => RpcError): void {
    const follower = { signalAborted: (reason: unknown) => this.end(errorOf(reason), reason) };
    if (signal.aborted) return follower.signalAborted(signal.reason);
    this.#host.signals.follow(signal, follower);
    this.#followed.push([signal, follower]);
  }

  #watchDeadline(): void {
    // A deadline may be further away than a timer can be.
    const left = this.#deadlineAt - this.#host.now();
    this.#timer = this.#host.clock.startTimer(() => this.#deadlineReached(), Math.max(0, left), true);
  }

  #deadlineReached(): void {
    if (this.#host.now() < this.#deadlineAt) return this.#watchDeadline();
    if (this.#callsBelow === 0) return this.end(this.#deadlineError());
    // They expire by themselves, and know more of where the time went.
    this.#timer = this.#host.clock.startTimer(() => this.#endAtOnce(this.#deadlineError()), lastWordMs, true);
  }

  #deadlineError(): RpcError {
    const now = this.#host.now();
    const message = `deadline exceeded after ${Math.round(now - this.#startedAt)} ms: an interceptor of the channel has not answered`;
    const eventLoopLag = Math.round((now - this.#deadlineAt) * 10) / 10;
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
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
    this.streams.leave();
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
    for (const [signal, follower] of this.#followed) this.#host.signals.leave(signal, follower);
    this.#ended(this);
  }

  /** Settles as `promise` does, or fails when the run ends before. */
  until<T>(promise: Promise<T>): Promise<T> {
    if (this.#isOver && this.#failure === undefined) return promise;
    return new Promise<T>((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure);
      else this.#waiting.add(reject);
      promise.then(
        (value) => {
          this.#waiting.delete(reject);
          resolve(value);
        },
        (error: unknown) => {
          this.#waiting.delete(reject);
          reject(error);
        },
      );
    });
  }
}
