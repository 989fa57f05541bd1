/**
 * One address of a channel: connects to it, and again after losses, and says how it is.
 *
 *      IDLE --connect()--> CONNECTING --handshake done--> READY
 *       ^                      | failed                     | lost, going away, idle
 *       |                      v                            v
 *       +--- a new address -- BACKOFF <--- lost at once ----+ (otherwise IDLE: the next call connects at once)
 *
 * Backoff grows by 1.6 from `minMs` to `maxMs` with full jitter; a connection that has answered or has lived for `minMs` makes it
 * forgotten. An attempt that hangs has another beside it from `maxMs` on (`spare-attempt.ts`). Usually there is one connection; up to
 * four where a server's call limit is what holds calls back. Connections that drain live on beside the new one until their calls have
 * ended.
 */

import { connectionError } from "../connection/connection-error.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { Timer } from "../time/clock.ts";
import type { Address } from "../transport/address.ts";
import { ClientConnection, type ClientConnectionOwner, type ConnectionWorld } from "./client-connection.ts";
import { SpareAttempt } from "./spare-attempt.ts";

export type EndpointState = "idle" | "connecting" | "ready" | "backoff" | "closed";

export interface EndpointOwner {
  readonly world: ConnectionWorld;
  /** Others serve the same: calls go on without this one, and it has to come back by itself. */
  readonly isShared: boolean;
  /** Calls wait, or would come here: a failed attempt is to be followed by another. */
  isWanted(endpoint: Endpoint): boolean;
  endpointChanged(endpoint: Endpoint): void;
}

/** Backoff grows by this. */
const growth = 1.6;
/** The first call in a backoff period starts an attempt at once if the last one began this long ago, */
const leastAttemptGapMs = 100;
/** and, where a call has cut short each period before it, growing up to this long ago: calls do not wait for longer than that. */
const mostAttemptGapMs = 1_000;
/** A probe that is out for longer makes way for another connection. A round trip around the world takes half of it. */
const probePatienceMs = 500;
const maxConnections = 4;
/** A server that allows fewer calls a connection means what it can bear, not how connections are to be shared. */
const leastLimitToGrow = 100;

export class Endpoint implements ClientConnectionOwner {
  readonly address: Address;
  readonly #owner: EndpointOwner;
  /** All that are not closed: the attempt under way and draining ones too. */
  readonly #connections = new Set<ClientConnection>();
  #attempt: ClientConnection | undefined;
  readonly #spare: SpareAttempt;
  #isBackingOff = false;
  #backoffTimer: Timer | undefined;
  #patienceTimer: Timer | undefined;
  #failures = 0;
  #waitedSince: number | undefined;
  /** The first call of this backoff period has come: the next attempt is a moment away. */
  #isSoon = false;
  /** When the timer of the backoff fires, on the clock's scale, or a part of a millisecond sooner. */
  #dueAt = 0;
  /** Backoff periods in a row in which there was a call. */
  #cuts = 0;
  #isClosed = false;
  #attemptedAt = Number.NEGATIVE_INFINITY;
  /** Why the last attempt failed, or the last connection was lost. */
  lastError: RpcError | undefined;
  bytesIn = 0;
  bytesOut = 0;

