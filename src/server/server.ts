/**
 * A server: listens, gives each connection the services, and goes away without losing a call.
 *
 *     SERVING --drain()--> DRAINING (peers are told; calls go on; grace) --> CLOSED
 *        +------------------------- close() -----------------------------------^
 */

import { Connection, type ConnectionOwner, connectionError } from "../connection/connection.ts";
import type { Dispatcher } from "../connection/incoming-calls.ts";
import type { Peer } from "../contract/call-context.ts";
import type { CodecLimits } from "../contract/codec.ts";
import type { ServiceDescription } from "../contract/service.ts";
import type { Stats } from "../contract/stats.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { type Clock, systemClock } from "../time/clock.ts";
import { parseAddress } from "../transport/address.ts";
import { type Listener, listen } from "../transport/listener.ts";
import { describeSocketError } from "../transport/socket-errors.ts";
import type { Transport } from "../transport/transport.ts";
import { CallFlag } from "../wire/frame.ts";
import { ArenaPool } from "../wire/output-arena.ts";
import { ServerCall, type ServerHost } from "./server-call.ts";
import { type CompleteServerOptions, completeServerOptions, type ServerOptions } from "./server-options.ts";
import { type MethodBinding, ServiceTable } from "./service-table.ts";

export interface Server extends AsyncDisposable {
  /** TypeError when the service is there already or a method is missing in the handler. */
  add<H>(service: ServiceDescription<H>, handler: H): this;
  /** "tcp://host:port", "host:port", "tls://...", "unix:///path"; port 0 picks one. May be called for several addresses. */
  listen(address: string): Promise<{ url: string; host?: string; port?: number }>;
  /** No new connections and calls; peers are told; waits (30,000 ms); then cancels the rest. */
  drain(options?: { graceMs?: number }): Promise<{ finished: number; cancelled: number }>;
  /** At once: open calls end, their callers are told. Resolves when all sockets are closed. */
  close(): Promise<void>;
  stats(): Stats;
}

/** Makes a server. It serves nothing until `add` and is reachable by nobody until `listen`. */
export function createServer(options?: ServerOptions): Server {
  return new RpcServer(completeServerOptions(options), systemClock);
}

const drainGraceMs = 30_000;

export class RpcServer implements Server, ServerHost, ConnectionOwner {
  readonly #options: CompleteServerOptions;
  readonly clock: Clock;
  readonly codecLimits: CodecLimits;
  readonly inheritContext: boolean;
  readonly #pool = new ArenaPool();
  readonly #services: ServiceTable;
  readonly #listeners = new Set<Listener>();
  readonly #connections = new Set<Connection>();
  #state: "serving" | "draining" | "closed" = "serving";
  #started = 0;
  #succeeded = 0;
  #failed = 0;
  #cancelled = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  /** Called when a call or connection has ended, while draining. */
  #onProgress: () => void = () => {};

  constructor(options: CompleteServerOptions, clock: Clock) {
    this.#options = options;
    this.clock = clock;
    this.codecLimits = options.settings.limits;
    this.inheritContext = options.inheritContext;
    this.#services = new ServiceTable(options.interceptors);
  }

  get state(): "serving" | "draining" | "closed" {
    return this.#state;
  }

  add<H>(service: ServiceDescription<H>, handler: H): this {
    this.#services.add(service, handler);
    return this;
  }

