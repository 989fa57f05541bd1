/**
 * The one error of calls and connections.
 *
 * Identified by a brand under `Symbol.for`, so that two copies of the package in one process recognise each other's.
 * Does not know how errors cross the wire (`connection/failure-document.ts`) nor where they arise.
 */

import { Metadata, type MetadataInit } from "../metadata/metadata.ts";
import { hasBrand } from "./brand.ts";
import { type Code, isCode } from "./code.ts";

const brand = Symbol.for("taut.RpcError");

/** `type` is a full name (`shop.v1.OutOfStock`); `data` any value that the `unknown` type of a schema carries. */
export interface Detail {
  readonly type: string;
  readonly data: unknown;
}

/** Milliseconds by what took them; see `RpcError`'s field. */
export type Timings = Readonly<Record<string, number>>;

export interface RpcErrorInit {
  /** One of gRPC's codes. */
  code: Code;
  /** For people: lower case, no full stop, with the values. Never decide by it. */
  message: string;
  /** Typed additions. Default none. */
  details?: readonly Detail[];
  /** The trailers that go with the error. Default none. */
  metadata?: MetadataInit;
  /** How long a client should wait before it tries again, in milliseconds. */
  retryAfterMs?: number;
  cause?: unknown;
}

/** What the runtime knows beyond what a thrower says; see `RpcError`'s fields of the same names. */
export interface RpcErrorFacts {
  method?: string;
  scope?: "call" | "connection";
  origin?: "local" | "remote";
  executed?: "no" | "maybe" | "yes";
  timings?: Timings;
}

/** How a call fails. Decide by `code` and `executed`, never by the text; tell it by `isRpcError`, which knows those of another copy of Taut, too. */
export class RpcError extends Error {
  /** One of gRPC's sixteen; what to decide by. */
  readonly code: Code;
  /** `shop.v1.Orders/place`, where known. */
  readonly method?: string;
  /** What died: this call, or the connection under it. */
  readonly scope: "call" | "connection";
  /** Who made the error: this process, or the peer. */
  readonly origin: "local" | "remote";
  /**
   * Did the handler start? "no": a retry is safe for every method; "yes": it did; "maybe": nobody knows. Errors that you make say "maybe".
   * Never crosses hops.
   */
  readonly executed: "no" | "maybe" | "yes";
  /** Typed additions: a declared fault is the first; broken rules are one "taut.Violation" each, 32 at most. Empty by default. */
  readonly details: readonly Detail[];
  /** The trailers; empty when there were none. */
  readonly metadata: Metadata;
  /** Milliseconds that the server asks to wait before another attempt. Absent when it said nothing. */
  readonly retryAfterMs?: number;
  /**
   * Where the time went, for calls that this process made and that failed with DEADLINE_EXCEEDED or UNAVAILABLE: milliseconds by "resolve",
   * "connect", "queue", "write", "server", "read", and "eventLoopLag". Absent for all others.
   */
  readonly timings?: Timings;

  constructor(init: RpcErrorInit) {
    if (typeof init !== "object" || init === null || !isCode(init.code)) {
      throw new TypeError(`RpcError needs { code, message } with one of the sixteen codes, not ${String(init?.code)}`);
    }
    const { details = [], retryAfterMs } = init;
    if (!Array.isArray(details) || !details.every((one) => typeof (one as Detail | null)?.type === "string")) {
      throw new TypeError("details of an RpcError must be an array of { type: string, data }");
    }
    if (retryAfterMs !== undefined && !(typeof retryAfterMs === "number" && retryAfterMs >= 0)) {
      throw new TypeError(`retryAfterMs must be a number of milliseconds from 0, not ${String(retryAfterMs)}`);
    }
    super(init.message, "cause" in init ? { cause: init.cause } : undefined);
    this.code = init.code;
    this.scope = "call";
    this.origin = "local";
    this.executed = "maybe";
    this.details = details;
    this.metadata = init.metadata instanceof Metadata ? init.metadata : new Metadata(init.metadata);
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }

  /**
   * Anything that was caught, as an RpcError: one that is one already as it is; what an AbortSignal throws as CANCELLED or
   * DEADLINE_EXCEEDED; the rest as UNKNOWN with its own words. What it was made of is its `cause`.
   */
  static from(caught: unknown): RpcError {
    if (isRpcError(caught)) return caught;
    const { name, message } = caught instanceof Error ? caught : { name: "", message: String(caught) };
    const code = name === "AbortError" ? "CANCELLED" : name === "TimeoutError" ? "DEADLINE_EXCEEDED" : "UNKNOWN";
    return new RpcError({ code, message, cause: caught });
  }

  static {
    Object.defineProperty(RpcError.prototype, "name", { value: "RpcError", configurable: true, writable: true });
    Object.defineProperty(RpcError.prototype, brand, { value: true });
  }
}

/** True for an `RpcError` of any copy of this package in the process. Never throws, whatever it is given. */
export function isRpcError(value: unknown): value is RpcError {
  return hasBrand(value, brand);
}

/** Sets what the runtime knows on an error that it made or received; one that a user has frozen stays as it is. Returns the error. */
export function withFacts<E extends RpcError>(error: E, facts: RpcErrorFacts): E {
  return Object.isExtensible(error) ? Object.assign(error, facts) : error;
}
