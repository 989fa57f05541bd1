/**
 * A server: listens, gives each connection the services, and goes away without losing a call.
 *
 *     SERVING --markLeaving()--> LEAVING (still serves; health says no) --+
 *        +------------------------- drain() --------------------------> DRAINING (peers are told; calls go on; grace) --> CLOSED
 *        +------------------------- close() -----------------------------------------------------------------------------^
 */

import { connectionError } from "../connection/connection-error.ts";
import { KeepaliveWatch } from "../connection/keepalive-watch.ts";
import { milliseconds } from "../connection/option-checks.ts";
import { ArenaPool } from "../connection/wire-terms.ts";
import type { CodecLimits } from "../contract/codec.ts";
import type { ServiceDescription } from "../contract/service.ts";
import type { Stats } from "../contract/stats.ts";
import { RpcError, withFacts } from "../errors/rpc-error.ts";
import { type Clock, systemClock } from "../time/clock.ts";
import { parseAddress } from "../transport/address.ts";
import { type Listener, listen } from "../transport/listener.ts";
import { describeSocketError } from "../transport/socket-errors.ts";
import type { Transport } from "../transport/transport.ts";
import { ConnectionTable } from "./connection-table.ts";
import { ageSample, LoadMonitor } from "./load-monitor.ts";
import { ReportLimit } from "./report-limit.ts";
import { ServerCall, type ServerHost } from "./server-call.ts";
import { ServerConnection, type ServerConnectionHost } from "./server-connection.ts";
import { type CompleteServerOptions, completeServerOptions, type ServerOptions } from "./server-options.ts";
import { type MethodBinding, ServiceTable } from "./service-table.ts";

export type ServerState = "serving" | "leaving" | "draining" | "closed";

/** Listens, and calls the handlers that it was given. Made by `createServer()`. */
export interface Server extends AsyncDisposable {
  /**
   * Serves a generated service by the methods of `handler`. TypeError when the service is there already, a method is missing in the handler,
   * or for what is no generated service or no object.
   */
  add<H>(service: ServiceDescription<H>, handler: H): this;
  /**
   * Listens on "tcp://host:port", "host:port", "tls://host:port" or "unix:///path"; IPv6 as "[::1]:4242". Port 0 picks a free one, which the
   * answer tells; a unix socket has neither host nor port. May be called for several addresses. Rejects with TypeError for what is no such
   * address, with UNAVAILABLE when it cannot be listened on, with FAILED_PRECONDITION when the server is draining or closed.
   */
  listen(address: string): Promise<{ url: string; host?: string; port?: number }>;
  /** New certificates, or any other node:tls options, for connections from now on; those that stand go on with theirs. */
  setTls(tls: object): void;
  /**
   * No new connections and calls; peers are told; waits for open calls, `graceMs` milliseconds at most; then cancels the rest and closes.
   * Answers how many of the calls that were open ended by themselves, and how many were cancelled. Default 30,000.
   * Rejects with TypeError for what is no number from 0.
   */
  drain(options?: { graceMs?: number }): Promise<{ finished: number; cancelled: number }>;
  /** At once: open calls end, their callers are told. Resolves when all sockets are closed. */
  close(): Promise<void>;
  /** A snapshot: what it has answered does not change later. */
  stats(): Stats;
}

/** Makes a server. It serves nothing until `add` and is reachable by nobody until `listen`. */
export function createServer(options?: ServerOptions): Server {
  return new RpcServer(completeServerOptions(options), systemClock);
}

const drainGraceMs = 30_000;

export class RpcServer implements Server, ServerHost, ServerConnectionHost {
  readonly options: CompleteServerOptions;
  readonly clock: Clock;
  readonly codecLimits: CodecLimits;
  readonly inheritContext: boolean;
  readonly pool: ArenaPool = new ArenaPool();
  readonly keepalives: KeepaliveWatch;
  readonly #services: ServiceTable;
  readonly #listeners = new Set<Listener>();
  readonly #connections: ConnectionTable;
  readonly #load: LoadMonitor;
  readonly #strangers: ReportLimit;
  #tls: object | undefined;
  #state: ServerState = "serving";
  readonly #watchers = new Set<(state: ServerState) => void>();
  #started = 0;
  #succeeded = 0;
  #failed = 0;
  #cancelled = 0;
  /** Calls that were open when it closed. */
  #cutOff = 0;

