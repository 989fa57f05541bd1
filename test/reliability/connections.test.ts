/** The life of connections over real sockets: cases CN, except those of frames alone. */
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Channel, type ChannelOptions, connect, createServer, type Server, type ServerOptions } from "taut";
import { afterEach, describe, expect, it } from "vitest";
import { killScripts, startScript } from "../support/child-script.ts";
import { FaultProxy } from "../support/fault-proxy.ts";
import {
  collect,
  eventually,
  failureOf,
  PlainClient,
  type PlainHandler,
  PlainService,
  plainHandler,
} from "../support/plain-service.ts";
import { plainHello, RawPeer, RawServer } from "../support/raw-peer.ts";
import { encodeFrame, magicBytes } from "../support/wire-frames.ts";

const stops: (() => unknown)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  await killScripts();
});

interface Serving {
  readonly server: Server;
  readonly url: string;
  readonly port: number;
  readonly seen: PlainHandler;
  readonly errors: { error: unknown; where: object }[];
}

async function serve(options: ServerOptions = {}, address = "127.0.0.1:0"): Promise<Serving> {
  const seen = plainHandler();
  const errors: Serving["errors"] = [];
  const server = createServer({ onError: (error, where) => errors.push({ error, where }), ...options }).add(
    PlainService,
    seen.handler,
  );
  stops.push(() => server.close());
  const { url, port = 0 } = await server.listen(address);
  return { server, url, port, seen, errors };
}

function open(url: string | readonly string[], options?: ChannelOptions): { channel: Channel; client: PlainClient } {
  const channel = connect(url, options);
  stops.push(() => channel.close());
  return { channel, client: new PlainClient(channel) };
}

async function rawPeer(port: number): Promise<RawPeer> {
  const peer = await RawPeer.connect(port);
  stops.push(() => peer.destroy());
  return peer;
}

describe.each(["TCP", "a unix socket"])("CN-16 connections over %s", (way) => {
  function address(): string {
    if (way === "TCP") return "127.0.0.1:0";
    const folder = mkdtempSync(join(tmpdir(), "taut-"));
    stops.push(() => rmSync(folder, { recursive: true, force: true }));
    return `unix://${join(folder, "s")}`;
  }

  it("CN-1 are made anew when the server restarts at its address; what was in flight failed with UNAVAILABLE", async () => {
    const first = await serve({}, address());
    const { client } = open(first.url);
    await client.echo();
    const hanging = failureOf(client.hang());
    await eventually(() => first.server.stats().open === 1, "the call");
    await first.server.close();
    expect(await hanging).toMatchObject({ code: "UNAVAILABLE" });
    await serve({}, first.url);
    expect(await client.echo({ a: 1 }, { waitForReady: true, timeoutMs: 2_000 })).toEqual({ a: 1 });
  });

  it("CN-4 let open calls end when the server drains, refuse new ones as never executed, then close", async () => {
    const { server, url } = await serve({}, address());
    const { client, channel } = open(url);
    await client.echo();
    const slow = [1, 2, 3].map((i) => client.sleep({ i, ms: 300 }));
    await eventually(() => server.stats().open === 3, "the calls");
    const drained = server.drain();
    await eventually(() => channel.state !== "ready", "the word of the drain");
    expect(await failureOf(client.echo())).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
    expect((await Promise.all(slow)).map(({ i }) => i)).toEqual([1, 2, 3]);
    expect(await drained).toEqual({ finished: 3, cancelled: 0 });
    expect(server.stats().connections).toBe(0);
    expect(channel.stats().connections).toBe(0);
  });

  it("CN-5 end by force when the grace is over", async () => {
    const { server, url, seen } = await serve({}, address());
    const { client } = open(url);
    const hanging = failureOf(client.hang());
    await eventually(() => server.stats().open === 1, "the call");
    const began = performance.now();
    expect(await server.drain({ graceMs: 200 })).toEqual({ finished: 0, cancelled: 1 });
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(await hanging).toMatchObject({ code: "UNAVAILABLE" });
    await eventually(() => seen.endedBy.length === 1, "the handler's signal");
    expect(seen.endedBy).toEqual(["shutdown"]);
  });

  it("CN-7 close within a second where a hundred are idle", async () => {
    const { server, url } = await serve({}, address());
    const channels = Array.from({ length: 100 }, () => open(url));
    await Promise.all(channels.map(({ client }) => client.echo()));
    expect(server.stats().connections).toBe(100);
    const began = performance.now();
    await server.close();
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(server.stats().connections).toBe(0);
    await eventually(() => channels.every(({ channel }) => channel.state === "idle"), "the clients to notice");
  });

  it("CN-12 are closed by an idle server, without an error event; the next call opens another", async () => {
    const { server, url, errors } = await serve({ idleTimeoutMs: 200 }, address());
    const { client, channel } = open(url);
    await client.echo();
    await eventually(() => server.stats().connections === 0, "the idle connection to be closed", 1_000);
    await eventually(() => channel.state === "idle", "the client to know");
    expect(await client.echo({ a: 1 })).toEqual({ a: 1 });
    expect(errors).toEqual([]);
  });

  it("are asked to move on at maxConnectionAgeMs, and no call is lost by that", async () => {
    const { server, url } = await serve({ maxConnectionAgeMs: 100, maxConnectionAgeGraceMs: 5_000 }, address());
    const { client, channel } = open(url);
    const end = performance.now() + 700;
    const long = client.sleep({ ms: 400 });
    while (performance.now() < end) await Promise.all([client.echo(), client.echo(), client.sleep({ ms: 3 })]);
    expect(await long).toMatchObject({ ms: 400 });
    expect(channel.stats()).toMatchObject({ failed: 0, cancelled: 0 });
    await eventually(() => server.stats().connections <= 2, "old connections to close");
  });
});

