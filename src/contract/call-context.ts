/** What a handler knows of its call, and the values that travel along inside a process. */

import type { Metadata, MetadataInit } from "../metadata/metadata.ts";

/** Names a value of `ContextValues`, by its identity. Made by `createContextKey`. */
export interface ContextKey<T> {
  /** For people who look at it in a debugger. */
  readonly description: string;
  /** What `get` answers where nothing was set. */
  readonly defaultValue: T;
}

/** Makes a key for `ContextValues`. Two keys of one description are two keys. */
export function createContextKey<T>(description: string, defaultValue: T): ContextKey<T> {
  return Object.freeze({ description, defaultValue });
}

/** What interceptors and handlers hand on to each other, and to the calls that a handler makes. Nothing of it is sent. */
export interface ContextValues {
  /** What was set for the key, else its default. */
  get<T>(key: ContextKey<T>): T;
  /** From now on `get` answers `value`. Calls that have inherited already keep what they have. */
  set<T>(key: ContextKey<T>, value: T): this;
  /** From now on the key has its default again. */
  delete(key: ContextKey<unknown>): this;
}

/** Who is at the other end of the connection. */
export interface Peer {
  /** "127.0.0.1:4242", or the path of a unix socket. */
  readonly address: string;
  /** What the bytes go through; "memory" in `taut/testing`. */
  readonly transport: "tcp" | "tls" | "unix" | "memory";
  /** What `authenticate` answered; absent without it. */
  readonly identity?: unknown;
  /** The peer's certificate as node:tls gives it. */
  readonly certificate?: object;
}

/** What a handler is told of the call that it answers. */
export interface CallContext {
  /** Aborted with an RpcError as its reason. */
  readonly signal: AbortSignal;
  /** Why the signal was aborted, once it is. */
  readonly endedBy?: "cancel" | "deadline" | "connection" | "shutdown";
  /** Epoch milliseconds, or Infinity. */
  readonly deadline: number;
  /** Milliseconds left; 0 when it has passed, Infinity when there is no deadline. */
  remainingMs(): number;
  /** What came with the request. */
  readonly metadata: Metadata;
  /**
   * Leading metadata of the answer. Key by key: keys set before stay, one set again is replaced. Throws an Error once the first message, or
   * the end, has been sent; TypeError for a bad key or value.
   */
  setMetadata(metadata: MetadataInit): void;
  /**
   * Metadata that goes with the end of the answer, a failure's too. Key by key: keys set before stay, one set again is replaced. TypeError
   * for a bad key or value.
   */
  setTrailers(metadata: MetadataInit): void;
  /** Who calls. */
  readonly peer: Peer;
  /** `shop.v1.Orders/place` */
  readonly method: string;
  /** From 1; more when the client retried. */
  readonly attempt: number;
  /** What interceptors have set; calls that the handler makes inherit it. */
  readonly values: ContextValues;
}
