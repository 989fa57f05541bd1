/**
 * What every outgoing call of a client has in common: options, deadline, signal, parent, and settling exactly once.
 *
 *     WAITING (queued for a connection) --> OPEN (on one) --> SETTLED
 *         ^                                  |
 *         +-------- tried again -------------+
 *
 * Owns its places among those that follow a signal and among its parent's children; both are given up when it settles. It never throws: whatever
 * goes wrong reaches the user through the promise or iterator.
 *
 * Its members are `private` and not `#`: for those V8 calls an initializer a class, 4 % of the CPU of a small call on both sides together.
 */

import type { Connection } from "../connection/connection.ts";
import { type FaultBytes, withUndeclaredFault } from "../connection/failure-document.ts";
import { OutgoingCall } from "../connection/outgoing-call.ts";
import { CancelReason } from "../connection/wire-terms.ts";
import type { CallContext } from "../contract/call-context.ts";
import type { CallOptions } from "../contract/call-options.ts";
import type { CodecLimits } from "../contract/codec.ts";
import { type ChildCall, parentOf } from "../contract/inheritance.ts";
import type { MethodDescription } from "../contract/service.ts";
import { codecFailure } from "../contract/violations.ts";
import { isCodecError } from "../errors/codec-error.ts";
import { isRpcError, RpcError, type Timings, withFacts } from "../errors/rpc-error.ts";
import { Metadata } from "../metadata/metadata.ts";
import type { Clock } from "../time/clock.ts";
import { describeTimings, withConnecting } from "./call-timings.ts";
import type { FollowedSignals, Follower } from "./followed-signals.ts";

/** By how much the server's measure of a deadline may be ahead of ours: a part of a millisecond, and a timer that fires early. */
const clockSlackMs = 2;

/** What a call needs of its channel. */
export interface CallHost {
  readonly codecLimits: CodecLimits;
  readonly clock: Clock;
  readonly signals: FollowedSignals;
  readonly isClosed: boolean;
  /** Starts a call, or keeps it until there is a connection. Never throws. */
  start(call: ClientCall): void;
  /** A call that failed before it was started: counted all the same. */
  startFailed(): void;
  now(): number;
  /** Tries a failed call again, now or later. False: it has to fail. */
  retry(call: ClientCall, error: RpcError): boolean;
  /** Where the time of a call went. */
  timingsOf(call: ClientCall): Timings;
  /** For `onError`. */
  report(error: unknown, where: object): void;
  /** The call has settled: counters, and the queue if it was waiting there. */
  settled(call: ClientCall, error: unknown): void;
}

export abstract class ClientCall extends OutgoingCall implements ChildCall, Follower {
  readonly method: MethodDescription;
  readonly host: CallHost;
  readonly options: CallOptions | undefined;
  /** Where it is open, or was last. */
  connection: Connection | undefined = undefined;
  attempt = 1;
  /** When it was made, on the clock's scale. */
  startedAt = 0;
  /** Metadata as the user gave it; encoded when it is sent. */
  requestMetadata: Metadata | undefined = undefined;
  isSettled = false;
  private hasToldLeading = false;
  /** An attempt before this one may have started the handler. */
  private mayHaveRun = false;
  /** Made by a handler whose own call is a retry: not tried again further down. */
  isNestedInRetry = false;
  /** In the channel's queue. */
  isQueued = false;
  /** Its encoded request while it waits; see `CallQueue`. */
  queuedBytes: Buffer | undefined = undefined;
  queuedCost = 0;
  /** The parent among whose children it stands. */
  private parent: CallContext | undefined = undefined;
  /** Signals that it follows: the user's, a foreign parent's. */
  private followed: AbortSignal[] | undefined = undefined;

  constructor(host: CallHost, method: MethodDescription, options: CallOptions | undefined) {
    super();
    this.host = host;
    this.method = method;
    this.options = options;
  }

  /** Whether an interrupted attempt may be repeated: nothing of it is lost or was seen. */
  abstract get isRepeatable(): boolean;
  /** Settles for the user. Called once, by `finish`. */
  protected abstract reject(error: unknown): void;
  /** Forgets what the last attempt has received. */
  protected abstract reset(): void;

  /** Follows the user's signal. False: it was aborted already and the call has failed. */
  followSignal(signal: AbortSignal): boolean {
    if (signal.aborted) {
      this.fail(cancelled(signal.reason, "no"));
      return false;
    }
    this.host.signals.follow(signal, this);
    this.followed ??= [];
    this.followed.push(signal);
    return true;
  }

  signalAborted(reason: unknown): void {
    this.giveUp(cancelled(reason, this.executedSoFar));
  }

  /** Ends with its parent. False: the parent has ended already. */
  followParent(parent: CallContext): boolean {
    const inner = parentOf(parent);
    if (inner === undefined) return this.followSignal(parent.signal);
    this.parent = parent;
    if (parent.endedBy !== undefined) {
      this.fail(endedWith(parent, "no"));
      return false;
    }
    inner.children.add(this);
    return true;
  }

  parentEnded(parent: CallContext): void {
    this.giveUp(endedWith(parent, this.executedSoFar));
  }

  /** The peer has said something that only a call that has begun says. */
  protected get hasRun(): boolean {
    return this.isAccepted || this.hasLeading;
  }

  /** What is known of the handler while no answer is there: not started as long as nothing has left. */
  get executedSoFar(): "no" | "maybe" {
    return (this.isQueued || this.id === 0) && !this.mayHaveRun ? "no" : "maybe";
  }

  private giveUp(error: RpcError): void {
    this.givesUp();
    this.abort(error);
  }

  /** Its user ends it, by an abort, the parent's end or the deadline: what has come of a stream is not wanted any more. */
  protected givesUp(): void {}

