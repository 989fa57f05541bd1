/**
 * One connection of a server: who is behind it, when it has been idle or in use for too long, how it goes away.
 *
 *     HANDSHAKE --> OPEN --leave()--> LEAVING (calls end, none begin; grace) --> CLOSED
 *         |           +--- lost, a rule broken, silence ----------------------------^
 *         +--- too slow, too many, refused --------------------------------------------^
 *
 * Owns the connection; `look` is called every now and then and finds what is due, so that no call has to note anything.
 */

import { Connection, type ConnectionOptions, type ConnectionOwner } from "../connection/connection.ts";
import { connectionError } from "../connection/connection-error.ts";
import type { HandshakeRole } from "../connection/handshake.ts";
import type { Dispatcher } from "../connection/incoming-call.ts";
import type { KeepaliveWatch } from "../connection/keepalive-watch.ts";
import type { ConnectionSettings } from "../connection/limits.ts";
import type { ArenaPool } from "../connection/wire-terms.ts";
import type { Peer } from "../contract/call-context.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { Clock } from "../time/clock.ts";
import type { Transport } from "../transport/transport.ts";
import type { ServerCall } from "./server-call.ts";
import type { CompleteServerOptions } from "./server-options.ts";
import type { MethodBinding } from "./service-table.ts";

export interface ServerConnectionHost {
  readonly options: CompleteServerOptions;
  readonly clock: Clock;
  readonly pool: ArenaPool;
  readonly keepalives: KeepaliveWatch;
  resolve(path: string): MethodBinding | RpcError;
  acceptCall(one: ServerConnection, binding: MethodBinding, kindFlags: number): ServerCall | RpcError;
  /** Throws for a peer that is not let in: too many connections, going away. */
  admit(): void;
  connectionOpened(one: ServerConnection): void;
  /** It holds memory for calls, and is to be looked at until it has let go of it. */
  connectionWoke(one: ServerConnection): void;
  /** `isOwnWill`: this side let it go in peace, nothing went wrong. */
  connectionClosed(one: ServerConnection, error: RpcError, isOwnWill: boolean): void;
}

export class ServerConnection implements ConnectionOptions, ConnectionOwner, Dispatcher {
  #peer: { -readonly [K in keyof Peer]: Peer[K] } | undefined;
  readonly connection: Connection;
  readonly #host: ServerConnectionHost;
  readonly #transport: Transport;
  #isOpen = false;
  #isClosed = false;
  /** Why this side let it go. */
  #farewell: RpcError | undefined;
  // Whole milliseconds, and no Infinity: V8 keeps each fractional number of an object in memory of its own.
  #idleSince = 0;
  #startedAtLook = 0;
  /** When it has to move on, and when it has to be gone, if ever. */
  #leaveAt: number | undefined;
  #goneAt: number | undefined;

  constructor(transport: Transport, host: ServerConnectionHost) {
    this.#host = host;
    this.#transport = transport;
    this.connection = new Connection(transport, this);
  }

  // ---------------------------------------------------------------- what the connection is made of: no object more for each

  get role(): HandshakeRole {
    return this;
  }

  get side(): "server" {
    return "server";
  }

  get settings(): ConnectionSettings {
    return this.#host.options.settings;
  }

  get clock(): Clock {
    return this.#host.clock;
  }

  get pool(): ArenaPool {
    return this.#host.pool;
  }

  get keepalives(): KeepaliveWatch {
    return this.#host.keepalives;
  }

  get dispatcher(): Dispatcher {
    return this;
  }

  get owner(): ConnectionOwner {
    return this;
  }

  /** Made when somebody first asks. */
  get peer(): Peer {
    return this.#knownPeer();
  }