  constructor(options: CompleteServerOptions, clock: Clock) {
    this.options = options;
    this.clock = clock;
    this.codecLimits = options.settings.limits;
    this.inheritContext = options.inheritContext;
    this.#tls = options.tls;
    this.keepalives = new KeepaliveWatch(clock);
    this.#services = new ServiceTable(options.interceptors);
    this.#connections = new ConnectionTable(options, clock);
    this.#strangers = new ReportLimit(clock, options.onError);
    this.#load = new LoadMonitor(clock, options.maxEventLoopLagMs, {
      startedCalls: () => this.#started,
      onChange: (isOverloaded, lagMs) => this.#loadChanged(isOverloaded, lagMs),
    });
  }

  get state(): ServerState {
    return this.#state;
  }

  /** Full names of what was added. */
  get services(): readonly string[] {
    return this.#services.names;
  }

  add<H>(service: ServiceDescription<H>, handler: H): this {
    this.#services.add(service, handler);
    return this;
  }

  /** Adds a service that answers even when others are turned away: probes must tell an overloaded server from a dead one. */
  addVital<H>(service: ServiceDescription<H>, handler: H): this {
    this.#services.add(service, handler, { isVital: true });
    return this;
  }

  async listen(address: string): Promise<{ url: string; host?: string; port?: number }> {
    const parsed = parseAddress(address);
    this.#checkServing();
    let listener: Listener;
    try {
      listener = await listen({
        address: parsed,
        ...(this.#tls === undefined ? {} : { tls: this.#tls }),
        handshakeTimeoutMs: this.options.settings.handshakeTimeoutMs,
        maxHandshakes: this.options.maxHandshakes,
        onTransport: (transport) => this.accept(transport),
        onError: (error, where) => this.#strangers.report(error, { ...where, address }),
      });
    } catch (cause) {
      if (cause instanceof TypeError) throw cause;
      const message = `cannot listen on ${address}: ${describeSocketError(cause)}`;
      throw withFacts(new RpcError({ code: "UNAVAILABLE", message, cause }), { executed: "no" });
    }
    if (this.#state === "draining" || this.#state === "closed") {
      await listener.close();
      this.#checkServing();
    }
    this.#listeners.add(listener);
    const { url, host, port } = listener;
    return { url, ...(host === undefined ? {} : { host }), ...(port === undefined ? {} : { port }) };
  }

  #checkServing(): void {
    if (this.#state === "serving" || this.#state === "leaving") return;
    const error = new RpcError({ code: "FAILED_PRECONDITION", message: `the server is ${this.#state}` });
    throw withFacts(error, { executed: "no" });
  }

  setTls(tls: object): void {
    if (typeof tls !== "object" || tls === null) throw new TypeError("setTls() needs node:tls options");
    const next = { ...this.#tls, ...tls };
    try {
      for (const listener of this.#listeners) listener.setTls(next);
    } catch (cause) {
      // What is no certificate: the first listener has thrown, and nothing has changed.
      throw new TypeError(`setTls() needs node:tls options: ${describeSocketError(cause)}`, { cause });
    }
    this.#tls = next;
  }

  // ---------------------------------------------------------------- connections

  /** A peer has connected. */
  accept(transport: Transport): void {
    this.#connections.add(new ServerConnection(transport, this));
  }

  admit(): void {
    if (this.#state !== "serving" && this.#state !== "leaving") throw connectionError("UNAVAILABLE", "the server is draining");
    this.#connections.checkRoom();
  }

  connectionOpened(one: ServerConnection): void {
    this.#connections.opened(one);
    if (this.#state === "draining" || this.#state === "closed") one.leave("the server is draining", 0);
  }

  connectionWoke(one: ServerConnection): void {
    this.#connections.woke(one);
  }

  connectionClosed(one: ServerConnection, error: RpcError, isOwnWill: boolean): void {
    this.#connections.closed(one);
    if (error.origin === "local" && !isOwnWill && one.connection?.isLost !== true)
      this.#strangers.report(error, { peer: one.peer.address });
  }

  // ---------------------------------------------------------------- calls

  resolve(path: string): MethodBinding | RpcError {
    return this.#services.resolve(path);
  }

  acceptCall(one: ServerConnection, binding: MethodBinding, kindFlags: number): ServerCall | RpcError {
    if (binding.kindFlags !== kindFlags) {
      const { path, kind } = binding.method;
      return new RpcError({ code: "UNIMPLEMENTED", message: `${path} is ${kind} here: the caller's schema says otherwise` });
    }
    const load = this.#load;
    if (!load.isRunning) load.start();
    if (this.#started % ageSample === 0) load.lookAtAge(one.connection.lastReceivedAt);
    if (load.isOverloaded && !binding.isVital) return this.#overloaded();
    this.#started += 1;
    return new ServerCall(this, binding, one);
  }

  #overloaded(): RpcError {
    const { lagMs, retryAfterMs } = this.#load;
    const message = `the server is overloaded: its event loop is ${Math.round(lagMs)} ms late`;
    return withFacts(new RpcError({ code: "RESOURCE_EXHAUSTED", message, retryAfterMs }), { executed: "no" });
  }

  #loadChanged(isOverloaded: boolean, lagMs: number): void {
    const what = isOverloaded ? "calls are turned away" : "calls are taken again";
    const error = new RpcError({ code: "RESOURCE_EXHAUSTED", message: `event loop ${Math.round(lagMs)} ms late: ${what}` });
    this.#strangers.report(error, { where: "overload", isOverloaded, lagMs });
  }

  report(error: unknown, where: object): void {
    this.options.onError(error, where);
  }

  ended(code: string | undefined): void {
    if (code === undefined) this.#succeeded += 1;
    else if (code === "CANCELLED") this.#cancelled += 1;
    else this.#failed += 1;
  }

  // ---------------------------------------------------------------- going away

  /** Calls `fn` at each change of the state, before anything comes of it. Answers how to take it back. */
  onState(fn: (state: ServerState) => void): () => void {
    this.#watchers.add(fn);
    return () => this.#watchers.delete(fn);
  }

  /** Still serves everything, but tells whoever asks for its health that it is about to go. */
  markLeaving(): void {
    if (this.#state === "serving") this.#become("leaving");
  }

  #become(state: ServerState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const watcher of [...this.#watchers]) watcher(state);
  }

  async drain(options: { graceMs?: number } = {}): Promise<{ finished: number; cancelled: number }> {
    const graceMs = milliseconds(options.graceMs, "graceMs", drainGraceMs);
    if (this.#state === "closed") return { finished: 0, cancelled: 0 };
    this.#become("draining");
    const open = this.#connections.openCalls;
    const closing = this.#closeListeners();
    await this.#waitForCalls(graceMs);
    await this.close();
    await closing;
    const cancelled = this.#cutOff;
    return { finished: Math.max(0, open - cancelled), cancelled };
  }

  /** Connections close as their last calls end. Until none is left, or the grace is over; several may wait, and the shortest counts. */
  #waitForCalls(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        this.#connections.emptied.delete(finish);
        timer.cancel();
        resolve();
      };
      const timer = this.clock.startTimer(finish, graceMs, true);
      this.#connections.emptied.add(finish);
      this.#connections.leave("the server is draining", Number.POSITIVE_INFINITY);
      if (this.#connections.size === 0) finish();
    });
  }

  #closeListeners(): Promise<unknown> {
    const closing = [...this.#listeners].map((listener) => listener.close());
    this.#listeners.clear();
    return Promise.all(closing);
  }

  async close(): Promise<void> {
    this.#become("closed");
    this.#load.stop();
    const closing = this.#closeListeners();
    this.#cutOff += this.#connections.openCalls;
    this.#connections.close("the server is shutting down");
    await closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  stats(): Stats {
    const [started, succeeded, failed, cancelled] = [this.#started, this.#succeeded, this.#failed, this.#cancelled];
    return {
      started,
      succeeded,
      failed,
      cancelled,
      open: started - succeeded - failed - cancelled,
      ...this.#connections.traffic(),
    };
  }
}
