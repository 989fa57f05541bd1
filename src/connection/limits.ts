/**
 * The bounds that one end holds against the other. Every one has a name, a finite default and a reason; both ends tell theirs in
 * the handshake. PROTOCOL.md: "Limits".
 */

/**
 * What `limits` of `createServer()` and `connect()` takes. Whole numbers from 1 (`maxMessageBytes` from 64) to 2^31-1 (`maxMethods` to 65,535);
 * else TypeError. Unless a line says otherwise, a call beyond one of them fails with RESOURCE_EXHAUSTED.
 */
export interface Limits {
  /** Bytes of one message, both ways. Default 4 MiB, gRPC's: larger things belong in a stream. */
  maxMessageBytes: number;
  /**
   * Bytes of one metadata document; above it that at the end of an answer is left out. Default 16 KiB: HTTP servers' usual bound for headers.
   */
  maxMetadataBytes: number;
  /**
   * How deep documents may nest; beyond it they break their schema: INVALID_ARGUMENT for a request, INTERNAL for an answer. Default 64: real
   * schemas stay below 20, and the stack is safe by a factor of 100.
   */
  maxDepth: number;
  /**
   * Elements of one document's arrays, maps and free-form values, nested ones included; beyond it as beyond `maxDepth`. Default 1,000,000: what
   * decodes in well under a second.
   */
  maxElements: number;
  /** Open calls per connection (server: refused above it; client: queued above what the server told). Default 1,000. */
  maxCalls: number;
  /** Method names bound per connection; further ones travel by name, and no call fails for it. Default 1,024. */
  maxMethods: number;
  /** Client: calls that wait for a connection or for room on one. Default 100,000. */
  maxQueuedCalls: number;
  /** Client: encoded bytes of calls that wait. Default 64 MiB. */
  maxQueuedBytes: number;
  /**
   * Cancels of running calls that a peer may send, on average over ten seconds; above it the connection ends with RESOURCE_EXHAUSTED.
   * Default 2,000: all of 1,000 open calls given up twice a second.
   */
  maxCancelsPerSecond: number;
  /** Calls that a peer may have refused because it broke a rule (bad documents, limits); the same. Default 1,000: honest peers have none. */
  maxRefusalsPerSecond: number;
  /** Frames of a peer that do no work for a call: pings, tiny credits, late ones; the same. Default 5,000. */
  maxControlFramesPerSecond: number;
}

/** What holds where `limits` says nothing. */
export const defaultLimits: Readonly<Limits> = Object.freeze({
  maxMessageBytes: 4 * 1024 * 1024,
  maxMetadataBytes: 16 * 1024,
  maxDepth: 64,
  maxElements: 1_000_000,
  maxCalls: 1_000,
  maxMethods: 1_024,
  maxQueuedCalls: 100_000,
  maxQueuedBytes: 64 * 1024 * 1024,
  maxCancelsPerSecond: 2_000,
  maxRefusalsPerSecond: 1_000,
  maxControlFramesPerSecond: 5_000,
});

/** Completes and checks limits. TypeError for what is no positive whole number, and for names that are none of ours. */
export function completeLimits(given: Partial<Limits> | undefined): Limits {
  const limits: Limits = { ...defaultLimits };
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!Object.hasOwn(defaultLimits, name)) throw new TypeError(`unknown limit ${JSON.stringify(name)}`);
    if (value === undefined) continue;
    const least = name === "maxMessageBytes" ? 64 : 1;
    const most = name === "maxMethods" ? 0xffff : 2 ** 31 - 1;
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new TypeError(`limits.${name} must be a whole number from ${least} to ${most}, not ${String(value)}`);
    }
    limits[name as keyof Limits] = value;
  }
  return limits;
}

/** How many of the calls may be streams: unary calls always find room. */
export function maxStreamsOf({ maxCalls }: Pick<Limits, "maxCalls">): number {
  return Math.max(1, Math.floor(maxCalls * 0.75));
}

export interface Keepalive {
  /** Silence after which a ping is sent, in milliseconds. */
  idleMs: number;
  /** How long the peer may take to show a sign of life, in milliseconds. */
  timeoutMs: number;
}

/** All that a connection is set up with. Client and server make it from their options. */
export interface ConnectionSettings {
  readonly limits: Limits;
  /** How many of `maxCalls` may be streams: three quarters. */
  readonly maxStreams: number;
  /** Messages above this travel in pieces of this size, so that small calls pass between them. 64 KiB. */
  readonly fragmentBytes: number;
  /** What a peer may have under way in one stream before it was consumed. 256 KiB. */
  readonly streamWindowBytes: number;
  /** The same for the whole connection. 16 MiB. */
  readonly connectionWindowBytes: number;
  /** Bytes that wait for the kernel above which streams and fragments pause. 256 KiB. */
  readonly outputHighWaterBytes: number;
  readonly handshakeTimeoutMs: number;
  /** How long waiting output may make no progress at all before the peer counts as dead. 30 s. */
  readonly writeStallMs: number;
  readonly keepalive: Keepalive | undefined;
}

export const fragmentBytes: number = 64 * 1024;
export const streamWindowBytes: number = 256 * 1024;
export const connectionWindowBytes: number = 16 * 1024 * 1024;
export const outputHighWaterBytes: number = 256 * 1024;
export const writeStallMs: number = 30_000;

/** What a message costs beside its bytes: a million empty messages cannot sit in memory for nothing. */
export const messageOverheadBytes = 64;
/** What a one-way call costs beside its bytes until its handler has ended. */
export const oneWayOverheadBytes = 256;
/** Messages under way in fragments at a time, each way. */
export const maxFragmentedMessages = 8;
/** Control replies that may wait for a peer that does not read; above it the connection ends. */
export const maxQueuedControlFrames = 1_024;

/** A failure document and its fault's data may take this, however small the fragments are. */
export const leastFailureBytes: number = 12 * 1024;

/**
 * The largest frame an end accepts: a fragment or small message or failure, the name, and both metadata documents with room to refuse
 * a call for them.
 */
export function maxFrameBytesOf(
  settings: Pick<ConnectionSettings, "fragmentBytes"> & { limits: Pick<Limits, "maxMetadataBytes"> },
): number {
  return Math.min(settings.fragmentBytes + 4 * settings.limits.maxMetadataBytes + 16 * 1024, 0xffffffff);
}
