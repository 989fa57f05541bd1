/**
 * Who we are, what we can, and what both hold each other to: once a connection. PROTOCOL.md: "Handshake".
 *
 *     client                                server
 *       | magic, hello (credentials)  ---->  |  authenticate
 *       |                    (auth: challenge) <---- zero or more rounds
 *       | (auth: answer)  ---------------->  |
 *       |  <--------------------  magic, hello |
 *
 * One timer covers it, on both sides. The client refuses features that it did not offer. User code (credentials, authenticate) may
 * take its time and may throw: what it throws ends the connection, with its code if it is an RpcError.
 */

import { decodePlainDocument, encodePlainDocument } from "../bson/plain-document.ts";
import { isRpcError, RpcError, withFacts } from "../errors/rpc-error.ts";
import type { Clock, Timer } from "../time/clock.ts";
import { FrameKind } from "../wire/frame.ts";
import {
  agreeKeepalive,
  commonVersion,
  decodeHello,
  encodeHello,
  type Hello,
  offeredFeatures,
  versions,
  versionText,
} from "./hello.ts";
import { type ConnectionSettings, defaultLimits, fragmentBytes, type Keepalive, maxFrameBytesOf } from "./limits.ts";
import type { PeerSettings } from "./peer-settings.ts";

/**
 * How a server asks for another round: `authenticate` answers one, the client's `credentials` is called again with its data, and
 * `authenticate` with what that answers. After 8 rounds the client is refused with UNAUTHENTICATED.
 */
export class Challenge {
  /** Any value that the `unknown` type of a schema carries. */
  readonly data: unknown;
  constructor(data: unknown) {
    this.data = data;
  }
}

export type HandshakeRole =
  | {
      readonly side: "client";
      /** What to show the server; called again with its challenge for each further round. May be a promise. */
      credentials?(challenge?: unknown): unknown;
    }
  | {
      readonly side: "server";
      /** Throws where there is no room for another peer: before credentials are looked at, and again when that has taken its time. */
      admit?(): void;
      /** Answers the identity, a Challenge for another round, or throws. May be a promise. */
      authenticate?(credentials: unknown): unknown;
    };

export interface Agreed {
  readonly peer: PeerSettings;
  readonly keepalive: Keepalive | undefined;
  readonly identity: unknown;
}

interface HandshakeOwner {
  send(kind: number, body: Buffer): void;
  agreed(agreed: Agreed): void;
  failed(error: RpcError): void;
}

/** Rounds of challenge and answer before a peer is given up. */
const maxRounds = 8;

/** What all take by default: the peer's limits are not known yet. Whoever has raised this end's has presumably raised the peer's. */
const leastHandshakeBytes = maxFrameBytesOf({ fragmentBytes, limits: defaultLimits });

export class Handshake {
  readonly #role: HandshakeRole;
  readonly #settings: ConnectionSettings;
  readonly #owner: HandshakeOwner;
  readonly #timer: Timer;
  /** User code is at work: whatever the peer sends meanwhile is out of turn. */
  #busy = false;
  #over = false;
  #rounds = 0;
  #peerHello: Hello | undefined;
  /** The one that was chosen. */
  #version: number = versions.max;

  constructor(role: HandshakeRole, settings: ConnectionSettings, clock: Clock, owner: HandshakeOwner) {
    this.#role = role;
    this.#settings = settings;
    this.#owner = owner;
    this.#timer = clock.startTimer(() => this.#late(), settings.handshakeTimeoutMs, false);
  }

