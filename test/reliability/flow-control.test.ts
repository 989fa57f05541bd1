/** Cases FC: bounded memory behind slow readers and writers, and nobody else slowed down by them. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Channel, connect, createServer, type Server, type ServerOptions } from "taut";
import { afterEach, describe, expect, it } from "vitest";
import { killScripts, startScript } from "../support/child-script.ts";
import { FaultProxy } from "../support/fault-proxy.ts";
import {
  type Document,
  eventually,
  failureOf,
  PlainClient,
  type PlainHandler,
  PlainService,
  plainHandler,
} from "../support/plain-service.ts";
import { RawPeer } from "../support/raw-peer.ts";

const kib = 1024;
const mib = 1024 * kib;
/** What a stream may have under way on its side of the wire: its window, a message, and what waits in both kernels. */
const mostUnderWay = 10 * mib;

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  await killScripts();
});

async function open(
  options: ServerOptions = {},
): Promise<{ client: PlainClient; channel: Channel; server: Server; seen: PlainHandler; port: number }> {
  const seen = plainHandler();
  const server = createServer(options).add(PlainService, seen.handler);
  const { url, port } = await server.listen("127.0.0.1:0");
  const channel = connect(url);
  stops.push(
    () => server.close(),
    () => channel.close(),
  );
  return { client: new PlainClient(channel), channel, server, seen, port: port as number };
}

/** Resident memory now, after a collection where the process allows one. */
function resident(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}

