/** Credentials and who checks them: once a connection, in as many rounds as the server wants. */

import { createHmac } from "node:crypto";
import { type CallContext, Challenge, type Peer, RpcError } from "taut";
import { describe, expect, it } from "vitest";
import { empty, failureOf, scene } from "./contract.ts";

/** Answers the caller's identity as its text. */
const whoami = {
  echo: (request: object, { peer }: CallContext) => ({ ...request, text: JSON.stringify(peer.identity ?? null) }),
};

describe("credentials", () => {
  it.each([
    ["at once", () => ({ token: "t" }), (credentials: unknown) => credentials],
    ["later", async () => ({ token: "t" }), async (credentials: unknown) => credentials],
  ])("given %s are the peer's identity, asked for once a connection", async (_when, credentials, authenticate) => {
    let asked = 0;
    let peerSeen: Peer | undefined;
    const { client } = scene(whoami, {
      channel: {
        credentials: () => {
          asked += 1;
          return credentials();
        },
      },
      server: {
        authenticate: (given, peer) => {
          peerSeen = peer;
          return authenticate(given);
        },
      },
    });
    for (let at = 0; at < 3; at += 1) expect((await client.echo({ body: empty })).text).toBe('{"token":"t"}');
    expect(asked).toBe(1);
    expect(peerSeen).toMatchObject({ transport: "memory", address: expect.any(String) });
  });

  it("are not needed where nobody checks, and undefined where there are none", async () => {
    const seen: unknown[] = [];
    const { client } = scene(whoami, { channel: { credentials: () => "unused" } });
    expect((await client.echo({ body: empty })).text).toBe("null");
    const without = scene(whoami, { server: { authenticate: (given) => void seen.push(given) } });
    expect((await without.client.echo({ body: empty })).text).toBe("null");
    expect(seen).toEqual([undefined]);
  });

  it("are proved in several rounds: challenge and response", async () => {
    const secret = "of both";
    const proof = (nonce: string): string => createHmac("sha256", secret).update(nonce).digest("hex");
    const rounds: unknown[] = [];
    const { client } = scene(whoami, {
      channel: { credentials: async (challenge?: unknown) => (challenge === undefined ? "ann" : proof(String(challenge))) },
      server: {
        authenticate: async (given) => {
          rounds.push(given);
          if (rounds.length === 1) return new Challenge("first");
          if (rounds.length === 2) {
            if (given !== proof("first")) throw new RpcError({ code: "UNAUTHENTICATED", message: "wrong proof" });
            return new Challenge("second");
          }
          if (given !== proof("second")) throw new RpcError({ code: "UNAUTHENTICATED", message: "wrong proof" });
          return { user: rounds[0] };
        },
      },
    });
    expect((await client.echo({ body: empty })).text).toBe('{"user":"ann"}');
    expect(rounds).toEqual(["ann", proof("first"), proof("second")]);
  });
});

describe("a refusal", () => {
  it.each([
    ["an RpcError", new RpcError({ code: "UNAUTHENTICATED", message: "unknown token" }), "UNAUTHENTICATED", "unknown token"],
    ["one of another code", new RpcError({ code: "PERMISSION_DENIED", message: "blocked" }), "PERMISSION_DENIED", "blocked"],
    ["anything else", new Error("secret /etc/path"), "UNAUTHENTICATED", undefined],
  ])("by %s fails the calls that wait, and runs nothing", async (_what, thrown, code, text) => {
    for (const authenticate of [
      () => {
        throw thrown;
      },
      () => Promise.reject(thrown),
    ]) {
      const { client, channel, server } = scene(whoami, { server: { authenticate } });
      const error = await failureOf(client.echo({ body: empty }));
      expect(error).toMatchObject({ code, executed: "no", scope: "connection", origin: "remote" });
      if (text !== undefined) expect(error.message).toContain(text);
      expect(error.message).not.toContain("secret");
      expect(channel.state).toBe("unavailable");
      expect(server.stats().started).toBe(0);
    }
  });

  it("is no reason to knock again while nobody calls", async () => {
    const { client, channel, clock } = scene(whoami, {
      server: {
        authenticate: () => {
          throw new RpcError({ code: "UNAUTHENTICATED", message: "no" });
        },
      },
    });
    await failureOf(client.echo({ body: empty }));
    await clock.advance(60_000);
    expect(channel.wire.attempts).toBe(1);
  });

  it("comes from credentials that throw as well", async () => {
    const { client } = scene(whoami, {
      channel: {
        credentials: () => {
          throw new RpcError({ code: "UNAUTHENTICATED", message: "no token at hand" });
        },
      },
      server: { authenticate: (given) => given },
    });
    const error = await failureOf(client.echo({ body: empty }));
    expect(error).toMatchObject({ code: "UNAUTHENTICATED", executed: "no", origin: "local" });
    expect(error.message).toContain("no token at hand");
  });

  it("is the handshake's time running out when nobody answers", async () => {
    const { client, clock } = scene(whoami, {
      server: { authenticate: () => new Promise(() => {}), handshakeTimeoutMs: 1_000 },
    });
    const failing = failureOf(client.echo({ body: empty }));
    await clock.advance(1_100);
    expect(await failing).toMatchObject({
      executed: "no",
      scope: "connection",
      message: expect.stringContaining("no handshake within handshakeTimeoutMs 1000: authenticate has not answered"),
    });
  });

  it("is the time to connect running out when credentials do not answer", async () => {
    const { client, clock } = scene(whoami, { channel: { credentials: () => new Promise(() => {}), connectTimeoutMs: 500 } });
    const failing = failureOf(client.echo({ body: empty }));
    await clock.advance(510);
    expect(await failing).toMatchObject({
      code: "UNAVAILABLE",
      executed: "no",
      message: "no handshake within connectTimeoutMs: credentials has not answered",
    });
  });

  it("is RESOURCE_EXHAUSTED for credentials that make no frame, and for a challenge: each side finds its own", async () => {
    const large = "x".repeat(1_000_000);
    const text = (what: string) => new RegExp(`${what} make a handshake frame of 1000\\d+ bytes, more than 147456`);
    const credentials = scene(whoami, { channel: { credentials: () => large } });
    const error = await failureOf(credentials.client.echo({ body: empty }));
    expect(error).toMatchObject({ code: "RESOURCE_EXHAUSTED", executed: "no", origin: "local", scope: "connection" });
    expect(error.message).toMatch(text("the credentials"));
    const challenge = scene(whoami, {
      channel: { credentials: () => "a" },
      server: { authenticate: () => new Challenge(large) },
    });
    const refused = await failureOf(challenge.client.echo({ body: empty }));
    expect(refused).toMatchObject({ code: "RESOURCE_EXHAUSTED", executed: "no", origin: "remote" });
    expect(refused.message).toMatch(text("the challenge"));
  });
});