describe("connections", () => {
  it("CN-2 to where nobody listens fail promptly with the address and the reason", async () => {
    const { server, port } = await serve();
    await server.close();
    const { client } = open(`127.0.0.1:${port}`);
    const began = performance.now();
    for (let i = 0; i < 10; i += 1) {
      const error = await failureOf(client.echo());
      expect(error).toMatchObject({ code: "UNAVAILABLE", executed: "no", scope: "connection" });
      expect(error.message).toContain(`127.0.0.1:${port}`);
      expect(error.message).toContain("ECONNREFUSED");
      expect(error.timings).toMatchObject({ connect: expect.any(Number) });
    }
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  it("CN-8 do not leak: two thousand clients that call once and leave", async () => {
    const { server, port } = await serve();
    const openFiles = (): number => process.getActiveResourcesInfo().filter((name) => name.includes("TCPSocket")).length;
    const before = openFiles();
    for (let round = 0; round < 40; round += 1) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, i) => {
          const socket = net.connect(port, "127.0.0.1", () => socket.write(Buffer.concat([magicBytes, encodeFrame(plainHello)])));
          socket.once("data", () => (i % 2 === 0 ? socket.end() : socket.resetAndDestroy()));
          socket.on("error", () => {});
          await new Promise((resolve) => socket.once("close", resolve));
        }),
      );
    }
    await eventually(() => server.stats().connections === 0 && openFiles() <= before, "everything to be closed");
    expect(server.stats()).toMatchObject({ open: 0, connections: 0 });
  });

  it("CN-9 that die with the server's process end every kind of call with UNAVAILABLE within a second", async () => {
    const script = startScript(`
      const server = createServer().add(plain, handler);
      console.log((await server.listen("127.0.0.1:0")).url);
    `);
    const { client } = open(await script.line());
    await client.echo();
    const endless = async function* () {
      yield {};
      await new Promise(() => {});
    };
    const calls = [
      client.hang(),
      client.hang(),
      client.sleep({ ms: 60_000 }, { timeoutMs: 60_000 }),
      collect(client.list({ ms: 60_000 })),
      collect(client.list({ ms: 60_000 })),
      client.sum(endless()),
      client.sum(endless()),
      collect(client.chat(endless())),
      collect(client.chat(endless())),
      client.unary("hang", {}, { idempotent: true }),
    ].map(failureOf);
    await client.echo();
    script.child.kill("SIGKILL");
    const began = performance.now();
    for (const call of calls) expect(await call).toMatchObject({ code: "UNAVAILABLE" });
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it("CN-10 whose path swallows everything are declared dead by both ends", async () => {
    const keepalive = { idleMs: 300, timeoutMs: 300 };
    const { server, port } = await serve({ keepalive });
    const proxy = await FaultProxy.start({ port });
    stops.push(() => proxy.close());
    const { client } = open(proxy.url, { keepalive });
    await client.echo();
    const hanging = failureOf(client.hang({ timeoutMs: 20_000 }));
    await eventually(() => server.stats().open === 1, "the call");
    proxy.set({ isBlackHole: true });
    const began = performance.now();
    expect(await hanging).toMatchObject({ code: "UNAVAILABLE", scope: "connection" });
    expect(performance.now() - began).toBeLessThan(10_000);
    await eventually(() => server.stats().connections === 0, "the server to notice", 10_000);
    proxy.heal();
    expect(await client.echo({ a: 1 })).toEqual({ a: 1 });
  });

  it("SL-4 whose peer vanished without a word are found by keepalive, and their resources freed", async () => {
    const { server, port, seen, errors } = await serve({ keepalive: { idleMs: 200, timeoutMs: 200 } });
    const proxy = await FaultProxy.start({ port });
    stops.push(() => proxy.close());
    const { client, channel } = open(proxy.url, { keepalive: { idleMs: 200, timeoutMs: 200 } });
    const hanging = failureOf(client.hang());
    await eventually(() => server.stats().open === 1, "the call");
    proxy.set({ isBlackHole: true });
    await eventually(() => server.stats().connections === 0, "the connection to be found dead", 1_500);
    expect(server.stats().open).toBe(0);
    expect(seen.endedBy).toEqual(["connection"]);
    expect(errors.map(({ error }) => (error as Error).message)).toEqual([expect.stringMatching(/no sign of life/)]);
    await channel.close();
    await hanging;
  });

  it("CN-13 accept a hello that comes a byte at a time", async () => {
    const { port } = await serve();
    const peer = await rawPeer(port);
    await peer.sendSlowly(Buffer.concat([magicBytes, encodeFrame(plainHello)]), 5);
    expect(await peer.expectFrame({ kind: "hello" })).toMatchObject({ message: { versions: [1, 1] } });
  });

  it("CN-14 with a peer of unknown versions end with an error that names both, on either side", async () => {
    const { port } = await serve();
    const peer = await rawPeer(port);
    peer.send(magicBytes);
    peer.sendFrame({ kind: "hello", message: { versions: [7, 9] } });
    const close = await peer.expectClose(/taut\/1\b.*taut\/7 to 9/);
    expect(close?.message).toMatchObject({ code: 9 });

    const raw = await RawServer.listen();
    stops.push(() => raw.close());
    const { client, channel } = open(raw.address);
    const failing = failureOf(client.echo());
    const stranger = await raw.accept();
    stranger.send(magicBytes);
    stranger.sendFrame({ kind: "hello", message: { versions: [7, 9] } });
    const error = await failing;
    expect(error.message).toMatch(/taut\/1\b.*taut\/7 to 9/);
    expect(error).toMatchObject({ code: "FAILED_PRECONDITION", executed: "no", scope: "connection" });
    stranger.destroy();
    await channel.close();
  });

  it("CN-15 that send nothing are closed after handshakeTimeoutMs, and only so many may be half open", async () => {
    const { server, port, errors } = await serve({ handshakeTimeoutMs: 200, maxHandshakes: 10 });
    const silent = await Promise.all(Array.from({ length: 30 }, () => rawPeer(port)));
    await eventually(() => server.stats().connections === 10, "the oldest to be closed");
    await silent[0]?.expectClose();
    await silent[29]?.expectClose();
    await eventually(() => server.stats().connections === 0, "all to be closed");
    const reasons = errors.map(({ error }) => String((error as Error).message));
    expect(reasons.filter((reason) => reason.includes("maxHandshakes 10")).length).toBe(20);
    expect(reasons.filter((reason) => reason.includes("handshakeTimeoutMs 200")).length).toBe(10);
    expect(errors[0]?.where).toMatchObject({ peer: expect.stringContaining("127.0.0.1:") });
  });

  it("above maxConnections are told so, by name", async () => {
    const { url, server } = await serve({ maxConnections: 2 });
    const channels = [open(url), open(url)];
    await Promise.all(channels.map(({ client }) => client.echo()));
    const { client } = open(url);
    const error = await failureOf(client.echo());
    expect(error).toMatchObject({ code: "UNAVAILABLE", scope: "connection", executed: "no" });
    expect(error.message).toContain("maxConnections 2");
    await channels[0]?.channel.close();
    await eventually(() => server.stats().connections <= 2, "room");
    expect(await client.echo({ a: 1 }, { waitForReady: true })).toEqual({ a: 1 });
  });

  it("above maxConnections are turned away too where all of them were being checked at once", async () => {
    let letIn: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      letIn = resolve;
    });
    const { server, port } = await serve({ maxConnections: 3, authenticate: () => gate });
    const peers: RawPeer[] = [];
    for (let i = 0; i < 10; i += 1) {
      const peer = await rawPeer(port);
      peer.send(magicBytes);
      peer.sendFrame(plainHello);
      peers.push(peer);
    }
    await eventually(() => server.stats().connections === 10, "all are being checked");
    letIn();
    await eventually(() => server.stats().connections === 3, "three are left");
    await eventually(() => peers.filter(({ isClosed }) => isClosed).length === 7, "seven were told");
    expect(peers.flatMap(({ pending }) => pending.filter(({ kind }) => kind === "close"))).toHaveLength(7);
  });

  it("CN-18 meet misuse with typed errors, or take it as harmless", async () => {
    const { server, port, url } = await serve();
    const other = createServer();
    const inUse = await failureOf(other.listen(`127.0.0.1:${port}`));
    expect(inUse).toMatchObject({ code: "UNAVAILABLE" });
    expect(inUse.message).toContain("EADDRINUSE");
    const second = await server.listen("127.0.0.1:0");
    expect(second.url).not.toBe(url);
    expect(await open(second.url).client.echo({ a: 1 })).toEqual({ a: 1 });
    await other.close();
    await other.close();
    expect(await failureOf(other.listen("127.0.0.1:0"))).toMatchObject({ code: "FAILED_PRECONDITION" });
    expect(await other.drain()).toEqual({ finished: 0, cancelled: 0 });
    await expect(server.listen("nonsense")).rejects.toBeInstanceOf(TypeError);
    await expect(server.listen("dns:///name:1")).rejects.toBeInstanceOf(TypeError);
    await Promise.all([server.close(), server.close(), server.drain()]);
  });

  it("to a stopped process time out, and go on when it goes on", async () => {
    const script = startScript(`
      const server = createServer().add(plain, handler);
      console.log((await server.listen("127.0.0.1:0")).url);
    `);
    const { client, channel } = open(await script.line(), { keepalive: { idleMs: 5_000, timeoutMs: 5_000 } });
    await client.echo();
    script.child.kill("SIGSTOP");
    const error = await failureOf(client.echo({}, { timeoutMs: 300 }));
    expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED", executed: "maybe" });
    expect(error.message).toMatch(/waiting for the server/);
    expect(error.timings?.server).toBeGreaterThan(250);
    script.child.kill("SIGCONT");
    expect(await client.echo({ a: 1 })).toEqual({ a: 1 });
    expect(channel.stats().connections).toBe(1);
    script.child.kill("SIGSTOP");
    const { client: strict } = open(channel === undefined ? "" : (script.lines[0] as string), { connectTimeoutMs: 300 });
    expect(await failureOf(strict.echo())).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
    script.child.kill("SIGCONT");
  });

  it("of a client that was stopped for longer than keepalive allows stand when it goes on", async () => {
    const { url, server } = await serve({ keepalive: false });
    const script = startScript(
      `
      const channel = connect(process.argv[2], { keepalive: { idleMs: 200, timeoutMs: 200 } });
      await call(channel, "echo");
      console.log("ready");
      setTimeout(async () => {
        await call(channel, "echo");
        await new Promise((resolve) => setTimeout(resolve, 600));
        console.log(JSON.stringify(channel.stats()));
        await channel.close();
      }, 700);
    `,
      [url],
    );
    await script.line();
    script.child.kill("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(server.stats().connections).toBe(1);
    script.child.kill("SIGCONT");
    expect(JSON.parse(await script.line())).toMatchObject({ failed: 0, succeeded: 2 });
    expect(await script.ended).toMatchObject({ code: 0 });
    expect(server.stats().started).toBe(2);
  });
});

