/**
 * A channel: what stubs call through, over connections that come and go.
 *
 * Owns the endpoints, the queue of calls that wait, and the counters. A call goes to the less loaded of two random ready endpoints; if
 * none has room it waits. Knows calls only as `ClientCall`s; what a call means is `channel-caller.ts`'s.
 */

import type { Connection } from "../connection/connection.ts";
import { connectionError, copyError } from "../connection/connection.ts";
import { DeadlineTimer } from "../connection/deadline-timer.ts";
import { encodeMetadata } from "../connection/metadata-document.ts";
import { type Caller, callerSymbol } from "../contract/caller.ts";
import type { Channel, ChannelState } from "../contract/channel.ts";
import type { CodecLimits } from "../contract/codec.ts";
import { turnOnInheritance } from "../contract/context-scope.ts";
import type { Stats } from "../contract/stats.ts";
import { isRpcError, RpcError, withFacts } from "../errors/rpc-error.ts";
import type { Clock, Timer } from "../time/clock.ts";
import { CallFlag } from "../wire/frame.ts";
import { ArenaPool } from "../wire/output-arena.ts";
import { CallQueue, EncodedRequest } from "./call-queue.ts";
import { ChannelCaller } from "./channel-caller.ts";
import type { CompleteChannelOptions } from "./channel-options.ts";
import type { CallHost, ClientCall } from "./client-call.ts";
import { type Dialer, describeAddresses, Endpoint, type EndpointOwner } from "./endpoint.ts";
import { OneWayCall } from "./one-way-call.ts";
import { RetryPolicy } from "./retry-policy.ts";
import { StreamCall } from "./stream-call.ts";
import type { UnaryCall } from "./unary-call.ts";

/** What the outside world is to a channel. */
export interface ChannelWorld {
  readonly clock: Clock;
  readonly dial: Dialer;
  /** Tests start ids elsewhere. */
  readonly firstCallId?: number;
}

export class RpcChannel implements Channel, CallHost, EndpointOwner {
  readonly options: CompleteChannelOptions;
  readonly clock: Clock;
  readonly pool: ArenaPool = new ArenaPool();
  readonly dial: Dialer;
  readonly firstCallId: number | undefined;
  readonly codecLimits: CodecLimits;
  readonly [callerSymbol]: Caller;
  readonly #endpoints: readonly Endpoint[];
  readonly #queue: CallQueue;
  readonly #queueDeadlines: DeadlineTimer;
  readonly #retries: RetryPolicy;
  /** Calls between two attempts, with the timer that ends the pause. */
  readonly #pausing = new Map<ClientCall, Timer>();
  #state: ChannelState = "idle";
  readonly #watchers = new Set<(state: ChannelState) => void>();
  #started = 0;
  #succeeded = 0;
  #failed = 0;
  #cancelled = 0;
  /** Keeps a queued call from ending the process: nothing else might hold it. */
  #isDraining = false;

  constructor(options: CompleteChannelOptions, world: ChannelWorld) {
    turnOnInheritance();
    this.options = options;
    this.clock = world.clock;
    this.dial = world.dial;
    this.firstCallId = world.firstCallId;
    this.codecLimits = options.settings.limits;
    this.#endpoints = options.addresses.map((address) => new Endpoint(address, this));
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
    if (this.#state === "closed") return call.fail(closedError());
    if (this.#queue.length === 0) {
      const connection = this.#pick(call.kindFlags);
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
    else if (call instanceof OneWayCall) call.sent();
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
    if (call.deadlineAt !== Number.POSITIVE_INFINITY) this.#queueDeadlines.watch(call.deadlineAt);
    for (const endpoint of this.#endpoints) if (endpoint.state !== "ready") endpoint.connect();
  }

  /** Hands waiting calls to connections while there is room. */
  #drainQueue(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    for (let call = this.#queue.first(); call !== undefined; call = this.#queue.first()) {
      const connection = this.#pick(call.kindFlags);
      if (connection === undefined) break;
      if (call instanceof OneWayCall && connection.isFull) break;
      this.#queue.remove(call);
      call.openedAt = this.clock.now();
      if (!this.#open(connection, call)) {
        this.#queue.add(call, undefined);
        break;
      }
    }
    this.#isDraining = false;
  }

  /** Of two random ready endpoints with room, the one with fewer open calls. */
  #pick(kindFlags: number): Connection | undefined {
    const endpoints = this.#endpoints;
    if (endpoints.length === 1) {
      const connection = endpoints[0]?.connection;
      return connection?.outgoing.hasRoom(kindFlags) ? connection : undefined;
    }
    const ready: Connection[] = [];
    for (const { connection } of endpoints) {
      if (connection?.outgoing.hasRoom(kindFlags)) ready.push(connection);
    }
    if (ready.length < 2) return ready[0];
    const first = Math.floor(this.clock.random() * ready.length);
    const other = (first + 1 + Math.floor(this.clock.random() * (ready.length - 1))) % ready.length;
    const [a, b] = [ready[first] as Connection, ready[other] as Connection];
    return a.outgoing.table.size <= b.outgoing.table.size ? a : b;
  }

