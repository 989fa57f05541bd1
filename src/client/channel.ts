/**
 * A channel: what stubs call through, over connections that come and go.
 *
 * Owns the queue of calls that wait, the retries and the counters. A call goes to a connection that the endpoints answer; if none has
 * room it waits. Knows calls only as `ClientCall`s; what a call means is `channel-caller.ts`'s, where connections come from
 * `endpoint-set.ts`'s.
 */

import type { Connection } from "../connection/connection.ts";
import { connectionError, copyError } from "../connection/connection-error.ts";
import { DeadlineTimer } from "../connection/deadline-timer.ts";
import { KeepaliveWatch } from "../connection/keepalive-watch.ts";
import { encodeMetadata } from "../connection/metadata-document.ts";
import { checkTimeout } from "../connection/option-checks.ts";
import { ArenaPool, CallFlag } from "../connection/wire-terms.ts";
import { callerSymbol } from "../contract/caller.ts";
import type { Channel, ChannelState } from "../contract/channel.ts";
import type { CodecLimits } from "../contract/codec.ts";
import { turnOnInheritance } from "../contract/context-scope.ts";
import type { Stats } from "../contract/stats.ts";
import { isRpcError, RpcError, type Timings, withFacts } from "../errors/rpc-error.ts";
import type { Clock, Timer } from "../time/clock.ts";
import { formatAddress } from "../transport/address.ts";
import { type Resolver, systemResolver } from "../transport/resolve-name.ts";
import { CallQueue, EncodedRequest } from "./call-queue.ts";
import { timingsOf } from "./call-timings.ts";
import { ChannelCaller } from "./channel-caller.ts";
import type { CompleteChannelOptions } from "./channel-options.ts";
import { ChannelStates } from "./channel-states.ts";
import type { CallHost, ClientCall } from "./client-call.ts";
import type { ConnectionWorld, Dialer } from "./client-connection.ts";
import { EndpointSet, type EndpointSetOwner } from "./endpoint-set.ts";
import { FollowedSignals } from "./followed-signals.ts";
import { OneWayCall } from "./one-way-call.ts";
import { RetryPolicy } from "./retry-policy.ts";
import { StreamCall } from "./stream-call.ts";
import type { UnaryCall } from "./unary-call.ts";

/** What the outside world is to a channel. */
export interface ChannelWorld {
  readonly clock: Clock;
  readonly dial: Dialer;
  /** How the names of `dns:///` targets are resolved. Default: as the system does. */
  readonly resolve?: Resolver;
  /** Tests start ids elsewhere. */
  readonly firstCallId?: number;
}

export class RpcChannel implements Channel, CallHost, EndpointSetOwner {
  readonly options: CompleteChannelOptions;
  readonly clock: Clock;
  readonly world: ConnectionWorld;
  readonly resolve: Resolver;
  readonly codecLimits: CodecLimits;
  readonly signals: FollowedSignals = new FollowedSignals();
  readonly [callerSymbol]: ChannelCaller;
  readonly #endpoints: EndpointSet;
  readonly #queue: CallQueue;
  readonly #queueDeadlines: DeadlineTimer;
  readonly #retries: RetryPolicy;
  /** Calls between two attempts, with the timer that ends the pause. */
  readonly #pausing = new Map<ClientCall, Timer>();
  readonly #states = new ChannelStates();
  /** Those who wait in `ready`. */
  #readyWaiters = 0;
  #started = 0;
  #succeeded = 0;
  #failed = 0;
  #cancelled = 0;
  #isDraining = false;
  /** Keeps the process while calls wait and no socket does. */
  #hold: Timer | undefined;

  constructor(options: CompleteChannelOptions, world: ChannelWorld) {
    turnOnInheritance();
    this.options = options;
    this.clock = world.clock;
    this.resolve = options.resolve ?? world.resolve ?? systemResolver;
    const { clock, dial, firstCallId } = world;
    this.world = {
      options,
      clock,
      pool: new ArenaPool(),
      keepalives: new KeepaliveWatch(clock),
      dial,
      firstCallId,
      onRoom: () => this.#drainQueue(),
    };
    this.codecLimits = options.settings.limits;
    this.#endpoints = new EndpointSet(options.addresses, this);
    this.#queue = new CallQueue(options.settings.limits);
    this.#queueDeadlines = new DeadlineTimer(world.clock, (now) => this.#expireWaiting(now));
    this.#retries = new RetryPolicy(options.retry);
    this[callerSymbol] = new ChannelCaller(this, options);
  }

  // ---------------------------------------------------------------- calls

