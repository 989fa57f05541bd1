/**
 * One connection of an endpoint, from the first name look-up to its end.
 *
 *     DIALING --> HANDSHAKE --> READY <--> PROBING (silent; asked for a sign of life; takes no new calls)
 *        |            |           |           |
 *        |            |        DRAINING (going away, idle, or no longer wanted: open calls end, none begin)
 *        v            v           v           v
 *      CLOSED <-------+-----------+-----------+
 *
 * One deadline covers name, TCP, TLS and handshake. Owns the connection and its idle timer; knows neither other connections nor
 * when to try again.
 */

import { Connection, type ConnectionOwner } from "../connection/connection.ts";
import { connectionError } from "../connection/connection-error.ts";
import type { Dispatcher } from "../connection/incoming-call.ts";
import type { KeepaliveWatch } from "../connection/keepalive-watch.ts";
import type { ArenaPool } from "../connection/wire-terms.ts";
import { isRpcError, RpcError, withFacts } from "../errors/rpc-error.ts";
import type { Clock, Timer } from "../time/clock.ts";
import type { Address } from "../transport/address.ts";
import type { Dialing, DialTimings } from "../transport/dial.ts";
import type { Transport } from "../transport/transport.ts";
import type { CompleteChannelOptions } from "./channel-options.ts";

export type ClientConnectionState = "dialing" | "handshake" | "ready" | "probing" | "draining" | "closed";

/** How a channel opens sockets: `dial` for real ones, a pair of ends in memory for tests. */
export type Dialer = (address: Address, timeoutMs: number) => Dialing;

/** What the connections of a channel share. */
export interface ConnectionWorld {
  readonly options: CompleteChannelOptions;
  readonly clock: Clock;
  readonly pool: ArenaPool;
  readonly keepalives: KeepaliveWatch;
  readonly dial: Dialer;
  readonly firstCallId: number | undefined;
  /** A place for another call has become free. Called after every call: the way is kept short. */
  readonly onRoom: () => void;
}

export interface ClientConnectionOwner {
  /** Its state is another one now. */
  connectionChanged(one: ClientConnection): void;
}

export class ClientConnection implements ConnectionOwner {
  readonly #world: ConnectionWorld;
  readonly #owner: ClientConnectionOwner;
  readonly #dialing: Dialing;
  /** What finding the address took before it was dialled. */
  readonly #resolvedMs: number;
  #state: ClientConnectionState = "dialing";
  /** There once its handshake is done. */
  connection: Connection | undefined;
  /** The same during the handshake. */
  #unopened: Connection | undefined;
  #idleTimer: Timer | undefined;
  /** Calls opened so far, at the last look of the idle timer. */
  #openedAtLook = 0;
  readonly startedAt: number;
  /** Since when it is ready; undefined if it never was. */
  readyAt: number | undefined;
  probingSince = 0;
  /** It went away in peace: its end is no failure. */
  hasDrained = false;
  /** Why it has ended. */
  error: RpcError | undefined;

