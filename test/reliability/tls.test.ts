/** TLS and client certificates: who is let in, what each refusal says, what handlers see, certificates that are renewed, the wrong peer. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { type Channel, type ChannelOptions, connect, createServer, type Server, type ServerOptions } from "taut";
import { afterEach, describe, expect, it } from "vitest";
import { eventually, failureOf, PlainClient, PlainService, plainHandler } from "../support/plain-service.ts";
import { RawPeer } from "../support/raw-peer.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const pem = (name: string): string => readFileSync(new URL(`../support/certificates/${name}`, import.meta.url), "utf8");
const identity = (name: string): { cert: string; key: string } => ({ cert: pem(`${name}.pem`), key: pem(`${name}.key`) });
const ca = pem("ca.pem");

interface Serving {
  readonly server: Server;
  readonly url: string;
  readonly port: number;
  readonly errors: { error: Error; where: object }[];
}

async function serve(options: ServerOptions, address = "127.0.0.1:0"): Promise<Serving> {
  const errors: Serving["errors"] = [];
  const server = createServer({ onError: (error, where) => errors.push({ error: error as Error, where }), ...options }).add(
    PlainService,
    plainHandler().handler,
  );
  stops.push(() => server.close());
  const { url, port = 0 } = await server.listen(address);
  return { server, url, port, errors };
}

function open(url: string, options?: ChannelOptions): { channel: Channel; client: PlainClient } {
  const channel = connect(url, options);
  stops.push(() => channel.close());
  return { channel, client: new PlainClient(channel) };
}

describe("CN-17 TLS", () => {
  it("lets in who trusts the server's authority, at the name that its certificate is for", async () => {
    const { url, port } = await serve({ tls: identity("server") });
    expect(url).toBe(`tls://127.0.0.1:${port}`);
    for (const target of [url, `127.0.0.1:${port}`, `tls://localhost:${port}`, `dns:///localhost:${port}`]) {
      const { client } = open(target, { tls: { ca } });
      expect(await client.unary("peer")).toMatchObject({ transport: "tls", subject: "" });
    }
  });

  it.each([
    ["another authority", "server", { ca: pem("stranger-ca.pem") }, /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT/],
    ["another host name", "other-name", { ca }, /for another host name \(ERR_TLS_CERT_ALTNAME_INVALID\)/],
    ["an expired certificate", "expired", { ca }, /has expired \(CERT_HAS_EXPIRED\)/],
  ])("refuses a server with %s, saying so", async (_name, server, client, reason) => {
    const { url } = await serve({ tls: identity(server) });
    const began = performance.now();
    const error = await failureOf(open(url, { tls: client }).client.echo());
    expect(error).toMatchObject({ code: "UNAVAILABLE", scope: "connection", executed: "no" });
    expect(error.message).toMatch(reason);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it.each([
    ["no certificate", {}, /asks for a client certificate \(ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED\)/],
    [
      "a stranger's certificate",
      identity("stranger"),
      /does not trust the client certificate|may not accept this client's certificate/,
    ],
  ])("refuses a client with %s, saying so at both ends", async (_name, shown, reason) => {
    const { url, server, errors } = await serve({
      tls: { ...identity("server"), ca, requestCert: true, rejectUnauthorized: true },
    });
    const error = await failureOf(open(url, { tls: { ca, ...shown } }).client.echo());
    expect(error).toMatchObject({ code: "UNAVAILABLE", scope: "connection" });
    expect(error.message).toMatch(reason);
    await eventually(() => errors.length > 0, "the server's hook is told");
    expect(errors[0]?.where).toMatchObject({ where: "tls handshake", peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) });
    expect(server.stats()).toMatchObject({ started: 0 });
  });

  it("shows handlers and authenticate the client's certificate", async () => {
    const { url } = await serve({
      tls: { ...identity("server"), ca, requestCert: true, rejectUnauthorized: true },
      authenticate: (_credentials, peer) => ({ name: (peer.certificate as tls.PeerCertificate).subject.CN }),
    });
    const { client } = open(url, { tls: { ca, ...identity("client") } });
    expect(await client.unary("peer")).toMatchObject({
      transport: "tls",
      subject: "orders-service",
      identity: { name: "orders-service" },
    });
  });

  it("says what is wrong with options that node:tls refuses", async () => {
    const { url } = await serve({ tls: identity("server") });
    const { client } = open(url, { tls: { ca, cert: "none", key: "none" } });
    const error = await failureOf(client.echo());
    expect(error).toMatchObject({ code: "UNAVAILABLE", executed: "no", scope: "connection" });
    expect(error.message).toMatch(/^cannot connect to tls:.*PEM/);
  });

  it("takes renewed certificates without a restart: new connections get them, those that stand go on", async () => {
    const { url, server } = await serve({ tls: identity("server") });
    const old = open(url, { tls: { ca } });
    await old.client.echo();
    const before = await shownAt(url);
    server.setTls(identity("renewed"));
    const after = await shownAt(url);
    expect(after).not.toBe(before);
    expect(await old.client.echo({ a: 1 })).toEqual({ a: 1 });
    expect(await open(url, { tls: { ca } }).client.echo({ b: 2 })).toEqual({ b: 2 });
    // A certificate that is none changes nothing.
    expect(() => server.setTls({ cert: "none", key: "none" })).toThrow(/^setTls\(\) needs node:tls options: /);
    expect(await shownAt(url)).toBe(after);
  });

  it("works over a unix socket where the options say so", async () => {
    const folder = mkdtempSync(join(tmpdir(), "taut-"));
    stops.push(() => rmSync(folder, { recursive: true, force: true }));
    const { url } = await serve({ tls: identity("server") }, `unix://${folder}/s`);
    expect(await open(url, { tls: { ca } }).client.unary("peer")).toMatchObject({ transport: "tls" });
    expect(await failureOf(open(url).client.echo({}, { timeoutMs: 5_000 }))).toMatchObject({ code: "UNAVAILABLE" });
  });
});

describe("the wrong peer", () => {
  it("EN-3 plain at a TLS port fails with a hint, and the server's hook has the address", async () => {
    const { port, errors } = await serve({ tls: identity("server") });
    const error = await failureOf(open(`127.0.0.1:${port}`).client.echo());
    expect(error).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
    expect(error.message).toMatch(/it may expect TLS \(tls:\/\/\)|look like TLS.*tls:\/\//);
    await eventually(() => errors.length > 0, "the hook is told");
    expect(errors[0]?.where).toMatchObject({ where: "tls handshake", peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) });
  });

  it("EN-2 TLS at a plain port fails at once at the client, three hundred times, and leaves nothing at the server", async () => {
    const { server, port, errors } = await serve({});
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(
        Array.from({ length: 30 }, async () => {
          const channel = connect(`tls://127.0.0.1:${port}`, { tls: { ca } });
          const error = await failureOf(new PlainClient(channel).echo());
          expect(error).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
          await channel.close();
        }),
      );
    }
    await eventually(() => server.stats().connections === 0, "all are gone");
    expect(errors[0]?.error.message).toMatch(/look like TLS/);
    expect(errors.length).toBeLessThanOrEqual(300);
  });

  it("SL-1 SL-7 silence at a TLS port is closed in time, and only so many are waited for", async () => {
    const { port, server } = await serve({ tls: identity("server"), handshakeTimeoutMs: 500, maxHandshakes: 20 });
    const peers: RawPeer[] = [];
    for (let i = 0; i < 60; i += 1) peers.push(await RawPeer.connect(port));
    await eventually(() => peers.filter(({ isClosed }) => isClosed).length >= 40, "the oldest are closed");
    expect(await open(`tls://127.0.0.1:${port}`, { tls: { ca } }).client.echo({ a: 1 })).toEqual({ a: 1 });
    await Promise.all(peers.map((peer) => peer.expectClose(undefined, 10_000)));
    for (const peer of peers) peer.destroy();
    await eventually(() => server.stats().connections === 1, "the honest one is left");
  });

  it("a server that closes ends TLS handshakes that are under way", async () => {
    const { port, server } = await serve({ tls: identity("server"), handshakeTimeoutMs: 600_000 });
    const peer = await RawPeer.connect(port);
    await server.close();
    await peer.expectClose();
    peer.destroy();
  });

  it("TLS handshakes over a unix socket are bounded and ended like any others", async () => {
    const folder = mkdtempSync(join(tmpdir(), "taut-"));
    stops.push(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "tls.sock");
    const { server } = await serve({ tls: identity("server"), handshakeTimeoutMs: 600_000, maxHandshakes: 3 });
    const { url } = await server.listen(`unix://${path}`);
    const { client } = open(url, { tls: { ca, servername: "localhost" } });
    expect(await client.echo({ a: 1 })).toEqual({ a: 1 });
    let closed = 0;
    const strangers = Array.from({ length: 8 }, () =>
      net
        .connect(path)
        .on("close", () => (closed += 1))
        .on("error", () => {}),
    );
    await eventually(() => closed === 5, "the oldest are closed");
    // Whoever has got through is no handshake any more.
    expect(await client.echo({ a: 2 })).toEqual({ a: 2 });
    await server.close();
    await eventually(() => closed === strangers.length, "the others end with the server");
  });
});

/** The serial number of the certificate that a server shows now. */
function shownAt(url: string): Promise<string> {
  const port = Number(new URL(url).port);
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ port, host: "127.0.0.1", ca }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on("error", reject);
  });
}
