/** The options of one call. */

import type { Code } from "../errors/code.ts";
import type { Metadata, MetadataInit } from "../metadata/metadata.ts";
import type { CallContext } from "./call-context.ts";

export interface Retry {
  /** How often a call is tried, the first time included. */
  attempts: number;
  /** After which codes it is tried again. */
  codes: readonly Code[];
}

export interface CallOptions {
  /**
   * Milliseconds. Which one counts: this, then `@timeoutMs` of the schema, then the channel's, then 10,000 for unary calls;
   * streams have none by default. `Infinity`: none. 0 or less: DEADLINE_EXCEEDED, nothing is sent.
   */
  timeoutMs?: number;
  /** Aborting it ends the call with CANCELLED; `cause` is the signal's reason. */
  signal?: AbortSignal;
  /** Sent with the request. */
  metadata?: MetadataInit;
  /** Called once with the leading metadata of the answer, before its first message. */
  onMetadata?(leading: Metadata): void;
  /** Called once with the trailers, before the call settles. */
  onTrailers?(trailers: Metadata): void;
  /** Wait for a connection until the deadline rather than fail with UNAVAILABLE. Default false. */
  waitForReady?: boolean;
  /** May run twice without harm. Default: `@idempotent` of the schema. */
  idempotent?: boolean;
  /** Default: the channel's. */
  retry?: Retry;
  /** Whose deadline, cancellation and values to inherit; null: nobody's. Default: the handler that this runs in. */
  parent?: CallContext | null;
}
