/**
 * One address of a channel: connects to it, and again after losses, and says how it is.
 *
 *      IDLE --connect()--> CONNECTING --handshake done--> READY
 *       ^                      | failed                     | lost, going away, idle
 *       |                      v                            v
 *       +---- nobody waits -- BACKOFF <---------------------+ (straight to IDLE: the next call connects at once)
 *
 * Backoff grows by 1.6 from `minMs` to `maxMs` with full jitter and is forgotten after a success. An attempt has one deadline over
 * DNS, TCP, TLS and handshake. Connections that drain live on beside the new one until their calls have ended.
 */

import { Connection, type ConnectionOwner, connectionError } from "../connection/connection.ts";
import type { Dispatcher } from "../connection/incoming-calls.ts";
import { isRpcError, RpcError } from "../errors/rpc-error.ts";
import type { Clock, Timer } from "../time/clock.ts";
import { type Address, formatAddress } from "../transport/address.ts";
import type { Dialing } from "../transport/dial.ts";
import type { Transport } from "../transport/transport.ts";
import type { ArenaPool } from "../wire/output-arena.ts";
import type { CompleteChannelOptions } from "./channel-options.ts";

export type EndpointState = "idle" | "connecting" | "ready" | "backoff" | "closed";

/** How a channel opens sockets: `dial` for real ones, a pair of ends in memory for tests. */
export type Dialer = (address: Address, timeoutMs: number) => Dialing;

export interface EndpointOwner {
  readonly options: CompleteChannelOptions;
  readonly clock: Clock;
  readonly pool: ArenaPool;
  readonly dial: Dialer;
  readonly firstCallId: number | undefined;
  /** Calls wait: a failed attempt is to be followed by another. */
  readonly isWanted: boolean;
  endpointChanged(endpoint: Endpoint): void;
  /** A place for another call has become free. */
  endpointHasRoom(endpoint: Endpoint): void;
}

/** The first call in a backoff period starts an attempt at once if the last one began this long ago. */
const leastAttemptGapMs = 100;

export class Endpoint implements ConnectionOwner {
  readonly address: Address;
  readonly #owner: EndpointOwner;
  #state: EndpointState = "idle";
  #connection: Connection | undefined;
  /** All that are open, draining ones too. */
  readonly #connections = new Set<Connection>();
  #dialing: Dialing | undefined;
  #backoffTimer: Timer | undefined;
  #idleTimer: Timer | undefined;
  #failures = 0;
  /** The backoff was cut short: the next attempt is a moment away. */
  #isSoon = false;
  #attemptedAt = Number.NEGATIVE_INFINITY;
  /** Why the last attempt failed. */
  lastError: RpcError | undefined;
  bytesIn = 0;
  bytesOut = 0;

  constructor(address: Address, owner: EndpointOwner) {
    this.address = address;
    this.#owner = owner;
  }

  get state(): EndpointState {
    return this.#state;
  }

  /** Open and taking new calls. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  get hasDraining(): boolean {
    return this.#connections.size > (this.#connection === undefined ? 0 : 1);
  }

  /** Bytes of present and past connections. */
  traffic(): { in: number; out: number } {
    let { bytesIn, bytesOut } = this;
    for (const connection of this.#connections) {
      bytesIn += connection.bytesReceived;
      bytesOut += connection.bytesSent;
    }
    return { in: bytesIn, out: bytesOut };
  }

