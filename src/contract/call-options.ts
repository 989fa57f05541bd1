/** The options of one call. */

import type { Code } from "../errors/code.ts";
import type { Metadata, MetadataInit } from "../metadata/metadata.ts";
import type { CallContext } from "./call-context.ts";

/** Which failures of a handler are tried again, and how often. */
export interface Retry {
  /** How often a call is tried, the first time included: a whole number from 1, which is no retry; else TypeError. */
  attempts: number;
  /** After which codes it is tried again. */
  codes: readonly Code[];
}

/** What one call may say for itself. All of it may be left out. */
export interface CallOptions {
  /**
   * Milliseconds. Which one counts: this, then `@timeoutMs` of the schema, then the channel's, then 10,000 for unary calls;
   * streams have none by default. `Infinity`: none. 0 or less: DEADLINE_EXCEEDED, nothing is sent. NaN, or what is no number:
   * the call fails with TypeError.
   */
  timeoutMs?: number;
  /** Aborting it ends the call with CANCELLED, whose `cause` is the signal's reason; the reason stays here. Any number of calls may share one. Default none. */
  signal?: AbortSignal;
  /** Sent with the request; up to the server's `maxMetadataBytes`. A bad key or value: the call fails with TypeError. Default none. */
  metadata?: MetadataInit;
  /**
   * Called once with the leading metadata of the answer, before its first message; empty if there was none. A call that fails before
   * anything of an answer came, and a one-way call, does not call it. What it throws goes to `onError`.
   */
  onMetadata?(leading: Metadata): void;
  /**
   * Called once with the trailers, before the call settles; those of a failure too, empty for one that arose here. Not called for a one-way
   * call that was sent, and for one that failed with an error of your own or a TypeError. What it throws goes to `onError`.
   */
  onTrailers?(trailers: Metadata): void;
  /** Wait for a connection until the deadline rather than fail with UNAVAILABLE. Default false: a caller should know soon that nobody is there. */
  waitForReady?: boolean;
  /** May run twice without harm: then it is tried again when nobody knows whether it ran. Default: `@idempotent` of the schema. */
  idempotent?: boolean;
  /** Which failures of the handler are tried again, and how often. Default: the channel's. */
  retry?: Retry;
  /** Whose deadline, cancellation and values to inherit; null: nobody's. Default: the handler that this runs in, so that nobody works for a caller who has gone. */
  parent?: CallContext | null;
}
