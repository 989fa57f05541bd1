/**
 * The handshake's documents: written from settings, read with suspicion. PROTOCOL.md: "Handshake".
 *
 * Unknown fields are ignored, missing ones have the defaults of version 1: a peer in another language need not send what it does
 * not limit. Numbers are clamped to what this side can use, never trusted as sizes.
 */

import { decodePlainDocument, encodePlainDocument } from "../bson/plain-document.ts";
import { RpcError, withFacts } from "../errors/rpc-error.ts";
import {
  type ConnectionSettings,
  connectionWindowBytes,
  defaultLimits,
  fragmentBytes,
  type Keepalive,
  maxStreamsOf,
  streamWindowBytes,
} from "./limits.ts";
import type { PeerSettings } from "./peer-settings.ts";

/** The versions of the protocol that this side speaks. */
export const versions = Object.freeze({ min: 1, max: 1 });

/** Features that a client may offer; the server echoes those it has, and the client refuses others. None are defined yet. */
export const offeredFeatures: readonly string[] = Object.freeze([]);

export interface Hello {
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly peer: PeerSettings;
  readonly keepalive: Keepalive | undefined;
  readonly features: readonly string[];
  readonly credentials: unknown;
}

/** What a peer tells that was given no limits of its own. One object for all of them: a connection that rests would hold its copy. */
const usualPeer: PeerSettings = Object.freeze({
  maxMessageBytes: defaultLimits.maxMessageBytes,
  maxMetadataBytes: defaultLimits.maxMetadataBytes,
  maxCalls: defaultLimits.maxCalls,
  maxStreams: maxStreamsOf(defaultLimits),
  maxMethods: defaultLimits.maxMethods,
  fragmentBytes,
  streamWindowBytes,
  connectionWindowBytes,
});

const isUsual = (peer: PeerSettings): boolean =>
  (Object.keys(usualPeer) as (keyof PeerSettings)[]).every((name) => peer[name] === usualPeer[name]);

/** What is told to the other side. A server tells the one version it chose. */
export function encodeHello(
  settings: ConnectionSettings,
  more: { version?: number; features: readonly string[]; credentials?: unknown },
): Buffer {
  const { limits, keepalive } = settings;
  return encodePlainDocument({
    versions: more.version === undefined ? [versions.min, versions.max] : [more.version, more.version],
    limits: {
      maxMessageBytes: limits.maxMessageBytes,
      maxMetadataBytes: limits.maxMetadataBytes,
      maxCalls: limits.maxCalls,
      maxStreams: settings.maxStreams,
      maxMethods: limits.maxMethods,
      fragmentBytes: settings.fragmentBytes,
      streamWindowBytes: settings.streamWindowBytes,
      connectionWindowBytes: settings.connectionWindowBytes,
    },
    ...(keepalive === undefined ? {} : { keepalive: { idleMs: keepalive.idleMs, timeoutMs: keepalive.timeoutMs } }),
    features: [...more.features],
    ...(more.credentials === undefined ? {} : { credentials: more.credentials }),
  });
}

/** Throws an RpcError (INVALID_ARGUMENT) for what is no hello. */
export function decodeHello(buffer: Buffer, view: DataView, start: number, end: number): Hello {
  let document: Record<string, unknown>;
  try {
    document = decodePlainDocument(buffer, view, start, end);
  } catch (cause) {
    throw refusal("the hello is no valid document", cause);
  }
  const range = Array.isArray(document.versions) ? document.versions : [];
  const minVersion = range[0];
  const maxVersion = range[1] ?? minVersion;
  if (!Number.isInteger(minVersion) || !Number.isInteger(maxVersion)) throw refusal("the hello names no versions");
  const limits = record(document.limits);
  const keepalive = record(document.keepalive);
  const peer: PeerSettings = {
    maxMessageBytes: whole(limits.maxMessageBytes, defaultLimits.maxMessageBytes, 64, 2 ** 31 - 1),
    maxMetadataBytes: whole(limits.maxMetadataBytes, defaultLimits.maxMetadataBytes, 0, 2 ** 24),
    maxCalls: whole(limits.maxCalls, defaultLimits.maxCalls, 0, 2 ** 31 - 1),
    maxStreams: whole(limits.maxStreams, whole(limits.maxCalls, defaultLimits.maxCalls, 0, 2 ** 31 - 1), 0, 2 ** 31 - 1),
    maxMethods: whole(limits.maxMethods, defaultLimits.maxMethods, 0, 0xffff),
    fragmentBytes: whole(limits.fragmentBytes, fragmentBytes, 1_024, fragmentBytes),
    streamWindowBytes: whole(limits.streamWindowBytes, streamWindowBytes, 1_024, 2 ** 31 - 1),
    connectionWindowBytes: whole(limits.connectionWindowBytes, connectionWindowBytes, 1_024, 2 ** 31 - 1),
  };
  const features = Array.isArray(document.features) ? document.features : [];
  return {
    minVersion,
    maxVersion,
    peer: isUsual(peer) ? usualPeer : peer,
    keepalive: Object.hasOwn(document, "keepalive")
      ? {
          idleMs: whole(keepalive.idleMs, 30_000, 10, 2 ** 31 - 1),
          timeoutMs: whole(keepalive.timeoutMs, 10_000, 10, 2 ** 31 - 1),
        }
      : undefined,
    features: features.filter((feature) => typeof feature === "string"),
    credentials: document.credentials,
  };
}

/** The highest version that both speak, or undefined. */
export function commonVersion(hello: Hello): number | undefined {
  const version = Math.min(hello.maxVersion, versions.max);
  return version >= Math.max(hello.minVersion, versions.min) ? version : undefined;
}

/** "1", or "1 to 3". */
export function versionText(min: number, max: number): string {
  return min === max ? String(min) : `${min} to ${max}`;
}

/** What a peer's offer counts at most: a stranger must not turn off how it is found dead. */
const longestOffer: Keepalive = { idleMs: 600_000, timeoutMs: 60_000 };

/** Keepalive of both: the larger offer wins, so that neither is pinged more often than it wants; off on one side is off for that side alone. */
export function agreeKeepalive(own: Keepalive | undefined, peers: Keepalive | undefined): Keepalive | undefined {
  if (own === undefined) return undefined;
  if (peers === undefined) return own;
  const agreed = {
    idleMs: Math.max(own.idleMs, Math.min(peers.idleMs, longestOffer.idleMs)),
    timeoutMs: Math.max(own.timeoutMs, Math.min(peers.timeoutMs, longestOffer.timeoutMs)),
  };
  return agreed.idleMs === own.idleMs && agreed.timeoutMs === own.timeoutMs ? own : agreed;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function whole(value: unknown, absent: number, least: number, most: number): number {
  const number = typeof value === "bigint" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) return absent;
  return Math.min(most, Math.max(least, Math.trunc(number)));
}

function refusal(message: string, cause?: unknown): RpcError {
  return withFacts(new RpcError({ code: "INVALID_ARGUMENT", message, cause }), { scope: "connection", executed: "no" });
}