describe("back-pressure", () => {
  it("takes a slow line for no peer that does not read: large calls by the hundred all succeed", async () => {
    const { port } = await open();
    const proxy = await FaultProxy.start({ port });
    stops.push(() => proxy.close());
    proxy.set({ bytesPerSecond: 20 * mib }, "down");
    const channel = connect(proxy.url);
    stops.push(() => channel.close());
    const client = new PlainClient(channel);
    const body = new Uint8Array(60_000);
    const answers = await Promise.all(Array.from({ length: 600 }, () => client.echo({ body }, { timeoutMs: 120_000 })));
    expect(answers).toHaveLength(600);
  }, 180_000);

  it("FC-1 stops the client's iterable at the window while the handler reads nothing; afterwards everything arrives", async () => {
    const { client, seen } = await open();
    const total = 1_000;
    let pulled = 0;
    const body = new Uint8Array(64 * kib);
    const offer = function* (): Iterable<Document> {
      for (; pulled < total; pulled += 1) yield { body };
    };
    const before = resident();
    const sum = client.sum(offer(), { metadata: { "wait-ms": "1500" } });
    let most = 0;
    for (const end = performance.now() + 1_300; performance.now() < end; await sleep(50))
      most = Math.max(most, resident() - before);
    expect(pulled * body.length).toBeLessThan(mostUnderWay);
    expect(most).toBeLessThan(64 * mib);
    expect(seen.taken).toBe(0);
    expect(await sum).toEqual({ bytes: total * body.length, messages: total });
  });

  it("FC-2 pauses the handler's generator while the client takes its time", async () => {
    const { client, seen } = await open();
    const before = resident();
    let [taken, most] = [0, 0];
    for await (const { body } of client.list({ n: 16_000, size: 64 * kib })) {
      taken += (body as Uint8Array).length;
      most = Math.max(most, resident() - before);
      await sleep(100);
      if (seen.given * 64 * kib - taken > mostUnderWay) throw new Error(`${seen.given} messages given`);
      if (taken > 15 * 64 * kib) break;
    }
    expect(most).toBeLessThan(64 * mib);
    await eventually(() => seen.endedBy.length === 1, "the generator to be left");
  });

  it("FC-2 holds for two-way streams whose ends both dawdle", async () => {
    const { client } = await open();
    let pulled = 0;
    const offer = function* (): Iterable<Document> {
      for (; pulled < 16_000; pulled += 1) yield { body: new Uint8Array(64 * kib) };
    };
    let taken = 0;
    for await (const _ of client.chat(offer())) {
      taken += 1;
      await sleep(50);
      if (taken === 10) break;
    }
    expect(pulled * 64 * kib).toBeLessThan(2 * mostUnderWay);
  });

  it("FC-3 lets a busy stream run at full speed beside a stalled one", async () => {
    const { client } = await open();
    const stalled = client.list({ size: 64 * kib })[Symbol.asyncIterator]();
    await stalled.next();
    const began = performance.now();
    let bytes = 0;
    for await (const { body } of client.list({ n: 1_600, size: 64 * kib })) bytes += (body as Uint8Array).length;
    expect(bytes).toBe(100 * mib);
    expect(performance.now() - began).toBeLessThan(10_000);
    await stalled.return?.();
  });

  it("FC-4 carries messages larger than the window", async () => {
    const { client } = await open({ limits: { maxMessageBytes: 4 * mib } });
    const body = new Uint8Array(4 * mib - 100).fill(7);
    expect(((await client.echo({ body })).body as Uint8Array).length).toBe(body.length);
    expect(await client.sum([{ body }, { body }, { body }])).toMatchObject({ bytes: 3 * body.length });
    let back = 0;
    for await (const message of client.chat([{ body }, { body }])) back += (message.body as Uint8Array).length;
    expect(back).toBe(2 * body.length);
  });

  it("FC-5 gets the window of cancelled streams back, every byte", async () => {
    const { client, server } = await open();
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(
        Array.from({ length: 50 }, async () => {
          for await (const _ of client.list({ size: 8 * kib })) break;
        }),
      );
    }
    await eventually(() => server.stats().open === 0, "all to end");
    let bytes = 0;
    const began = performance.now();
    for await (const { body } of client.list({ n: 1_600, size: 64 * kib })) bytes += (body as Uint8Array).length;
    expect(bytes).toBe(100 * mib);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it("FC-6 ends the connection of a peer that sends beyond its window, with memory bounded", async () => {
    const { port, server } = await open();
    const peer = await RawPeer.open(port);
    stops.push(() => peer.destroy());
    peer.sendFrame({
      kind: "call",
      id: 1,
      method: 0,
      name: "test.v1.Plain/sum",
      flags: 0x20,
      metadata: { "wait-ms": ["60000"] },
    });
    const message = { body: Buffer.alloc(32 * kib) };
    for (let i = 0; i < 40; i += 1) peer.sendFrame({ kind: "message", id: 1, message });
    await peer.expectClose(/window/);
    await eventually(() => server.stats().connections === 0, "the connection to end");
  });

  it("FC-7 lets pings, cancels and unary calls pass where every stream is stalled", async () => {
    const { client, server } = await open();
    const streams = Array.from({ length: 100 }, () => client.list({ size: 64 * kib })[Symbol.asyncIterator]());
    await Promise.all(streams.map((stream) => stream.next()));
    await sleep(100);
    const began = performance.now();
    expect(await client.echo({ a: 1 })).toEqual({ a: 1 });
    await streams[0]?.return?.();
    await eventually(() => server.stats().open === 99, "the cancel", 10_000);
    expect(performance.now() - began).toBeLessThan(10_000);
    await Promise.all(streams.map((stream) => stream.return?.()));
  });
});

describe("many slow readers", () => {
  it("leave the server's memory bounded and the calls of others quick", async () => {
    const script = startScript(`
      const server = createServer().add(plain, { ...handler, peer: () => process.memoryUsage() });
      console.log((await server.listen("127.0.0.1:0")).port);
    `);
    const port = Number(await script.line());
    const channel = connect(`127.0.0.1:${port}`);
    stops.push(() => channel.close());
    const other = new PlainClient(channel);
    const rss = async (): Promise<number> => (await other.unary("peer")).rss as number;
    const before = await rss();
    const peers: RawPeer[] = [];
    for (let i = 0; i < 100; i += 1) {
      const peer = await RawPeer.open(port);
      stops.push(() => peer.destroy());
      peers.push(peer);
      peer.stopReading();
      peer.sendFrame({ kind: "call", id: 1, method: 0, name: "test.v1.Plain/list", flags: 0x40, message: { size: 32 * kib } });
    }
    await sleep(500);
    const lateness: number[] = [];
    for (let i = 0; i < 200; i += 1) {
      const began = performance.now();
      await other.echo({ i });
      lateness.push(performance.now() - began);
    }
    lateness.sort((a, b) => a - b);
    expect(lateness[197]).toBeLessThan(1_000);
    // A stream's window each, and what their output holds.
    expect((await rss()) - before).toBeLessThan(100 * (512 * kib) + 64 * mib);
    expect(await failureOf(other.unary("hang", {}, { timeoutMs: 50 }))).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });
});