  async listen(address: string): Promise<{ url: string; host?: string; port?: number }> {
    const parsed = parseAddress(address);
    if (this.#state !== "serving") throw new RpcError({ code: "FAILED_PRECONDITION", message: `the server is ${this.#state}` });
    let listener: Listener;
    try {
      listener = await listen({
        address: parsed,
        ...(this.#options.tls === undefined ? {} : { tls: this.#options.tls }),
        handshakeTimeoutMs: this.#options.settings.handshakeTimeoutMs,
        onTransport: (transport) => this.accept(transport),
        onError: (error, where) => this.report(error, { where, address }),
      });
    } catch (cause) {
      if (cause instanceof TypeError) throw cause;
      throw new RpcError({ code: "UNAVAILABLE", message: `cannot listen on ${address}: ${describeSocketError(cause)}`, cause });
    }
    if (this.#state !== "serving") {
      await listener.close();
      throw new RpcError({ code: "FAILED_PRECONDITION", message: `the server is ${this.#state}` });
    }
    this.#listeners.add(listener);
    const { url, host, port } = listener;
    return { url, ...(host === undefined ? {} : { host }), ...(port === undefined ? {} : { port }) };
  }

  /** A peer has connected. */
  accept(transport: Transport): void {
    const peer: { -readonly [K in keyof Peer]: Peer[K] } = { address: transport.peerAddress, transport: transport.kind };
    if (transport.certificate !== undefined) peer.certificate = transport.certificate;
    let connection: Connection | undefined;
    const dispatcher: Dispatcher = {
      resolve: (path) => this.#services.resolve(path),
      accept: (binding, kindFlags) => this.#acceptCall(connection as Connection, binding as MethodBinding, kindFlags, peer),
    };
    connection = new Connection(transport, {
      role: {
        side: "server",
        authenticate: (credentials) => {
          this.#checkAdmission();
          return this.#options.authenticate?.(credentials, peer);
        },
      },
      settings: this.#options.settings,
      clock: this.clock,
      pool: this.#pool,
      dispatcher,
      owner: {
        opened: (opened) => {
          if (opened.identity !== undefined) peer.identity = opened.identity;
          this.opened(opened);
        },
        goingAway: () => {},
        closed: (closed, error) => this.closed(closed, error),
      },
    });
    if (connection.state !== "closed") this.#connections.add(connection);
  }

  #checkAdmission(): void {
    if (this.#state !== "serving") throw connectionError("UNAVAILABLE", "the server is draining");
    const { maxConnections } = this.#options;
    if (this.#connections.size > maxConnections) {
      throw connectionError("UNAVAILABLE", `more than maxConnections ${maxConnections.toLocaleString("en")} connections`);
    }
  }

  #acceptCall(connection: Connection, binding: MethodBinding, kindFlags: number, peer: Peer): ServerCall | RpcError {
    const expected = kindFlagsOf[binding.method.kind];
    if (expected !== kindFlags) {
      return new RpcError({
        code: "UNIMPLEMENTED",
        message: `${binding.method.path} is ${binding.method.kind} here: the caller's schema says otherwise`,
      });
    }
    this.#started += 1;
    return new ServerCall(this, connection, binding, peer);
  }

  opened(connection: Connection): void {
    connection.incoming.maxTimeoutMs = this.#options.maxTimeoutMs;
    connection.incoming.onIdle = () => this.#onProgress();
    if (this.#state !== "serving") connection.drain("the server is draining");
  }

  goingAway(): void {}

  closed(connection: Connection, error: RpcError): void {
    this.#connections.delete(connection);
    this.#bytesIn += connection.bytesReceived;
    this.#bytesOut += connection.bytesSent;
    if (error.origin === "local" && error.code !== "UNAVAILABLE") this.report(error, { peer: connection.transport.peerAddress });
    this.#onProgress();
  }

  report(error: unknown, where: object): void {
    this.#options.onError(error, where);
  }

  ended(code: string | undefined): void {
    if (code === undefined) this.#succeeded += 1;
    else if (code === "CANCELLED") this.#cancelled += 1;
    else this.#failed += 1;
  }

  async drain(options: { graceMs?: number } = {}): Promise<{ finished: number; cancelled: number }> {
    const graceMs = options.graceMs ?? drainGraceMs;
    if (typeof graceMs !== "number" || !(graceMs >= 0))
      throw new TypeError(`graceMs must be a number of milliseconds, not ${String(graceMs)}`);
    if (this.#state === "closed") return { finished: 0, cancelled: 0 };
    this.#state = "draining";
    const open = this.#openCalls();
    const closing = [...this.#listeners].map((listener) => listener.close());
    for (const connection of [...this.#connections]) {
      if (connection.state === "open") connection.drain("the server is draining");
      else if (connection.state === "handshake") connection.close(connectionError("UNAVAILABLE", "the server is draining"));
    }
    const cancelled = await this.#waitForCalls(graceMs);
    await this.close();
    await Promise.all(closing);
    return { finished: Math.max(0, open - cancelled), cancelled };
  }

  /** Closes connections as their last calls end; after the grace cancels what is left and answers how much that was. */
  #waitForCalls(graceMs: number): Promise<number> {
    return new Promise((resolve) => {
      const finish = (): void => {
        this.#onProgress = () => {};
        timer.cancel();
        resolve(this.#openCalls());
      };
      const timer = this.clock.startTimer(finish, graceMs, true);
      this.#onProgress = () => {
        for (const connection of [...this.#connections]) {
          if (connection.state === "draining" && connection.incoming.table.size === 0 && connection.queuedBytes === 0) {
            connection.close(connectionError("UNAVAILABLE", "the server has drained"));
          }
        }
        if (this.#openCalls() === 0) finish();
      };
      this.#onProgress();
    });
  }

  #openCalls(): number {
    let calls = 0;
    for (const connection of this.#connections) if (connection.state !== "handshake") calls += connection.incoming.table.size;
    return calls;
  }

  async close(): Promise<void> {
    this.#state = "closed";
    const closing = [...this.#listeners].map((listener) => listener.close());
    this.#listeners.clear();
    for (const connection of [...this.#connections]) {
      if (connection.state !== "handshake") connection.incoming.shutdown();
      connection.close(connectionError("UNAVAILABLE", "the server is shutting down"));
    }
    await Promise.all(closing);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  stats(): Stats {
    let bytesIn = this.#bytesIn;
    let bytesOut = this.#bytesOut;
    for (const connection of this.#connections) {
      bytesIn += connection.bytesReceived;
      bytesOut += connection.bytesSent;
    }
    const [started, succeeded, failed, cancelled] = [this.#started, this.#succeeded, this.#failed, this.#cancelled];
    const open = started - succeeded - failed - cancelled;
    return { started, succeeded, failed, cancelled, open, connections: this.#connections.size, bytesIn, bytesOut };
  }
}

const kindFlagsOf = Object.freeze({
  unary: 0,
  "server-stream": CallFlag.responseStream,
  "client-stream": CallFlag.requestStream,
  bidi: CallFlag.requestStream | CallFlag.responseStream,
  "one-way": CallFlag.oneWay,
});
