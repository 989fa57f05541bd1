/** What `createServer` takes, completed and checked. Misuse is a TypeError at once. */

import {
  type ConnectionSettings,
  completeLimits,
  connectionWindowBytes,
  fragmentBytes,
  type Limits,
  outputHighWaterBytes,
  streamWindowBytes,
  writeStallMs,
} from "../connection/limits.ts";
import { checkFunctions, checkKnown, completeKeepalive, positive, safeHook } from "../connection/option-checks.ts";
import type { Peer } from "../contract/call-context.ts";
import type { Interceptor } from "../contract/interceptor.ts";

export interface ServerOptions {
  /** See every call; the first is outermost. */
  interceptors?: readonly Interceptor[];
  limits?: Partial<Limits>;
  /** node:tls options; makes any address TLS. */
  tls?: object;
  /** Default 30 s of silence, 10 s for the answer; the larger offer of both sides wins. `false`: this side never pings. */
  keepalive?: { idleMs?: number; timeoutMs?: number } | false;
  /** A peer that takes no byte of waiting output for this long counts as dead. Default 30,000. */
  writeStallMs?: number;
  /** What went wrong inside, with where; never throws out, never logged by us. */
  onError?(error: unknown, where: object): void;
  /** Preface, hello and authentication together. Default 5,000. */
  handshakeTimeoutMs?: number;
  /** Connections without calls are closed after this. Default 10 minutes. */
  idleTimeoutMs?: number;
  /** Deadlines are cut to this; calls and streams without one get it. Default Infinity. */
  maxTimeoutMs?: number;
  /** Above it a peer is told so and sent away. Default 10,000. */
  maxConnections?: number;
  /** Connections in the handshake; above it the oldest is closed, which honest peers never are. Default 1,000. */
  maxHandshakes?: number;
  /**
   * Where the event loop has been later than this for four times as long, new calls are turned away with RESOURCE_EXHAUSTED and
   * `retryAfterMs`; health goes on answering. Default 500; Infinity turns nobody away.
   */
  maxEventLoopLagMs?: number;
  /** A connection is asked to move on after this, with up to 10 % jitter. Default Infinity. */
  maxConnectionAgeMs?: number;
  /** How long its calls may take after that. Default 30,000. */
  maxConnectionAgeGraceMs?: number;
  /** Outgoing calls in handlers inherit deadline, cancellation and values. Default true. */
  inheritContext?: boolean;
  /** Answers the peer's identity, `challenge(data)` for another round, or throws UNAUTHENTICATED. May answer a promise. */
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
  const limits = completeLimits(options.limits);
  const maxConnections = count(options.maxConnections, "maxConnections", 10_000);
  const maxHandshakes = count(options.maxHandshakes, "maxHandshakes", 1_000);
  return {
    interceptors: checkFunctions(options.interceptors, "interceptors"),
    settings: {
      limits,
      maxStreams: Math.max(1, Math.floor(limits.maxCalls * 0.75)),
      fragmentBytes,
      streamWindowBytes,
      connectionWindowBytes,
      outputHighWaterBytes,
      handshakeTimeoutMs: positive(options.handshakeTimeoutMs, "handshakeTimeoutMs", 5_000),
      writeStallMs: positive(options.writeStallMs, "writeStallMs", writeStallMs),
      keepalive: completeKeepalive(options.keepalive),
    },
    tls: options.tls,
    onError: safeHook(options.onError?.bind(options)),
    idleTimeoutMs: positive(options.idleTimeoutMs, "idleTimeoutMs", 10 * 60_000),
    maxTimeoutMs: positive(options.maxTimeoutMs, "maxTimeoutMs", Number.POSITIVE_INFINITY),
    maxConnections,
    maxHandshakes,
    maxEventLoopLagMs: positive(options.maxEventLoopLagMs, "maxEventLoopLagMs", 500),
    maxConnectionAgeMs: positive(options.maxConnectionAgeMs, "maxConnectionAgeMs", Number.POSITIVE_INFINITY),
    maxConnectionAgeGraceMs: positive(options.maxConnectionAgeGraceMs, "maxConnectionAgeGraceMs", 30_000),
    inheritContext: options.inheritContext ?? true,
    authenticate: options.authenticate?.bind(options),
  };
}

function count(value: number | undefined, name: string, byDefault: number): number {
  if (value === undefined) return byDefault;
  if (typeof value !== "number" || !(value >= 1)) throw new TypeError(`${name} must be a number from 1, not ${String(value)}`);
  return value;
}