  #late(): void {
    const isServer = this.#role.side === "server";
    // A client's handshake has what is left of the time to connect.
    const limit = isServer ? `handshakeTimeoutMs ${this.#settings.handshakeTimeoutMs}` : "connectTimeoutMs";
    const ownCode = isServer ? "authenticate" : "credentials";
    const who = this.#busy ? `${ownCode} has not answered` : "the peer has not answered";
    this.#fail(refusal("UNAVAILABLE", `no handshake within ${limit}: ${who}`));
  }

  start(): void {
    const role = this.#role;
    if (role.side === "server") return;
    this.#run(
      () => role.credentials?.(),
      (credentials) =>
        this.#send(FrameKind.hello, encodeHello(this.#settings, { features: offeredFeatures, credentials }), "the credentials"),
    );
  }

  stop(): void {
    this.#over = true;
    this.#timer.cancel();
  }

  receive(kind: number, buffer: Buffer, view: DataView, start: number, end: number): void {
    if (this.#busy) return this.#fail(refusal("INVALID_ARGUMENT", "handshake frame out of turn"));
    try {
      if (kind === FrameKind.hello) this.#receiveHello(decodeHello(buffer, view, start, end));
      else this.#receiveAuth(decodePlainDocument(buffer, view, start, end));
    } catch (error) {
      this.#fail(isRpcError(error) ? error : refusal("INVALID_ARGUMENT", "auth is no valid document", error));
    }
  }

  #receiveHello(hello: Hello): void {
    if (this.#peerHello !== undefined) return this.#fail(refusal("INVALID_ARGUMENT", "a second hello"));
    const version = commonVersion(hello);
    if (version === undefined) {
      const ours = versionText(versions.min, versions.max);
      const theirs = versionText(hello.minVersion, hello.maxVersion);
      return this.#fail(
        refusal("FAILED_PRECONDITION", `protocol versions do not meet: this side speaks taut/${ours}, the peer taut/${theirs}`),
      );
    }
    this.#peerHello = hello;
    this.#version = version;
    if (this.#role.side === "server") return this.#authenticate(hello.credentials);
    const unknown = hello.features.filter((feature) => !offeredFeatures.includes(feature));
    if (unknown.length > 0)
      return this.#fail(
        refusal(
          "FAILED_PRECONDITION",
          `the server uses features that were not offered: ${JSON.stringify(unknown).slice(0, 200)}`,
        ),
      );
    this.#agree(undefined);
  }

  #receiveAuth(document: Record<string, unknown>): void {
    this.#rounds += 1;
    if (this.#rounds > maxRounds) return this.#fail(refusal("UNAUTHENTICATED", `no agreement after ${maxRounds} rounds`));
    const role = this.#role;
    if (role.side === "server") {
      if (this.#peerHello === undefined) return this.#fail(refusal("INVALID_ARGUMENT", "auth before hello"));
      return this.#authenticate(document.answer);
    }
    if (role.credentials === undefined)
      return this.#fail(refusal("UNAUTHENTICATED", "the server asks for credentials; connect() was given none"));
    this.#run(
      () => role.credentials?.(document.challenge),
      (answer) => this.#send(FrameKind.auth, encodePlainDocument({ answer: answer ?? null }), "the credentials"),
    );
  }

  #authenticate(credentials: unknown): void {
    const role = this.#role;
    if (role.side !== "server") return;
    this.#run(
      () => {
        role.admit?.();
        return role.authenticate?.(credentials);
      },
      (answer) => {
        if (answer instanceof Challenge)
          return this.#send(FrameKind.auth, encodePlainDocument({ challenge: answer.data ?? null }), "the challenge");
        role.admit?.();
        this.#owner.send(FrameKind.hello, encodeHello(this.#settings, { version: this.#version, features: [] }));
        this.#agree(answer);
      },
    );
  }

  #send(kind: number, body: Buffer, what: string): void {
    const most = Math.max(leastHandshakeBytes, maxFrameBytesOf(this.#settings));
    if (body.length > most) {
      const message = `${what} make a handshake frame of ${body.length} bytes, more than ${most}`;
      return this.#fail(refusal("RESOURCE_EXHAUSTED", message));
    }
    this.#owner.send(kind, body);
  }

  /** Runs user code, which may answer at once or later, and goes on unless the handshake has ended meanwhile. */
  #run(ask: () => unknown, then: (answer: unknown) => void): void {
    const goOn = (answer: unknown) => {
      this.#busy = false;
      if (this.#over) return;
      try {
        then(answer);
      } catch (error) {
        this.#fail(asRefusal(error));
      }
    };
    this.#busy = true;
    let answer: unknown;
    let isPending: boolean;
    try {
      answer = ask();
      // Whatever can be waited for is: a promise of another library's taken for an identity would let everybody in.
      isPending = isThenable(answer);
    } catch (error) {
      this.#busy = false;
      return this.#fail(asRefusal(error));
    }
    if (isPending) Promise.resolve(answer).then(goOn, (error: unknown) => this.#fail(asRefusal(error)));
    else goOn(answer);
  }

  #agree(identity: unknown): void {
    const hello = this.#peerHello as Hello;
    this.stop();
    this.#owner.agreed({ peer: hello.peer, keepalive: agreeKeepalive(this.#settings.keepalive, hello.keepalive), identity });
  }

  #fail(error: RpcError): void {
    if (this.#over) return;
    this.stop();
    this.#owner.failed(error);
  }
}

function refusal(code: RpcError["code"], message: string, cause?: unknown): RpcError {
  const error = new RpcError(cause === undefined ? { code, message } : { code, message, cause });
  return withFacts(error, { scope: "connection", executed: "no" });
}

/** What user code threw: its own RpcError as it is, anything else, the errors of other calls too, without its words. */
function asRefusal(error: unknown): RpcError {
  if (!isRpcError(error)) return refusal("UNAUTHENTICATED", "credentials could not be made or checked", error);
  if (error.origin === "remote" || error.method !== undefined) {
    return refusal("UNAVAILABLE", "credentials could not be made or checked", error);
  }
  return withFacts(error, { scope: "connection", executed: "no" });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}
