/** Checks that the options of both ends share. Each throws a TypeError that names the option and what was given. */

import {
  type ConnectionSettings,
  completeLimits,
  connectionWindowBytes,
  fragmentBytes,
  type Keepalive,
  type Limits,
  maxStreamsOf,
  outputHighWaterBytes,
  streamWindowBytes,
  writeStallMs,
} from "./limits.ts";

/** As it is shown in a TypeError: text in quotes, so that "5" is not taken for 5. */
export function shown(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** A number of milliseconds above 0; Infinity is allowed and means never. */
export function positive(value: number | undefined, name: string, byDefault: number): number {
  if (value === undefined) return byDefault;
  if (typeof value !== "number" || !(value > 0)) {
    throw new TypeError(`${name} must be a number of milliseconds above 0, not ${shown(value)}`);
  }
  return value;
}

/** A number of milliseconds from 0; Infinity is allowed and means never. */
export function milliseconds(value: number | undefined, name: string, byDefault: number): number {
  if (value === undefined) return byDefault;
  if (typeof value !== "number" || !(value >= 0)) {
    throw new TypeError(`${name} must be a number of milliseconds, not ${shown(value)}`);
  }
  return value;
}

/** Any number but NaN: a timeout that is over already fails its call, and does not throw. */
export function checkTimeout(value: unknown): number {
  if (typeof value === "number" && !Number.isNaN(value)) return value;
  throw new TypeError(`timeoutMs must be a number, not ${shown(value)}`);
}

/** What the options of both ends say of a connection. */
export function completeSettings(
  options: {
    limits?: Partial<Limits>;
    writeStallMs?: number;
    keepalive?: { idleMs?: number; timeoutMs?: number } | false;
  },
  handshakeTimeoutMs: number,
): ConnectionSettings {
  const limits = completeLimits(options.limits);
  return {
    limits,
    maxStreams: maxStreamsOf(limits),
    fragmentBytes,
    streamWindowBytes,
    connectionWindowBytes,
    outputHighWaterBytes,
    handshakeTimeoutMs,
    writeStallMs: positive(options.writeStallMs, "writeStallMs", writeStallMs),
    keepalive: completeKeepalive(options.keepalive),
  };
}

/** 30 s of silence, 10 s for the answer, unless told otherwise. */
export function completeKeepalive(keepalive: { idleMs?: number; timeoutMs?: number } | false | undefined): Keepalive | undefined {
  if (keepalive === false) return undefined;
  return {
    idleMs: positive(keepalive?.idleMs, "keepalive.idleMs", 30_000),
    timeoutMs: positive(keepalive?.timeoutMs, "keepalive.timeoutMs", 10_000),
  };
}

export function checkFunctions<F>(functions: readonly F[] | undefined, name: string): readonly F[] {
  if (functions === undefined) return [];
  if (!Array.isArray(functions) || functions.some((one) => typeof one !== "function")) {
    throw new TypeError(`${name} must be an array of functions`);
  }
  return functions.slice();
}

/** A function among the options, called as their method. */
export function checkHook<F extends (...parameters: never[]) => unknown>(
  hook: F | undefined,
  name: string,
  owner: object,
): F | undefined {
  if (hook === undefined) return undefined;
  if (typeof hook !== "function") throw new TypeError(`${name} must be a function, not ${hook === null ? "null" : typeof hook}`);
  return hook.bind(owner) as F;
}

/** Options of node:tls, which looks into them itself. */
export function checkTls(tls: object | undefined): object | undefined {
  if (tls !== undefined && (typeof tls !== "object" || tls === null)) {
    throw new TypeError(`tls must be an object of node:tls options, not ${tls === null ? "null" : typeof tls}`);
  }
  return tls;
}

export function checkBoolean(value: boolean | undefined, name: string, byDefault: boolean): boolean {
  if (value !== undefined && typeof value !== "boolean")
    throw new TypeError(`${name} must be true or false, not ${shown(value)}`);
  return value ?? byDefault;
}

export function checkKnown(options: object, known: ReadonlySet<string>, what: string): void {
  if (typeof options !== "object" || options === null) throw new TypeError(`${what} options must be an object`);
  for (const name of Object.keys(options))
    if (!known.has(name)) throw new TypeError(`unknown ${what} option ${JSON.stringify(name)}`);
}

/** The user's hook for errors, which must not make new ones. */
export function safeHook(hook: ((error: unknown, where: object) => void) | undefined): (error: unknown, where: object) => void {
  if (hook === undefined) return () => {};
  return (error, where) => {
    try {
      const answer: unknown = hook(error, where);
      if (answer instanceof Promise) answer.catch(() => {});
    } catch {
      // Whoever is told of errors and throws has nobody left to be told by.
    }
  };
}