  /** @param waitedSince when the name was asked for that this address stands for, if that is part of this attempt */
  constructor(address: Address, world: ConnectionWorld, owner: ClientConnectionOwner, waitedSince?: number) {
    this.#world = world;
    this.#owner = owner;
    const now = world.clock.now();
    this.startedAt = waitedSince ?? now;
    this.#resolvedMs = now - this.startedAt;
    this.#dialing = world.dial(address, Math.max(1, world.options.connectTimeoutMs - this.#resolvedMs));
    this.#dialing.transport.then(
      (transport) => this.#dialed(transport),
      (error: unknown) => this.#close(asConnectionError(error)),
    );
  }

  get state(): ClientConnectionState {
    return this.#state;
  }

  /** Calls under way. */
  get openCalls(): number {
    return this.connection?.outgoing.table.size ?? 0;
  }

  /** The peer has ended a call. */
  get hasAnswered(): boolean {
    return this.connection?.hasAnswered === true;
  }

  /** Milliseconds that name and connection have taken so far. */
  get timings(): { resolve?: number; connect: number } {
    const spent = (this.readyAt ?? this.#world.clock.now()) - this.startedAt;
    const dialed: DialTimings = this.#dialing.timings ?? {};
    const resolve = this.#resolvedMs + (dialed.resolve ?? 0);
    return resolve === 0 ? { connect: spent } : { resolve, connect: spent - resolve };
  }

  /** Takes no new calls; ends with the last open one. */
  drain(reason: string): void {
    if (this.#state === "closed" || this.#state === "draining") return;
    if (this.connection === undefined) return this.close(connectionError("CANCELLED", reason, { executed: "no" }));
    this.hasDrained = true;
    const closeWhenDone = (): void => {
      if (this.openCalls === 0) this.close(connectionError("UNAVAILABLE", reason));
    };
    this.connection.outgoing.onRoom = closeWhenDone;
    this.#setState("draining");
    closeWhenDone();
  }

  close(error: RpcError): void {
    if (this.#state === "closed") return;
    const connection = this.connection ?? this.#unopened;
    if (connection !== undefined) connection.close(error);
    else this.#dialing.abort();
    this.#close(error);
  }

  #dialed(transport: Transport): void {
    if (this.#state === "closed") return transport.destroy();
    this.#state = "handshake";
    const { clock, options, pool, keepalives, firstCallId } = this.#world;
    const left = Math.max(1, options.connectTimeoutMs - (clock.now() - this.startedAt));
    this.#unopened = new Connection(transport, {
      role: { side: "client", ...(options.credentials === undefined ? {} : { credentials: options.credentials }) },
      settings: { ...options.settings, handshakeTimeoutMs: left },
      clock,
      pool,
      keepalives,
      dispatcher: refuseAll,
      owner: this,
      ...(firstCallId === undefined ? {} : { firstCallId }),
    });
  }

  // ---------------------------------------------------------------- told by the connection

  opened(connection: Connection): void {
    if (this.#state === "closed") return connection.close(connectionError("CANCELLED", "the channel was closed"));
    this.connection = connection;
    this.#unopened = undefined;
    this.readyAt = this.#world.clock.now();
    const { outgoing, transport } = connection;
    // An idle connection lets the process end; the first call that waits for an answer holds it again.
    transport.setRef(false);
    outgoing.awaited.onChange = (areSome) => transport.setRef(areSome);
    outgoing.onRoom = this.#world.onRoom;
    this.#watchIdle();
    this.#setState("ready");
  }

  probing(_connection: Connection, isOut: boolean): void {
    if (this.#state !== "ready" && this.#state !== "probing") return;
    if (isOut) this.probingSince = this.#world.clock.now();
    this.#setState(isOut ? "probing" : "ready");
  }

  goingAway(): void {
    this.drain("drained");
  }

  closed(_connection: Connection, error: RpcError): void {
    this.#close(error);
  }

  // ---------------------------------------------------------------- life

  #setState(state: ClientConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#owner.connectionChanged(this);
  }

  #close(error: RpcError): void {
    if (this.#state === "closed") return;
    this.#idleTimer?.cancel();
    if (this.readyAt === undefined) withFacts(error, { timings: this.timings });
    this.error = error;
    this.#setState("closed");
  }

  /** Looks four times an idle period whether calls are open or were opened since: nothing is noted on a call's way. */
  #watchIdle(): void {
    const { clock, options } = this.#world;
    const { idleTimeoutMs } = options;
    if (idleTimeoutMs === Number.POSITIVE_INFINITY) return;
    let idleSince = clock.now();
    const look = (): void => {
      const { connection } = this;
      if (connection === undefined || this.#state === "draining") return;
      const opened = connection.outgoing.opened;
      const now = clock.now();
      if (this.openCalls > 0 || opened !== this.#openedAtLook) idleSince = now;
      this.#openedAtLook = opened;
      if (now - idleSince >= idleTimeoutMs) return this.drain(`idle for idleTimeoutMs ${idleTimeoutMs}`);
      this.#idleTimer = clock.startTimer(look, Math.max(1, Math.min(idleTimeoutMs / 4, idleSince + idleTimeoutMs - now)), false);
    };
    this.#idleTimer = clock.startTimer(look, Math.max(1, idleTimeoutMs / 4), false);
  }
}

function asConnectionError(error: unknown): RpcError {
  if (isRpcError(error)) return withFacts(error, { scope: "connection" });
  return connectionError("UNAVAILABLE", "cannot connect", { executed: "no" }, error);
}

/** Servers do not call clients in this version. */
const servesNothing = (): RpcError => new RpcError({ code: "UNIMPLEMENTED", message: "this side serves nothing" });
const refuseAll: Dispatcher = { resolve: servesNothing, accept: servesNothing };