  /** Ends it from this side: the peer is told, the user gets `error`. */
  abort(error: unknown, reason: number = CancelReason.cancelled): void {
    if (this.isSettled) return;
    this.connection?.outgoing.cancel(this, reason);
    this.fail(error);
  }

  expire(): void {
    this.givesUp();
    this.fail(this.deadlineError());
  }

  deadlineError(): RpcError {
    const waited = Math.round(this.host.now() - this.startedAt);
    const timings = this.host.timingsOf(this);
    const message = `deadline exceeded after ${waited} ms: ${describeTimings(timings)}`;
    const error = new RpcError({ code: "DEADLINE_EXCEEDED", message });
    return withFacts(error, { executed: this.executedSoFar, timings });
  }

  receiveFailure(error: RpcError, fault: FaultBytes | undefined): void {
    if (this.isSettled) return;
    // The server has measured the same deadline, and was a moment faster.
    if (error.code === "DEADLINE_EXCEEDED" && this.host.now() >= this.deadlineAt - clockSlackMs) this.givesUp();
    if (fault === undefined && this.isRepeatable && this.host.retry(this, error)) return;
    this.fail(fault === undefined ? error : this.faultOf(error, fault));
  }

  /** Prepares for another attempt. */
  prepareRetry(error: RpcError): void {
    if (error.executed !== "no") this.mayHaveRun = true;
    this.attempt += 1;
    this.id = 0;
    this.isCancelled = false;
    this.isAccepted = false;
    this.hasLeading = false;
    this.flow = undefined;
    this.connection = undefined;
    this.reset();
  }

  /** What encoding or decoding threw, as the user gets it. */
  localFailure(error: unknown, code: "INVALID_ARGUMENT" | "INTERNAL", executed: "no" | "yes"): unknown {
    if (isCodecError(error)) return withFacts(codecFailure(code, error), { executed, method: this.method.path });
    if (isRpcError(error)) return withFacts(error, { executed, method: this.method.path });
    return error;
  }

  fail(error: unknown): void {
    if (this.isSettled) return;
    this.settle(error);
    if (isRpcError(error)) {
      this.sign(error);
      if (this.options?.onTrailers !== undefined) this.tell(() => this.options?.onTrailers?.(error.metadata));
    }
    this.reject(error);
  }

  private sign(error: RpcError): void {
    const { code } = error;
    if (error.method === undefined) withFacts(error, { method: this.method.path });
    if (this.mayHaveRun && error.executed === "no") withFacts(error, { executed: "maybe" });
    if (this.hasRun && error.executed === "maybe") withFacts(error, { executed: "yes" });
    if ((code === "DEADLINE_EXCEEDED" || code === "UNAVAILABLE") && error.timings?.queue === undefined) {
      withFacts(error, { timings: withConnecting(this.host.timingsOf(this), error.timings) });
    }
  }

  /** The end for everybody but the user: listeners are removed, the channel counts. `error` is undefined when it went well. */
  protected settle(error: unknown): void {
    this.isSettled = true;
    if (this.followed !== undefined) {
      for (const signal of this.followed) this.host.signals.leave(signal, this);
      this.followed = undefined;
    }
    if (this.parent !== undefined) parentOf(this.parent)?.children.delete(this);
    this.host.settled(this, error);
  }

  /** Runs a callback of the user's; what it throws goes to `onError` and harms no call. */
  protected tell(callback: () => unknown): void {
    const report = (error: unknown): void => this.host.report(error, { method: this.method.path, callback: true });
    try {
      const answer = callback();
      if (answer instanceof Promise) answer.catch(report);
    } catch (error) {
      report(error);
    }
  }

  /** There was no leading metadata, and none can come any more: `onMetadata` is told all the same. */
  protected endLeading(): void {
    if (!this.hasLeading && this.options?.onMetadata !== undefined) this.receiveLeading(new Metadata());
  }

  receiveLeading(leading: Metadata): void {
    // Another attempt brings its own; the user is told once.
    if (this.hasToldLeading) return;
    this.hasToldLeading = true;
    if (this.options?.onMetadata !== undefined) this.tell(() => this.options?.onMetadata?.(leading));
  }

  receiveAccept(): void {}

  /** The class of a declared fault, or the bare error with the data as its first detail. */
  private faultOf(error: RpcError, fault: FaultBytes): unknown {
    const declared = this.method.faults.find(({ fullName }) => fullName === fault.type);
    if (declared === undefined) return withUndeclaredFault(error, fault);
    try {
      const data: unknown = declared.codec.read(fault.buffer, fault.view, fault.start, fault.end, this.host.codecLimits);
      const made = declared.create(data, { message: error.message });
      Object.assign(made, { metadata: error.metadata });
      if (error.retryAfterMs !== undefined) Object.assign(made, { retryAfterMs: error.retryAfterMs });
      return withFacts(made, { origin: "remote", executed: error.executed, method: this.method.path });
    } catch (cause) {
      return this.localFailure(cause, "INTERNAL", "yes");
    }
  }
}

export function cancelled(reason: unknown, executed: "no" | "maybe" = "maybe"): RpcError {
  return withFacts(new RpcError({ code: "CANCELLED", message: "the call was cancelled", cause: reason }), { executed });
}

export function endedWith(parent: CallContext, executed: "no" | "maybe" = "maybe"): RpcError {
  const isDeadline = parent.endedBy === "deadline";
  const error = new RpcError({
    code: isDeadline ? "DEADLINE_EXCEEDED" : "CANCELLED",
    message: isDeadline ? `the deadline of ${parent.method} passed` : `${parent.method}, in which this call was made, has ended`,
  });
  return withFacts(error, { executed });
}
