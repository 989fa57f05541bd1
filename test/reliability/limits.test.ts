/** Cases LM: at the limit and one above, both ways. */

import { type Channel, connect, createServer, type Server, type ServerOptions } from "taut";
import { afterEach, describe, expect, it } from "vitest";
import { type Chunk, encodePayload, type Payload } from "../.generated/schemas/conformance/v1/service.ts";
import { LimitedClient, LimitedService, type Tree } from "../.generated/schemas/limits/v1/limits.ts";
import { failure, run, ways } from "../conformance/cases/transports.ts";
import { killScripts, startScript } from "../support/child-script.ts";
import { collect, eventually, failureOf, PlainClient } from "../support/plain-service.ts";
import { plainHello, RawPeer } from "../support/raw-peer.ts";
import type { Frame } from "../support/wire-frames.ts";

const mib = 1024 * 1024;
const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  await killScripts();
});

/** A payload whose document has exactly so many bytes. */
function payloadOf(bytes: number): Payload {
  const empty = encodePayload({ body: new Uint8Array() }).length;
  return { body: new Uint8Array(bytes - empty) };
}

describe.each(ways)("limits over $name", (way) => {
  const limit = 1_000;

  it("LM-1 takes a message of exactly maxMessageBytes and refuses a larger one", async () => {
    const { client } = await run(way, { server: { limits: { maxMessageBytes: limit } } });
    expect((await client.echo(payloadOf(limit))).body.length).toBe(payloadOf(limit).body.length);
    expect(await failure(client.echo(payloadOf(limit + 10)))).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    expect((await client.echo(payloadOf(limit))).body.length).toBe(payloadOf(limit).body.length);
  });

  it("LM-2 holds it for the messages of streams", async () => {
    const { client } = await run(way, { server: { limits: { maxMessageBytes: limit } } });
    const chunk = (bytes: number, seq: number): Chunk => ({ seq, body: new Uint8Array(bytes) });
    expect(await failure(client.sum([chunk(limit + 10, 1), chunk(1, 2)]))).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    expect(await failure(client.sum([chunk(1, 1), chunk(limit + 10, 2)]))).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    expect(await client.sum([chunk(900, 1), chunk(900, 2)])).toEqual({ messages: 2, total_bytes: 1_800 });
  });

  it("LM-3 fails the call whose answer is above the client's limit, and no other", async () => {
    const { client, channel } = await run(way, { client: { limits: { maxMessageBytes: limit } } });
    const sleeping = client.sleep({ ms: 100 });
    expect(await failure(client.sized({ response_size: limit + 10 }))).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    expect((await client.sized({ response_size: 900 })).body.length).toBe(900);
    await sleeping;
    expect(channel.stats().connections).toBe(1);
  });

  it("LM-6 lets ten calls at a server that takes one at a time run one after another", async () => {
    let [running, most] = [0, 0];
    const handler = {
      sleep: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 10));
        running -= 1;
        return {};
      },
    };
    const { client, server } = await run(way, { server: { limits: { maxCalls: 1 } }, handler });
    await Promise.all(Array.from({ length: 10 }, () => client.sleep({ ms: 10 })));
    expect(most).toBe(1);
    expect(server.stats()).toMatchObject({ succeeded: 10, connections: 1 });
  });
});

