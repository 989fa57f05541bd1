/** Checks that the options of both ends share. Each throws a TypeError that names the option and what was given. */

import type { Keepalive } from "./limits.ts";

/** A number of milliseconds above 0; Infinity is allowed and means never. */
export function positive(value: number | undefined, name: string, byDefault: number): number {
  if (value === undefined) return byDefault;
  if (typeof value !== "number" || !(value > 0)) {
    throw new TypeError(`${name} must be a number of milliseconds above 0, not ${String(value)}`);
  }
  return value;
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
    throw new TypeError(`${name} must be true or false, not ${String(value)}`);
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
