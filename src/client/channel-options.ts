/** What `connect` takes, completed and checked. Misuse is a TypeError at once. */

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
import type { Retry } from "../contract/call-options.ts";
import type { Interceptor } from "../contract/interceptor.ts";
import { isCode } from "../errors/code.ts";
import { type Address, parseAddress } from "../transport/address.ts";

export interface ChannelOptions {
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
  /** Deadline of calls that say none themselves, nor their schema. Default 10,000 for unary calls, none for streams. */
  timeoutMs?: number;
  /** Over DNS, TCP, TLS and handshake together. Default 10,000. */
  connectTimeoutMs?: number;
  /** Connections without calls are closed after this. Default 30 minutes. */
  idleTimeoutMs?: number;
  /**
   * What the name of a `dns:///name:port` target stands for: IP addresses. Asked again every 30 s while the channel is used, and when
   * a server is lost. Default: the system's resolver, all addresses.
   */
  resolve?(name: string): Promise<readonly string[]>;
  /** Pauses between attempts: from `minMs` (100) times 1.6 to `maxMs` (5,000), with full jitter. */
  reconnect?: { minMs?: number; maxMs?: number };
  /** For calls that say none themselves. Default: none. */
  retry?: Retry;
  /** What to show the server in the handshake; called again with its challenge for each further round. May answer a promise. */
  credentials?(challenge?: unknown): unknown;
}

export interface CompleteChannelOptions {
  readonly addresses: readonly Address[];
  readonly interceptors: readonly Interceptor[];
  readonly settings: ConnectionSettings;
  readonly tls: object | undefined;
  readonly timeoutMs: number | undefined;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly resolve: ((name: string) => Promise<readonly string[]>) | undefined;
  readonly reconnect: { readonly minMs: number; readonly maxMs: number };
  readonly retry: Retry | undefined;
  readonly credentials: ((challenge?: unknown) => unknown) | undefined;
  readonly onError: (error: unknown, where: object) => void;
}

const known = new Set([
  "interceptors",
  "limits",
  "tls",
  "keepalive",
  "writeStallMs",
  "onError",
  "timeoutMs",
  "connectTimeoutMs",
  "idleTimeoutMs",
  "resolve",
  "reconnect",
  "retry",
  "credentials",
]);

export function completeChannelOptions(target: string | readonly string[], options: ChannelOptions = {}): CompleteChannelOptions {
  const targets = typeof target === "string" ? [target] : target;
  if (!Array.isArray(targets) || targets.length === 0)
    throw new TypeError("connect() needs an address, or an array with at least one");
  checkKnown(options, known, "channel");
  const limits = completeLimits(options.limits);
  const connectTimeoutMs = positive(options.connectTimeoutMs, "connectTimeoutMs", 10_000);
  const minMs = positive(options.reconnect?.minMs, "reconnect.minMs", 100);
  checkRetry(options.retry);
  if (options.timeoutMs !== undefined && (typeof options.timeoutMs !== "number" || Number.isNaN(options.timeoutMs))) {
    throw new TypeError(`timeoutMs must be a number, not ${String(options.timeoutMs)}`);
  }
  return {
    addresses: targets.map(parseAddress),
    interceptors: checkFunctions(options.interceptors, "interceptors"),
    settings: {
      limits,
      maxStreams: Math.max(1, Math.floor(limits.maxCalls * 0.75)),
      fragmentBytes,
      streamWindowBytes,
      connectionWindowBytes,
      outputHighWaterBytes,
      handshakeTimeoutMs: connectTimeoutMs,
      writeStallMs: positive(options.writeStallMs, "writeStallMs", writeStallMs),
      keepalive: completeKeepalive(options.keepalive),
    },
    tls: options.tls,
    timeoutMs: options.timeoutMs,
    connectTimeoutMs,
    idleTimeoutMs: positive(options.idleTimeoutMs, "idleTimeoutMs", 30 * 60_000),
    resolve: checkFunctions(options.resolve === undefined ? [] : [options.resolve.bind(options)], "resolve")[0],
    reconnect: { minMs, maxMs: Math.max(minMs, positive(options.reconnect?.maxMs, "reconnect.maxMs", 5_000)) },
    retry: options.retry,
    credentials: options.credentials?.bind(options),
    onError: safeHook(options.onError?.bind(options)),
  };
}

/** TypeError for what is no retry policy. */
export function checkRetry(retry: Retry | undefined): void {
  if (retry === undefined) return;
  if (
    typeof retry !== "object" ||
    retry === null ||
    !Number.isInteger(retry.attempts) ||
    retry.attempts < 1 ||
    !Array.isArray(retry.codes) ||
    !retry.codes.every(isCode)
  ) {
    throw new TypeError("retry must be { attempts: a whole number from 1, codes: status codes }");
  }
}