  #knownPeer(): { -readonly [K in keyof Peer]: Peer[K] } {
    if (this.#peer === undefined) {
      const { peerAddress, kind, certificate } = this.#transport;
      this.#peer = { address: peerAddress, transport: kind };
      if (certificate !== undefined) this.#peer.certificate = certificate;
    }
    return this.#peer;
  }

  admit(): void {
    this.#host.admit();
  }

  authenticate(credentials: unknown): unknown {
    return this.#host.options.authenticate?.(credentials, this.peer);
  }

  /** The handshake is done. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get openCalls(): number {
    return this.#isOpen ? this.connection.openCalls : 0;
  }

  // ---------------------------------------------------------------- calls

  resolve(path: string): MethodBinding | RpcError {
    return this.#host.resolve(path);
  }

  accept(binding: object, kindFlags: number): ServerCall | RpcError {
    return this.#host.acceptCall(this, binding as MethodBinding, kindFlags);
  }

  // ---------------------------------------------------------------- told by the connection

  opened(connection: Connection): void {
    const { options, clock } = this.#host;
    this.#isOpen = true;
    if (connection.identity !== undefined) this.#knownPeer().identity = connection.identity;
    connection.limitTimeouts(options.maxTimeoutMs);
    this.#idleSince = Math.ceil(clock.now());
    // Up to a tenth more or less: clients that came together do not leave together.
    const ageMs = options.maxConnectionAgeMs * (0.9 + 0.2 * clock.random());
    if (Number.isFinite(ageMs)) this.#leaveAt = Math.ceil(clock.now() + ageMs);
    this.#host.connectionOpened(this);
  }

  goingAway(): void {}

  woke(): void {
    this.#host.connectionWoke(this);
  }

  closed(_connection: Connection, error: RpcError): void {
    this.#isClosed = true;
    this.#host.connectionClosed(this, error, error === this.#farewell);
  }

  // ---------------------------------------------------------------- its end

  /** Asks the peer to move on. Calls that are open may end; after `graceMs` they are cancelled. */
  leave(reason: string, graceMs: number): void {
    if (this.#isClosed || this.#farewell !== undefined) return;
    this.#farewell = connectionError("UNAVAILABLE", reason);
    if (!this.#isOpen) return this.connection.close(this.#farewell);
    if (Number.isFinite(graceMs)) this.#goneAt = Math.ceil(this.#host.clock.now() + graceMs);
    this.connection.drain(reason);
    this.connection.incoming.onIdle = () => this.#closeIfDone();
    this.#closeIfDone();
  }

  /** At once: handlers are told, callers too. */
  close(reason: string): void {
    if (this.#isClosed) return;
    this.#farewell = connectionError("UNAVAILABLE", reason);
    if (this.#isOpen) this.connection.incoming.shutdown();
    this.connection.close(this.#farewell);
  }

  /** Answers of a slow reader are let out before the connection is closed: `look` comes back to it. */
  #closeIfDone(): void {
    if (
      this.#farewell === undefined ||
      this.openCalls > 0 ||
      this.connection.queuedBytes > this.#host.options.settings.outputHighWaterBytes
    )
      return;
    this.connection.close(this.#farewell);
  }

  /** Finds what is due: idle for too long, too old, or out of grace. */
  look(now: number): void {
    if (!this.#isOpen || this.#isClosed) return;
    if (this.#farewell !== undefined) {
      if (this.#goneAt !== undefined && now >= this.#goneAt) this.close(this.#farewell.message);
      else this.#closeIfDone();
      return;
    }
    const { startedCalls } = this.connection;
    const { idleTimeoutMs, maxConnectionAgeMs, maxConnectionAgeGraceMs } = this.#host.options;
    if (this.openCalls > 0 || startedCalls !== this.#startedAtLook) this.#idleSince = Math.ceil(now);
    this.#startedAtLook = startedCalls;
    if (now - this.#idleSince >= idleTimeoutMs) this.leave(`idle for idleTimeoutMs ${idleTimeoutMs}`, 0);
    else if (this.#leaveAt !== undefined && now >= this.#leaveAt)
      this.leave(`older than maxConnectionAgeMs ${maxConnectionAgeMs}`, maxConnectionAgeGraceMs);
  }
}
