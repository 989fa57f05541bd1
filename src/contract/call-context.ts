/** What a handler knows of its call, and the values that travel along inside a process. */

import type { Metadata, MetadataInit } from "../metadata/metadata.ts";

export interface ContextKey<T> {
  readonly description: string;
  readonly defaultValue: T;
}

/** Makes a key for `ContextValues`. Two keys of one description are two keys. */
export function createContextKey<T>(description: string, defaultValue: T): ContextKey<T> {
  return Object.freeze({ description, defaultValue });
}

export interface ContextValues {
  get<T>(key: ContextKey<T>): T;
  set<T>(key: ContextKey<T>, value: T): this;
  delete(key: ContextKey<unknown>): this;
}

export interface Peer {
  /** "127.0.0.1:4242", or the path of a unix socket. */
  readonly address: string;
  readonly transport: "tcp" | "tls" | "unix" | "memory";
  /** What `authenticate` returned. */
  readonly identity?: unknown;
  /** The peer's certificate as node:tls gives it. */
  readonly certificate?: object;
}

export interface CallContext {
  /** Aborted with an RpcError as its reason. */
  readonly signal: AbortSignal;
  /** Why the signal was aborted, once it is. */
  readonly endedBy?: "cancel" | "deadline" | "connection" | "shutdown";
  /** Epoch milliseconds, or Infinity. */
  readonly deadline: number;
  /** Milliseconds left; 0 when it has passed, Infinity when there is no deadline. */
  remainingMs(): number;
  readonly metadata: Metadata;
  /** Leading metadata of the answer; throws once the first message has been sent. */
  setMetadata(metadata: MetadataInit): void;
  setTrailers(metadata: MetadataInit): void;
  readonly peer: Peer;
  /** `shop.v1.Orders/place` */
  readonly method: string;
  /** From 1; more when the client retried. */
  readonly attempt: number;
  readonly values: ContextValues;
}