  retry(call: ClientCall, error: RpcError): boolean {
    if (this.#state === "closed") return false;
    const pauseMs = this.#retries.pauseFor(call, error, this.clock);
    if (pauseMs === undefined) return false;
    if (this.clock.now() + pauseMs >= call.deadlineAt) return false;
    call.prepareRetry();
    if (pauseMs === 0) {
      this.#enqueue(call);
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
    if (call.isQueued) this.#queue.remove(call);
    this.#pausing.get(call)?.cancel();
    this.#pausing.delete(call);
    if (error === undefined) this.#succeeded += 1;
    else if (isRpcError(error) && error.code === "CANCELLED") this.#cancelled += 1;
    else this.#failed += 1;
  }

  #expireWaiting(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const call of [...this.#queue.all(), ...this.#pausing.keys()]) {
      if (call.deadlineAt <= now) call.expire();
      else if (call.deadlineAt < next) next = call.deadlineAt;
    }
    return next;
  }

  // ---------------------------------------------------------------- endpoints

  get isWanted(): boolean {
    return this.#queue.length > 0;
  }

  endpointHasRoom(): void {
    if (this.#queue.length > 0) this.#drainQueue();
  }

  endpointChanged(endpoint: Endpoint): void {
    if (this.#state === "closed") return;
    if (endpoint.state === "ready") this.#drainQueue();
    else if (endpoint.state === "backoff") this.#failWaiting();
    else if (endpoint.state === "idle" && this.isWanted) endpoint.connect();
    this.#updateState();
  }

  /** All attempts have failed: calls that do not wait for readiness fail with the last error. */
  #failWaiting(): void {
    if (this.#endpoints.some(({ state }) => state === "ready" || state === "connecting")) return;
    const cause = this.#endpoints.find(({ lastError }) => lastError !== undefined)?.lastError;
    for (const call of this.#queue.all()) {
      if (call.options?.waitForReady === true) continue;
      call.fail(withFacts(cause === undefined ? unreachable(this.options) : copyError(cause), { executed: "no" }));
    }
  }

  // ---------------------------------------------------------------- state

  get state(): ChannelState {
    return this.#state;
  }

  #updateState(): void {
    const states = new Set(this.#endpoints.map(({ state }) => state));
    const next: ChannelState = states.has("ready")
      ? "ready"
      : states.has("connecting")
        ? "connecting"
        : states.has("backoff")
          ? "unavailable"
          : this.#endpoints.some(({ hasDraining }) => hasDraining)
            ? "draining"
            : "idle";
    this.#setState(next);
  }

  #setState(next: ChannelState): void {
    if (next === this.#state) return;
    this.#state = next;
    for (const watcher of [...this.#watchers]) watcher(next);
  }

  async *states(): AsyncIterable<ChannelState> {
    const seen: ChannelState[] = [this.#state];
    let wake: () => void = () => {};
    const watcher = (state: ChannelState): void => {
      seen.push(state);
      wake();
    };
    this.#watchers.add(watcher);
    try {
      for (;;) {
        const state = seen.shift();
        if (state === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        yield state;
        if (state === "closed") return;
      }
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  ready(options: { timeoutMs?: number } = {}): Promise<void> {
    const timeoutMs = options.timeoutMs ?? this.options.connectTimeoutMs;
    return new Promise((resolve, reject) => {
      let timer: Timer | undefined;
      const watcher = (state: ChannelState): void => {
        if (state !== "ready" && state !== "closed") {
          // After a failure, again: readiness was asked for until the time is up.
          if (state !== "connecting") this.#pauseThenConnect(watcher);
          return;
        }
        timer?.cancel();
        this.#watchers.delete(watcher);
        if (state === "ready") resolve();
        else reject(closedError());
      };
      this.#watchers.add(watcher);
      timer = this.clock.startTimer(
        () => {
          this.#watchers.delete(watcher);
          const cause = this.#endpoints.find(({ lastError }) => lastError !== undefined)?.lastError;
          const why = cause === undefined ? "no answer yet" : cause.message;
          reject(connectionError("UNAVAILABLE", `not ready within ${timeoutMs} ms: ${why}`, { executed: "no" }, cause));
        },
        timeoutMs,
        true,
      );
      watcher(this.#state);
      if (this.#watchers.has(watcher)) for (const endpoint of this.#endpoints) endpoint.connect();
    });
  }

  #pauseThenConnect(watcher: (state: ChannelState) => void): void {
    this.clock.startTimer(
      () => {
        if (this.#watchers.has(watcher)) for (const endpoint of this.#endpoints) endpoint.connect();
      },
      this.options.reconnect.minMs,
      false,
    );
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#setState("closed");
    this.#queueDeadlines.stop();
    for (const call of [...this.#queue.all(), ...this.#pausing.keys()]) call.fail(closedError());
    for (const endpoint of this.#endpoints) endpoint.close(closedError());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  stats(): Stats {
    let bytesIn = 0;
    let bytesOut = 0;
    let connections = 0;
    for (const endpoint of this.#endpoints) {
      const bytes = endpoint.traffic();
      bytesIn += bytes.in;
      bytesOut += bytes.out;
      connections += endpoint.connectionCount;
    }
    const [started, succeeded, failed, cancelled] = [this.#started, this.#succeeded, this.#failed, this.#cancelled];
    return {
      started,
      succeeded,
      failed,
      cancelled,
      open: started - succeeded - failed - cancelled,
      connections,
      bytesIn,
      bytesOut,
    };
  }
}

function messageOf(call: ClientCall): UnaryCall | OneWayCall | StreamCall | EncodedRequest {
  return call.queuedBytes === undefined ? (call as UnaryCall) : new EncodedRequest(call.queuedBytes);
}

function closedError(): RpcError {
  return new RpcError({ code: "CANCELLED", message: "the channel was closed" });
}

function unreachable(options: CompleteChannelOptions): RpcError {
  return connectionError("UNAVAILABLE", `no connection to ${describeAddresses(options.addresses)}`);
}
