/** What `connect` takes, completed and checked. Misuse is a TypeError at once. */

import type { ConnectionSettings, Limits } from "../connection/limits.ts";
import {
  checkFunctions,
  checkHook,
  checkKnown,
  checkTimeout,
  checkTls,
  completeSettings,
  positive,
  safeHook,
} from "../connection/option-checks.ts";
import type { Retry } from "../contract/call-options.ts";
import type { Interceptor } from "../contract/interceptor.ts";
import { isCode } from "../errors/code.ts";
import { type Address, parseAddress } from "../transport/address.ts";

/** What `connect()` takes. All of it may be left out. */
export interface ChannelOptions {
  /** See every call of the channel; the first is outermost. Default none: then they cost nothing. */
  interceptors?: readonly Interceptor[];
  /** Bounds that this end holds against the other and tells it; see `Limits`. Default: `defaultLimits`, whose reasons stand there. */
  limits?: Partial<Limits>;
  /** node:tls options for connections. Makes any address TLS, unix sockets too. Default none: `tls://` addresses alone, with the system's roots. */
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
   * Gets what went wrong inside and no call can tell: callbacks that threw, connections that were lost in the background; `where` says of what.
   * What it throws is dropped. Default none: nothing is logged by us.
   */
  onError?(error: unknown, where: object): void;
  /**
   * Milliseconds that a call may take which says nothing itself, nor by its schema. Default 10,000 for unary calls, so that nobody waits
   * for ever by oversight; none for streams, which may rightly take days. Infinity: none.
   */
  timeoutMs?: number;
  /** Milliseconds for one attempt: DNS, TCP, TLS and handshake together. Default 10,000: what a distant server under load may need. */
  connectTimeoutMs?: number;
  /** Milliseconds after which a connection without calls is closed. Default 1,800,000 (30 minutes): servers usually close first. */
  idleTimeoutMs?: number;
  /**
   * What the name of a `dns:///name:port` target stands for: IP addresses. Asked again every 30 s while the channel is used, and when
   * a server is lost. Default: the system's resolver, all addresses.
   */
  resolve?(name: string): Promise<readonly string[]>;
  /**
   * Milliseconds between attempts to connect: from `minMs` times 1.6 each up to `maxMs`, with full jitter, so that a server which comes back
   * is not met by all its clients at once. Default 100 and 5,000. A call that comes in between begins one 100 ms after the last; calls that come
   * in every pause, up to 1,000 ms after.
   */
  reconnect?: { minMs?: number; maxMs?: number };
  /** Which failures of handlers are tried again, for calls that do not say themselves. Default none: only the user knows what may run twice. */
  retry?: Retry;
  /**
   * What to show the server, once a connection; called again with its challenge for each further round. May answer a promise. What it throws
   * refuses the connection. Default: nothing is shown.
   */
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
  const connectTimeoutMs = positive(options.connectTimeoutMs, "connectTimeoutMs", 10_000);
  const minMs = positive(options.reconnect?.minMs, "reconnect.minMs", 100);
  checkRetry(options.retry);
  if (options.timeoutMs !== undefined) checkTimeout(options.timeoutMs);
  return {
    addresses: targets.map(parseAddress),
    interceptors: checkFunctions(options.interceptors, "interceptors"),
    settings: completeSettings(options, connectTimeoutMs),
    tls: checkTls(options.tls),
    timeoutMs: options.timeoutMs,
    connectTimeoutMs,
    idleTimeoutMs: positive(options.idleTimeoutMs, "idleTimeoutMs", 30 * 60_000),
    resolve: checkHook(options.resolve, "resolve", options),
    reconnect: { minMs, maxMs: Math.max(minMs, positive(options.reconnect?.maxMs, "reconnect.maxMs", 5_000)) },
    retry: options.retry,
    credentials: checkHook(options.credentials, "credentials", options),
    onError: safeHook(checkHook(options.onError, "onError", options)),
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