  now(): number {
    return this.clock.now();
  }

  report(error: unknown, where: object): void {
    this.options.onError(error, where);
  }

  timingsOf(call: ClientCall): Timings {
    const connection = call.isQueued ? undefined : call.connection;
    return timingsOf(call, this.#endpoints.connectTimingsOf(connection, call.startedAt), this.clock.now());
  }

  /** Starts a call, or keeps it until there is a connection. Never throws. */
  start(call: ClientCall): void {
    this.#started += 1;
    this.#retries.count();
    this.dispatch(call);
  }

  /** A call that fails before it was started: counted all the same. */
  startFailed(): void {
    this.#started += 1;
  }

  dispatch(call: ClientCall): void {
    if (call.isSettled) return;
    if (this.isClosed) return call.fail(closedError("no"));
    if (!this.#queue.hasFor(call.kindFlags)) {
      const connection = this.#endpoints.pick(call.kindFlags);
      const mustWait = (call.kindFlags & CallFlag.oneWay) !== 0 && connection?.isFull === true;
      if (connection !== undefined && !mustWait && this.#open(connection, call)) return;
    }
    this.#enqueue(call);
  }

  /** False: it has to wait after all (a one-way call, for the connection's window). */
  #open(connection: Connection, call: ClientCall): boolean {
    call.connection = connection;
    try {
      if (call.requestMetadata !== undefined || call.attempt > 1) {
        call.metadataBytes = encodeMetadata(call.requestMetadata, connection.outgoing.maxMetadataBytes, call.attempt);
      }
      const message = (call.kindFlags & CallFlag.requestStream) !== 0 ? undefined : messageOf(call);
      if (!connection.outgoing.open(call, message)) return false;
    } catch (error) {
      call.fail(call.localFailure(error, "INVALID_ARGUMENT", "no"));
      return true;
    }
    if (call.deadlineAt !== Number.POSITIVE_INFINITY) connection.watchDeadline(call.deadlineAt);
    if (call.kindFlags === 0) return true;
    if (call instanceof StreamCall) call.opened();
    return true;
  }

  #enqueue(call: ClientCall): void {
    try {
      this.#queue.add(
        call,
        (call.kindFlags & CallFlag.requestStream) !== 0 ? undefined : (call as UnaryCall | OneWayCall | StreamCall),
      );
    } catch (error) {
      return call.fail(call.localFailure(error, "INVALID_ARGUMENT", "no"));
    }
    if (call.isSettled) return;
    // A getter of the request has closed the channel.
    if (this.isClosed) return call.fail(closedError("no"));
    if (call.deadlineAt !== Number.POSITIVE_INFINITY) this.#queueDeadlines.watch(call.deadlineAt);
    this.#endpoints.connect();
    this.#endpoints.grow(call.kindFlags);
    this.#updateHold();
  }

  /** Hands waiting calls to connections while there is room. */
  #drainQueue(): void {
    if (this.#isDraining || this.#queue.length === 0) return;
    this.#isDraining = true;
    this.#queue.drain((call) => {
      const connection = this.#endpoints.pick(call.kindFlags);
      if (connection === undefined) this.#endpoints.grow(call.kindFlags);
      if (connection === undefined || (call instanceof OneWayCall && connection.isFull)) return false;
      call.openedAt = this.clock.now();
      return this.#open(connection, call);
    });
    this.#isDraining = false;
    this.#updateHold();
  }

  retry(call: ClientCall, error: RpcError): boolean {
    if (this.isClosed) return false;
    const pauseMs = this.#retries.pauseFor(call, error, this.clock);
    if (pauseMs === undefined || this.clock.now() + pauseMs >= call.deadlineAt) return false;
    this.#endpoints.callFailed(call.connection, error);
    call.prepareRetry(error);
    if (pauseMs === 0) {
      this.#enqueue(call);
      this.#drainQueue();
      return true;
    }
    if (call.deadlineAt !== Number.POSITIVE_INFINITY) this.#queueDeadlines.watch(call.deadlineAt);
    const timer = this.clock.startTimer(
      () => {
        this.#pausing.delete(call);
        call.openedAt = this.clock.now();
        this.dispatch(call);
      },
      pauseMs,
      true,
    );
    this.#pausing.set(call, timer);
    return true;
  }

  settled(call: ClientCall, error: unknown): void {
    if (call.isQueued) {
      this.#queue.remove(call);
      this.#updateHold();
    }
    if (this.#pausing.size > 0) {
      this.#pausing.get(call)?.cancel();
      this.#pausing.delete(call);
    }
    if (error === undefined) {
      this.#succeeded += 1;
    } else if (isRpcError(error)) {
      if (error.code === "CANCELLED") this.#cancelled += 1;
      else this.#failed += 1;
      this.#endpoints.callFailed(call.connection, error);
    } else {
      this.#failed += 1;
    }
  }

  #expireWaiting(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const call of [...this.#queue.all(), ...this.#pausing.keys()]) {
      if (call.deadlineAt <= now) call.expire();
      else if (call.deadlineAt < next) next = call.deadlineAt;
    }
    return next;
  }

  /** Sockets keep the process while calls are open on them; a call that waits for one needs something else to. */
  #updateHold(): void {
    const isNeeded = this.#queue.length > 0 && !this.#endpoints.hasReady;
    if (isNeeded) {
      this.#hold ??= this.clock.startTimer(() => {}, 2 ** 31 - 1, true);
    } else if (this.#hold !== undefined) {
      this.#hold.cancel();
      this.#hold = undefined;
    }
  }

  // ---------------------------------------------------------------- endpoints

  get isWanted(): boolean {
    return this.#queue.length > 0 || this.#readyWaiters > 0;
  }

  get startedCalls(): number {
    return this.#started;
  }

  endpointsChanged(): void {
    if (this.isClosed) return;
    const { state } = this.#endpoints;
    this.#states.set(state);
    if (state === "unavailable") this.#failWaiting();
    else if (this.#endpoints.hasReady) this.#drainQueue();
    else if (this.isWanted && state !== "ready" && state !== "connecting") this.#endpoints.connect();
    this.#updateHold();
  }

  /** All attempts have failed: calls that do not wait for readiness fail with the last error. */
  #failWaiting(): void {
    const cause = this.#endpoints.lastError;
    for (const call of this.#queue.all()) {
      if (call.options?.waitForReady === true) continue;
      call.fail(withFacts(cause === undefined ? this.#unreachable() : copyError(cause), { executed: call.executedSoFar }));
    }
  }

  #unreachable(): RpcError {
    return connectionError("UNAVAILABLE", `no connection to ${this.options.addresses.map(formatAddress).join(", ")}`);
  }

  // ---------------------------------------------------------------- state

  get state(): ChannelState {
    return this.#states.now;
  }

  get isClosed(): boolean {
    return this.#states.now === "closed";
  }

  states(): AsyncIterable<ChannelState> {
    return this.#states.all();
  }

  ready(options: { timeoutMs?: number } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const timeoutMs = checkTimeout(options.timeoutMs ?? this.options.connectTimeoutMs);
      const state = this.state;
      if (state === "ready") return resolve();
      if (state === "closed") return reject(closedError("no"));
      const settle = (finish: () => void): void => {
        stop();
        timer.cancel();
        this.#readyWaiters -= 1;
        finish();
      };
      const stop = this.#states.watch((next) => {
        if (next === "ready") settle(resolve);
        else if (next === "closed") settle(() => reject(closedError("no")));
      });
      const timer = this.clock.startTimer(() => settle(() => reject(this.#notReady(timeoutMs))), timeoutMs, true);
      this.#readyWaiters += 1;
      this.#endpoints.connect();
    });
  }

  #notReady(timeoutMs: number): RpcError {
    const cause = this.#endpoints.lastError;
    const why = cause === undefined ? "no answer yet" : cause.message;
    return connectionError("UNAVAILABLE", `not ready within ${timeoutMs} ms: ${why}`, { executed: "no" }, cause);
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.#states.set("closed");
    this.#queueDeadlines.stop();
    for (const call of [...this.#queue.all(), ...this.#pausing.keys()]) call.fail(closedError(call.executedSoFar));
    this.#endpoints.close(closedError());
    this[callerSymbol].close(closedError);
    this.#updateHold();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  stats(): Stats {
    const [started, succeeded, failed, cancelled] = [this.#started, this.#succeeded, this.#failed, this.#cancelled];
    return { started, succeeded, failed, cancelled, open: started - succeeded - failed - cancelled, ...this.#endpoints.traffic };
  }
}

function messageOf(call: ClientCall): UnaryCall | OneWayCall | StreamCall | EncodedRequest {
  return call.queuedBytes === undefined ? (call as UnaryCall) : new EncodedRequest(call.queuedBytes);
}

function closedError(executed: "no" | "maybe" = "maybe"): RpcError {
  return withFacts(new RpcError({ code: "CANCELLED", message: "the channel was closed" }), { executed });
}