  /** @param waitedSince when the name was asked for that the address stands for: the first attempt has what is left of its time */
  constructor(address: Address, owner: EndpointOwner, waitedSince?: number) {
    this.address = address;
    this.#owner = owner;
    this.#waitedSince = waitedSince;
    const { clock, options } = owner.world;
    this.#spare = new SpareAttempt(clock, Math.max(leastAttemptGapMs, options.reconnect.maxMs), () =>
      owner.isWanted(this) ? this.#open() : undefined,
    );
  }

  get state(): EndpointState {
    if (this.#isClosed) return "closed";
    let isSilent = false;
    for (const one of this.#connections) {
      if (one.state === "ready" || (one.state === "probing" && !this.#isOverdue(one))) return "ready";
      isSilent ||= one.state === "probing";
    }
    if (this.#attempt !== undefined || (isSilent && !this.#isBackingOff)) return "connecting";
    return this.#isBackingOff ? "backoff" : "idle";
  }

  /** Those that take calls. */
  *usable(): Iterable<ClientConnection> {
    for (const one of this.#connections) if (one.state === "ready") yield one;
  }

  connections(): Iterable<ClientConnection> {
    return this.#connections;
  }

  get connectionCount(): number {
    let count = 0;
    for (const { connection } of this.#connections) if (connection !== undefined) count += 1;
    return count;
  }

  get isDraining(): boolean {
    for (const { state } of this.#connections) if (state === "draining") return true;
    return false;
  }

  /** The attempt under way. */
  get attempt(): ClientConnection | undefined {
    return this.#attempt;
  }

  /** Bytes of present and past connections. */
  traffic(): { in: number; out: number } {
    let { bytesIn, bytesOut } = this;
    for (const { connection } of this.#connections) {
      bytesIn += connection?.bytesReceived ?? 0;
      bytesOut += connection?.bytesSent ?? 0;
    }
    return { in: bytesIn, out: bytesOut };
  }

  /** Someone wants to call. Starts an attempt unless one is under way or calls can be made; soon, if one has just failed. */
  connect(): void {
    const { state } = this;
    if (state === "closed" || state === "ready" || this.#attempt !== undefined) return;
    if (!this.#isBackingOff) return this.#start();
    if (this.#isSoon) return;
    this.#isSoon = true;
    const now = this.#owner.world.clock.now();
    const earliest = this.#attemptedAt + this.#attemptGap();
    this.#cuts += 1;
    if (earliest <= now) this.#start();
    else if (this.#backoffTimer === undefined || earliest < this.#dueAt) this.#wait(earliest - now);
  }

  /** Of the clients of a lost server, all of which are called all the time, each comes back at another moment. */
  #attemptGap(): number {
    if (this.#cuts === 0) return leastAttemptGapMs;
    const most = Math.min(mostAttemptGapMs, leastAttemptGapMs * growth ** this.#cuts);
    return Math.max(leastAttemptGapMs, most * (0.5 + this.#owner.world.clock.random() / 2));
  }

  /** Calls wait because the connections are full: one more, where that is what helps. */
  grow(kindFlags: number): void {
    if (this.#isClosed || this.#attempt !== undefined || this.#isBackingOff || this.#connections.size >= maxConnections) return;
    for (const { connection } of this.usable()) {
      if (connection === undefined || connection.outgoing.maxCalls < leastLimitToGrow || connection.outgoing.hasRoom(kindFlags))
        return;
    }
    this.#start();
  }

  /** The name no longer stands for this address: open calls end, none begin. */
  retire(): void {
    this.#end();
    for (const one of [...this.#connections]) one.drain("the name no longer resolves to this address");
  }

  close(error: RpcError): void {
    this.#end();
    for (const one of [...this.#connections]) one.close(error);
  }

  #end(): void {
    this.#isClosed = true;
    this.#spare.stop();
    this.#backoffTimer?.cancel();
    this.#patienceTimer?.cancel();
  }

  #start(): void {
    this.#backoffTimer?.cancel();
    this.#backoffTimer = undefined;
    this.#isBackingOff = false;
    this.#isSoon = false;
    this.#attempt = this.#open();
    this.#spare.watch();
    this.#owner.endpointChanged(this);
  }

  #open(): ClientConnection {
    const { world } = this.#owner;
    this.#attemptedAt = world.clock.now();
    const one = new ClientConnection(this.address, world, this, this.#waitedSince);
    this.#waitedSince = undefined;
    this.#connections.add(one);
    return one;
  }

  connectionChanged(one: ClientConnection): void {
    const wasAttempt = one === this.#attempt;
    switch (one.state) {
      case "ready":
        if (wasAttempt || this.#spare.is(one)) this.#connected(one);
        break;
      case "probing":
        this.#awaitProof();
        break;
      case "closed":
        this.#forget(one);
        if (wasAttempt) {
          this.#attempt = undefined;
          this.#spare.stop();
          if (!this.#isClosed) this.#failed(one.error);
        } else if (this.#spare.is(one)) {
          this.#spare.ended();
        } else if (!this.#isClosed && one.readyAt !== undefined && !one.hasDrained) {
          this.#lost(one);
        }
        break;
      case "draining":
        if (!this.#isClosed) this.#lost(one);
        break;
      default:
    }
    if (!this.#isClosed) this.#owner.endpointChanged(this);
  }

  /** The first of the attempts to arrive: the other is not needed. */
  #connected(one: ClientConnection): void {
    const first = this.#attempt;
    this.#attempt = undefined;
    this.lastError = undefined;
    this.#spare.stop(one);
    if (first !== one) first?.close(connectionError("CANCELLED", "another attempt to connect was faster", { executed: "no" }));
  }

  #forget(one: ClientConnection): void {
    this.#connections.delete(one);
    this.bytesIn += one.connection?.bytesReceived ?? 0;
    this.bytesOut += one.connection?.bytesSent ?? 0;
  }

  /** A connection that stood is gone, or takes no more calls. A server that lets go of each one before it has ended a call is not hammered. */
  #lost(one: ClientConnection): void {
    const { clock, options } = this.#owner.world;
    if (one.error !== undefined) this.lastError = one.error;
    const hasServed = one.hasDrained || one.hasAnswered || clock.now() - (one.readyAt ?? 0) >= options.reconnect.minMs;
    if (hasServed) {
      this.#failures = 0;
      this.#cuts = 0;
    } else if (this.#attempt === undefined) this.#failed(one.error);
  }

  #failed(error: RpcError | undefined): void {
    const { clock, options } = this.#owner.world;
    if (error !== undefined) this.lastError = error;
    const { minMs, maxMs } = options.reconnect;
    const most = Math.min(maxMs, minMs * growth ** Math.min(this.#failures, 40));
    this.#failures += 1;
    this.#isBackingOff = true;
    this.#isSoon = false;
    this.#wait(most * clock.random());
  }

  #wait(ms: number): void {
    const { clock } = this.#owner.world;
    this.#backoffTimer?.cancel();
    this.#dueAt = clock.now() + Math.max(1, ms);
    this.#backoffTimer = clock.startTimer(() => this.#backoffOver(), Math.max(1, ms), false);
  }

  /** Nobody wants to call: the next who does starts an attempt by `connect`. Where others share the load, it is looked at again. */
  #backoffOver(): void {
    this.#backoffTimer = undefined;
    if (!this.#isBackingOff || this.#isClosed) return;
    if (!this.#isSoon) this.#cuts = 0;
    this.#isSoon = false;
    if (this.#owner.isWanted(this)) this.#start();
    else if (this.#owner.isShared) this.#wait(this.#owner.world.options.reconnect.maxMs);
  }

  /** It is idle, and others serve: after a while it is looked whether calls have come since. */
  watchDemand(): void {
    const { clock, options } = this.#owner.world;
    const look = (): void => {
      this.#backoffTimer = undefined;
      if (this.state === "idle") this.#owner.endpointChanged(this);
    };
    this.#backoffTimer ??= clock.startTimer(look, options.reconnect.maxMs, false);
  }

  /** A connection is silent. After a while calls get another one; the silent one may still come back. */
  #awaitProof(): void {
    this.#patienceTimer?.cancel();
    this.#patienceTimer = this.#owner.world.clock.startTimer(
      () => {
        if (this.#isClosed || this.state === "ready") return;
        if (this.#owner.isWanted(this)) this.connect();
        this.#owner.endpointChanged(this);
      },
      probePatienceMs,
      false,
    );
  }

  #isOverdue(one: ClientConnection): boolean {
    return this.#owner.world.clock.now() - one.probingSince >= probePatienceMs;
  }
}