describe("a process", () => {
  it("CN-3 ends by itself within a second of channel.close(), whose calls end with a typed error", async () => {
    const { url } = await serve();
    const script = startScript(
      `
      const channel = connect(process.argv[2]);
      const calls = ["hang", "hang", "hang"].map((name) => call(channel, name).catch(({ code }) => code));
      await call(channel, "echo");
      await channel.close();
      console.log((await Promise.all(calls)).join());
    `,
      [url],
    );
    expect(await script.line()).toBe("CANCELLED,CANCELLED,CANCELLED");
    const began = performance.now();
    expect(await script.ended).toMatchObject({ code: 0, stderr: "" });
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it("is not kept by an idle channel, connected or not", async () => {
    const { url } = await serve();
    const idle = startScript(`connect(process.argv[2]); console.log("done");`, [url]);
    const connected = startScript(`const channel = connect(process.argv[2]); await call(channel, "echo"); console.log("done");`, [
      url,
    ]);
    const failed = startScript(
      `const channel = connect("127.0.0.1:1"); await call(channel, "echo").catch(() => {}); console.log("done");`,
    );
    for (const script of [idle, connected, failed]) {
      expect(await script.line()).toBe("done");
      const began = performance.now();
      expect(await script.ended).toMatchObject({ code: 0, stderr: "" });
      expect(performance.now() - began).toBeLessThan(10_000);
    }
  });

  it("is kept by a call that waits for its server, until its deadline", async () => {
    const script = startScript(`
      const channel = connect("127.0.0.1:1");
      const error = await call(channel, "echo", {}, { waitForReady: true, timeoutMs: 700 }).catch((error) => error);
      console.log(error.code, Math.round(error.timings.queue / 100));
    `);
    const [code, hundreds] = (await script.line()).split(" ");
    expect(code).toBe("DEADLINE_EXCEEDED");
    expect(Number(hundreds)).toBeGreaterThanOrEqual(6);
    expect(await script.ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("that is told to end is not ready, waits, drains, closes, and ends", async () => {
    const script = startScript(`
      const server = createServer().add(plain, handler);
      const health = addHealth(server);
      console.log((await server.listen("127.0.0.1:0")).url);
      const report = await gracefulShutdown(server, { waitMs: 400 });
      console.log(JSON.stringify(report));
    `);
    const url = await script.line();
    const { client } = open(url);
    const { HealthClient } = await import("taut/health");
    const health = new HealthClient(open(url).channel);
    expect(await health.check({})).toEqual({ status: "SERVING" });
    const slow = client.sleep({ a: 1, ms: 1_000 });
    await client.echo();
    script.child.kill("SIGTERM");
    await eventually(async () => (await health.check({})).status === "NOT_SERVING", "readiness to be over", 300);
    // Calls are still taken while the word spreads, on new connections too.
    expect(await open(url).client.echo({ a: 1 })).toEqual({ a: 1 });
    expect(await slow).toMatchObject({ a: 1 });
    expect(JSON.parse(await script.line())).toEqual({ signal: "SIGTERM", finished: 1, cancelled: 0 });
    expect(await script.ended).toEqual({ code: 0, signal: null, stderr: "" });
    expect(await failureOf(client.echo())).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
  });

  it("that is told twice closes at once", async () => {
    const script = startScript(`
      const server = createServer().add(plain, handler);
      console.log((await server.listen("127.0.0.1:0")).url);
      const report = await gracefulShutdown(server);
      console.log(JSON.stringify(report));
    `);
    const { client } = open(await script.line());
    const hanging = failureOf(client.hang());
    await client.echo();
    script.child.kill("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 100));
    script.child.kill("SIGINT");
    expect(await hanging).toMatchObject({ code: "UNAVAILABLE" });
    expect(JSON.parse(await script.line())).toMatchObject({ signal: "SIGINT" });
    expect(await script.ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("SL-7 survives running out of descriptors, and serves again when there are some", async () => {
    const script = startScript(`
      import { execSync } from "node:child_process";
      execSync("prlimit --pid " + process.pid + " --nofile=60:60");
      const errors = new Set();
      const server = createServer({ onError: (error) => errors.add(error.code ?? error.message), handshakeTimeoutMs: 1000 }).add(plain, handler);
      console.log((await server.listen("127.0.0.1:0")).url);
      setTimeout(() => console.log(JSON.stringify([...errors])), 2500);
      setTimeout(() => {}, 60000);
    `);
    const url = await script.line();
    const port = Number(new URL(url.replace("tcp:", "http:")).port);
    const sockets: net.Socket[] = [];
    for (let burst = 0; burst < 4; burst += 1) {
      for (let i = 0; i < 100; i += 1) {
        const socket = net.connect(port, "127.0.0.1");
        socket.on("error", () => {});
        sockets.push(socket);
        if (i % 3 === 0) socket.destroy();
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await script.line();
    for (const socket of sockets) socket.destroy();
    await eventually(
      () =>
        open(url)
          .client.echo({ a: 1 }, { timeoutMs: 1_000 })
          .then(
            () => true,
            () => false,
          ),
      "the server to serve again",
      8_000,
    );
    expect(script.child.exitCode).toBe(null);
  }, 60_000);
});
