/** What `createServer` takes, completed and checked. Misuse is a TypeError at once. */

import type { ConnectionSettings, Limits } from "../connection/limits.ts";
import {
  checkBoolean,
  checkFunctions,
  checkHook,
  checkKnown,
  checkTls,
  completeSettings,
  positive,
  safeHook,
  shown,
} from "../connection/option-checks.ts";
import type { Peer } from "../contract/call-context.ts";
import type { Interceptor } from "../contract/interceptor.ts";

/** What `createServer()` takes. All of it may be left out. */
export interface ServerOptions {
  /** See every call to the server; the first is outermost. Default none: then they cost nothing. */
  interceptors?: readonly Interceptor[];
  /** Bounds that this end holds against the other and tells it; see `Limits`. Default: `defaultLimits`, whose reasons stand there. */
  limits?: Partial<Limits>;
  /** node:tls options for listeners: `cert` and `key`, and with `requestCert` and `ca` clients must show theirs. Makes any address TLS. Default none. */
  tls?: object;
  /**
   * After `idleMs` milliseconds without a byte of the peer's a ping is sent; without a sign of life `timeoutMs` later the connection counts as
   * dead and its calls end. Default 30,000 and 10,000: below what most middleboxes forget connections after. The larger offer of both sides
   * wins. `false`: this side never pings, and answers all the same.
   */
  keepalive?: { idleMs?: number; timeoutMs?: number } | false;
  /** Milliseconds after which a peer that takes no byte of waiting output counts as dead. Default 30,000: as long as keepalive's silence. */
  writeStallMs?: number;
  /**
   * Gets what went wrong inside and no caller may see: what handlers threw that is no RpcError, answers that do not fit their schema,
   * strangers; `where` says of what. What it throws is dropped. Default none: nothing is logged by us.
   */
  onError?(error: unknown, where: object): void;
  /** Milliseconds for preface, hello and authentication together. Default 5,000: strangers are not waited for longer. */
  handshakeTimeoutMs?: number;
  /** Milliseconds after which a connection without calls is closed. Default 600,000 (10 minutes): clients open another when they need it. */
  idleTimeoutMs?: number;
  /** Milliseconds to which deadlines are cut; calls and streams without one get it. Default Infinity: callers know how long they wait. */
  maxTimeoutMs?: number;
  /** Connections; above it a peer is told so and sent away. Default 10,000: about as many descriptors as a process is usually given. */
  maxConnections?: number;
  /** Connections in the handshake; above it the oldest is closed, which honest peers never are. Default 1,000. */
  maxHandshakes?: number;
  /**
   * Milliseconds. Where the event loop has been later than this for four times as long, new calls are turned away with RESOURCE_EXHAUSTED
   * and `retryAfterMs`; health goes on answering. Default 500: later answers are of no use to most callers. Infinity turns nobody away.
   */
  maxEventLoopLagMs?: number;
  /** Milliseconds after which a connection is asked to move on, with up to 10 % jitter. Default Infinity; useful behind TCP balancers. */
  maxConnectionAgeMs?: number;
  /** Milliseconds that its calls may take after that. Default 30,000: as long as a drain. */
  maxConnectionAgeGraceMs?: number;
  /** Outgoing calls in handlers inherit deadline, cancellation and values. Default true: nobody works for a caller who has gone. */
  inheritContext?: boolean;
  /**
   * Answers the peer's identity, which handlers see as `context.peer.identity`; or `new Challenge(data)` for another round; or throws, which
   * refuses the connection (an RpcError as it is, anything else as UNAUTHENTICATED without its words). May answer a promise. Default: all
   * are let in.
   */
  authenticate?(credentials: unknown, peer: Peer): unknown;
}

export interface CompleteServerOptions {
  readonly interceptors: readonly Interceptor[];
  readonly settings: ConnectionSettings;
  readonly tls: object | undefined;
  readonly onError: (error: unknown, where: object) => void;
  readonly idleTimeoutMs: number;
  readonly maxTimeoutMs: number;
  readonly maxConnections: number;
  readonly maxHandshakes: number;
  readonly maxEventLoopLagMs: number;
  readonly maxConnectionAgeMs: number;
  readonly maxConnectionAgeGraceMs: number;
  readonly inheritContext: boolean;
  readonly authenticate: ((credentials: unknown, peer: Peer) => unknown) | undefined;
}

const known = new Set([
  "interceptors",
  "limits",
  "tls",
  "keepalive",
  "writeStallMs",
  "onError",
  "handshakeTimeoutMs",
  "idleTimeoutMs",
  "maxTimeoutMs",
  "maxConnections",
  "maxHandshakes",
  "maxEventLoopLagMs",
  "maxConnectionAgeMs",
  "maxConnectionAgeGraceMs",
  "inheritContext",
  "authenticate",
]);

export function completeServerOptions(options: ServerOptions = {}): CompleteServerOptions {
  checkKnown(options, known, "server");
  const maxConnections = count(options.maxConnections, "maxConnections", 10_000);
  const maxHandshakes = count(options.maxHandshakes, "maxHandshakes", 1_000);
  return {
    interceptors: checkFunctions(options.interceptors, "interceptors"),
    settings: completeSettings(options, positive(options.handshakeTimeoutMs, "handshakeTimeoutMs", 5_000)),
    tls: checkTls(options.tls),
    onError: safeHook(checkHook(options.onError, "onError", options)),
    idleTimeoutMs: positive(options.idleTimeoutMs, "idleTimeoutMs", 10 * 60_000),
    maxTimeoutMs: positive(options.maxTimeoutMs, "maxTimeoutMs", Number.POSITIVE_INFINITY),
    maxConnections,
    maxHandshakes,
    maxEventLoopLagMs: positive(options.maxEventLoopLagMs, "maxEventLoopLagMs", 500),
    maxConnectionAgeMs: positive(options.maxConnectionAgeMs, "maxConnectionAgeMs", Number.POSITIVE_INFINITY),
    maxConnectionAgeGraceMs: positive(options.maxConnectionAgeGraceMs, "maxConnectionAgeGraceMs", 30_000),
    inheritContext: checkBoolean(options.inheritContext, "inheritContext", true),
    authenticate: checkHook(options.authenticate, "authenticate", options),
  };
}

function count(value: number | undefined, name: string, byDefault: number): number {
  if (value === undefined) return byDefault;
  if (typeof value !== "number" || !(value >= 1)) throw new TypeError(`${name} must be a number from 1, not ${shown(value)}`);
  return value;
}