describe("limits of documents", () => {
  async function open(options: ServerOptions = {}): Promise<{ client: LimitedClient; server: Server; channel: Channel }> {
    const server = createServer(options).add(LimitedService, {
      tree: (tree) => tree,
      grow: (depth) => treeOf(depth),
      async *trees(trees) {
        yield* trees;
      },
      names: (names) => names,
    });
    const { url } = await server.listen("127.0.0.1:0");
    const channel = connect(url);
    stops.push(
      () => server.close(),
      () => channel.close(),
    );
    return { client: new LimitedClient(channel), server, channel };
  }

  function treeOf(depth: number): Tree {
    let tree: Tree = {};
    for (let level = 1; level < depth; level += 1) tree = { child: tree };
    return tree;
  }

  function depthOf(tree: Tree): number {
    let depth = 1;
    for (let at = tree.child; at !== undefined; at = at.child) depth += 1;
    return depth;
  }

  it("LM-4 holds the lengths that a schema sets, against a raw peer as well", async () => {
    const { client, server } = await open();
    const names = { text: "x".repeat(50), list: Array.from({ length: 50 }, () => "") };
    expect(await client.names(names)).toEqual(names);
    expect(await failureOf(client.names({ ...names, text: "x".repeat(51) }))).toMatchObject({
      code: "INVALID_ARGUMENT",
      origin: "local",
    });
    const { port } = await server.listen("127.0.0.1:0");
    const peer = await RawPeer.open(port as number);
    stops.push(() => peer.destroy());
    const call = { kind: "call", method: 0, name: "limits.v1.Limited/names" } as const;
    peer.sendFrame({ ...call, id: 1, message: { ...names, text: "x".repeat(51) } });
    expect(await peer.expectFrame({ kind: "failure", id: 1 })).toMatchObject({ failure: { code: 3 } });
    peer.sendFrame({ ...call, id: 3, message: { ...names, list: [...names.list, ""] } });
    expect(await peer.expectFrame({ kind: "failure", id: 3 })).toMatchObject({ failure: { code: 3 } });
    peer.sendFrame({ ...call, id: 5, message: names });
    await peer.expectFrame({ kind: "result", id: 5 });
  });

  it("LM-5 carries documents as deep as maxDepth both ways, refuses deeper ones when encoding and when decoding", async () => {
    const { client, server } = await open();
    expect(depthOf(await client.tree(treeOf(64)))).toBe(64);
    expect(depthOf(await client.grow(64))).toBe(64);
    expect((await collect(client.trees([treeOf(64), treeOf(1)]))).map(depthOf)).toEqual([64, 1]);
    expect(await failureOf(client.tree(treeOf(65)))).toMatchObject({ code: "INVALID_ARGUMENT", origin: "local", executed: "no" });
    expect(await failureOf(client.grow(65))).toMatchObject({ code: "INTERNAL", origin: "remote" });
    expect(await failureOf(collect(client.trees([treeOf(65)])))).toMatchObject({ code: "INVALID_ARGUMENT", origin: "local" });
    const { port } = await server.listen("127.0.0.1:0");
    const peer = await RawPeer.open(port as number);
    stops.push(() => peer.destroy());
    peer.sendFrame({ kind: "call", method: 0, name: "limits.v1.Limited/tree", id: 1, message: treeOf(65) as never });
    expect(await peer.expectFrame({ kind: "failure", id: 1 })).toMatchObject({ failure: { code: 3 } });
    peer.sendFrame({ kind: "call", method: 0, name: "limits.v1.Limited/tree", id: 3, message: treeOf(64) as never });
    await peer.expectFrame({ kind: "result", id: 3 });
  });
});

describe("a client that never reads", () => {
  interface Report {
    rss: number;
    reports: string[];
  }

  async function attacked(options: string): Promise<{ port: number; memory(): Promise<Report> }> {
    const script = startScript(`
      const sized = async ({ size }) => ({ body: Buffer.alloc(size, 1) });
      const reports = [];
      const server = createServer({ ${options}, onError: (error) => reports.push(error.message) }).add(plain, {
        ...handler, echo: sized, peer: () => ({ rss: process.memoryUsage().rss, reports }),
      });
      console.log((await server.listen("127.0.0.1:0")).port);
    `);
    const port = Number(await script.line());
    const channel = connect(`127.0.0.1:${port}`);
    stops.push(() => channel.close());
    const other = new PlainClient(channel);
    return { port, memory: async () => (await other.unary("peer")) as unknown as Report };
  }

  async function ask(port: number, hello: Frame, calls: number): Promise<void> {
    const peer = await RawPeer.open(port, hello);
    stops.push(() => peer.destroy());
    peer.stopReading();
    for (let i = 0; i < calls; i += 1) {
      const message = { size: mib };
      peer.sendFrame({ kind: "call", method: 0, ...(i === 0 ? { name: "test.v1.Plain/echo" } : {}), id: 2 * i + 1, message });
    }
  }

  it("LM-7 leaves the server's memory bounded and others served, and is found dead by keepalive", async () => {
    const { port, memory } = await attacked("keepalive: { idleMs: 1500, timeoutMs: 1500 }");
    const before = await memory();
    await ask(port, plainHello, 1_000);
    let [most, slowest] = [0, 0];
    for (const end = performance.now() + 1_500; performance.now() < end; ) {
      const began = performance.now();
      most = Math.max(most, (await memory()).rss - before.rss);
      slowest = Math.max(slowest, performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    // 8 MiB of output may wait, and what 48 handlers answer before any of it is seen, twice: as values and as bytes.
    expect(most).toBeLessThan(160 * mib);
    expect(slowest).toBeLessThan(4_000);
    await eventually(async () => (await memory()).reports.length > 0, "the silent connection to be ended", 6_000);
    expect((await memory()).reports).toEqual([expect.stringContaining("no sign of life")]);
  }, 60_000);

  it("is closed after writeStallMs where it grants all credit and still takes no byte", async () => {
    const { port, memory } = await attacked("writeStallMs: 700, keepalive: false");
    const before = await memory();
    const windows = { streamWindowBytes: 2 ** 30, connectionWindowBytes: 2 ** 30 };
    await ask(port, { kind: "hello", message: { versions: [1, 1], limits: windows } }, 200);
    await eventually(async () => (await memory()).reports.length > 0, "the stalled connection to be ended", 6_000);
    const after = await memory();
    expect(after.reports).toEqual([expect.stringContaining("writeStallMs")]);
    expect(after.rss - before.rss).toBeLessThan(160 * mib);
  }, 60_000);
});