  /** Someone wants to call. Starts an attempt unless one is under way; soon, if one has just failed. */
  connect(): void {
    if (this.#state === "idle") return this.#attempt();
    if (this.#state !== "backoff" || this.#isSoon) return;
    const gap = this.#owner.clock.now() - this.#attemptedAt;
    if (gap >= leastAttemptGapMs) return this.#attempt();
    this.#isSoon = true;
    this.#backoffTimer?.cancel();
    this.#backoffTimer = this.#owner.clock.startTimer(() => this.#backoffOver(), leastAttemptGapMs - gap, true);
  }

  close(error: RpcError): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#backoffTimer?.cancel();
    this.#idleTimer?.cancel();
    this.#dialing?.abort();
    this.#connection = undefined;
    for (const connection of [...this.#connections]) connection.close(error);
  }

  #attempt(): void {
    const { clock, options, dial } = this.#owner;
    this.#backoffTimer?.cancel();
    this.#state = "connecting";
    this.#isSoon = false;
    this.#attemptedAt = clock.now();
    const dialing = dial(this.address, options.connectTimeoutMs);
    this.#dialing = dialing;
    dialing.transport.then(
      (transport) => this.#dialed(transport),
      (error: unknown) => this.#failed(asConnectionError(error)),
    );
    this.#owner.endpointChanged(this);
  }

  #dialed(transport: Transport): void {
    this.#dialing = undefined;
    if (this.#state !== "connecting") return transport.destroy();
    const { clock, options, pool, firstCallId } = this.#owner;
    const left = Math.max(1, options.connectTimeoutMs - (clock.now() - this.#attemptedAt));
    const connection = new Connection(transport, {
      role: { side: "client", ...(options.credentials === undefined ? {} : { credentials: options.credentials }) },
      settings: { ...options.settings, handshakeTimeoutMs: left },
      clock,
      pool,
      dispatcher: refuseAll,
      owner: this,
      ...(firstCallId === undefined ? {} : { firstCallId }),
    });
    if (connection.state !== "closed") this.#connections.add(connection);
  }

  opened(connection: Connection): void {
    this.#connections.add(connection);
    if (this.#state !== "connecting") return connection.close(connectionError("CANCELLED", "the channel was closed"));
    this.#failures = 0;
    this.lastError = undefined;
    this.#connection = connection;
    this.#state = "ready";
    // An idle connection lets the process end; the first call that waits for an answer holds it again.
    connection.transport.setRef(false);
    connection.outgoing.onAwaiting = (awaiting) => connection.transport.setRef(awaiting);
    connection.outgoing.onRoom = () => this.#room(connection);
    this.#watchIdle(connection);
    this.#owner.endpointChanged(this);
  }

  #room(connection: Connection): void {
    if (connection === this.#connection) this.#owner.endpointHasRoom(this);
    else if (connection.outgoing.table.size === 0 && connection.state === "draining") {
      connection.close(connectionError("UNAVAILABLE", "drained"));
    }
  }

  goingAway(connection: Connection): void {
    if (connection !== this.#connection) return;
    this.#connection = undefined;
    this.#state = "idle";
    this.#owner.endpointChanged(this);
    if (connection.outgoing.table.size === 0) connection.close(connectionError("UNAVAILABLE", "drained"));
  }

  closed(connection: Connection, error: RpcError): void {
    this.bytesIn += connection.bytesReceived;
    this.bytesOut += connection.bytesSent;
    this.#connections.delete(connection);
    if (this.#state === "closed") return;
    if (connection === this.#connection) {
      this.#connection = undefined;
      this.#idleTimer?.cancel();
      this.lastError = error;
      this.#state = "idle";
      this.#owner.endpointChanged(this);
    } else if (
      this.#state === "connecting" &&
      this.#connection === undefined &&
      connection.state === "closed" &&
      !this.#wasOpen(connection)
    ) {
      this.#failed(error);
    }
  }

  /** Did its handshake succeed? */
  #wasOpen(connection: Connection): boolean {
    return connection.outgoing !== undefined;
  }

  #failed(error: RpcError): void {
    this.#dialing = undefined;
    if (this.#state !== "connecting") return;
    const { clock, options } = this.#owner;
    this.lastError = error;
    const { minMs, maxMs } = options.reconnect;
    const most = Math.min(maxMs, minMs * 1.6 ** Math.min(this.#failures, 40));
    this.#failures += 1;
    this.#state = "backoff";
    // The timer keeps the process alive only while calls wait for its outcome: those have promises that must settle.
    this.#backoffTimer = clock.startTimer(() => this.#backoffOver(), Math.max(1, most * clock.random()), true);
    this.#owner.endpointChanged(this);
    if (!this.#owner.isWanted) this.#backoffOver();
  }

  #backoffOver(): void {
    if (this.#state !== "backoff") return;
    this.#backoffTimer?.cancel();
    if (this.#owner.isWanted) return this.#attempt();
    this.#isSoon = false;
  }

  /** Closes a connection that nobody has used for the idle time. One timer, moved at most once an idle period. */
  #watchIdle(connection: Connection): void {
    const { clock, options } = this.#owner;
    if (options.idleTimeoutMs === Number.POSITIVE_INFINITY) return;
    const check = (): void => {
      if (connection !== this.#connection) return;
      const quietMs = clock.now() - connection.lastReceivedAt;
      if (connection.outgoing.table.size === 0 && quietMs >= options.idleTimeoutMs) {
        this.#connection = undefined;
        this.#state = "idle";
        connection.close(connectionError("UNAVAILABLE", `idle for idleTimeoutMs ${options.idleTimeoutMs}`));
        this.#owner.endpointChanged(this);
        return;
      }
      const wait = connection.outgoing.table.size === 0 ? options.idleTimeoutMs - quietMs : options.idleTimeoutMs;
      this.#idleTimer = clock.startTimer(check, Math.max(1, wait), false);
    };
    this.#idleTimer = clock.startTimer(check, options.idleTimeoutMs, false);
  }
}

function asConnectionError(error: unknown): RpcError {
  return isRpcError(error) ? error : connectionError("UNAVAILABLE", "cannot connect", { executed: "no" }, error);
}

/** Servers do not call clients in this version. */
const refuseAll: Dispatcher = {
  resolve: () => new RpcError({ code: "UNIMPLEMENTED", message: "this side serves nothing" }),
  accept: () => new RpcError({ code: "UNIMPLEMENTED", message: "this side serves nothing" }),
};

/** For messages: all addresses of a channel. */
export function describeAddresses(addresses: readonly Address[]): string {
  return addresses.map(formatAddress).join(", ");
}
