import type { Server } from "taut";
import { createServer } from "taut";
import { createTestChannel, createTestServer, FakeClock, type TestChannel, type TestChannelOptions } from "taut/testing";
import { afterEach, describe, expect, it } from "vitest";
import { collect, failureOf, PlainClient, type PlainHandler, PlainService, plainHandler } from "../support/plain-service.ts";

let server: Server;
let channel: TestChannel;
let seen: PlainHandler;

function open(options: TestChannelOptions = {}): PlainClient {
  seen = plainHandler();
  server = createTestServer(options.clock === undefined ? {} : { clock: options.clock }).add(PlainService, seen.handler);
  channel = createTestChannel(server, options);
  return new PlainClient(channel);
}

afterEach(async () => {
  await channel.close();
  await server.close();
});

describe("a test channel", () => {
  it("carries every kind of call to a server that listens nowhere", async () => {
    const client = open();
    expect(await client.echo({ a: 1 })).toEqual({ a: 1 });
    expect((await collect(client.list({ n: 100, size: 1_000 }))).length).toBe(100);
    expect(await client.sum([{ body: new Uint8Array(70_000) }, { body: new Uint8Array(5) }])).toMatchObject({ bytes: 70_005 });
    expect(await collect(client.chat([{ x: 1 }, { x: 2 }]))).toEqual([{ x: 1 }, { x: 2 }]);
    await client.tell({ hello: true });
    await client.echo();
    expect(seen.told).toEqual([{ hello: true }]);
    expect(channel.stats()).toMatchObject({ started: 6, succeeded: 6, open: 0, connections: 1 });
    expect(channel.stats().bytesIn).toBe(server.stats().bytesOut);
  });

  it("shows the handler a peer in memory", async () => {
    expect(await open().unary("peer")).toMatchObject({ transport: "memory", address: "memory:client" });
  });

  it("takes a server of createServer as well, and nothing else", async () => {
    seen = plainHandler();
    server = createServer().add(PlainService, seen.handler);
    channel = createTestChannel(server);
    expect(await new PlainClient(channel).echo({ a: 1 })).toEqual({ a: 1 });
    expect(() => createTestChannel({} as Server)).toThrow(TypeError);
    expect(() => createTestChannel([])).toThrow(TypeError);
    expect(() => createTestChannel(server, { firstCallId: 2 })).toThrow(TypeError);
  });

  it("lets call ids wrap at 2^32", async () => {
    const client = open({ firstCallId: 2 ** 32 - 5 });
    const hanging = client.hang({ timeoutMs: 5_000 });
    for (let i = 0; i < 20; i += 1) expect(await client.echo({ i })).toEqual({ i });
    const failed = failureOf(hanging);
    await channel.close();
    expect((await failed).code).toBe("CANCELLED");
  });

  it("is refused where the server has been closed", async () => {
    const client = open();
    await server.close();
    expect(await failureOf(client.echo())).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
  });
});

describe("a fake clock", () => {
  it("lets deadlines pass in no time, on both ends", async () => {
    const clock = new FakeClock();
    const client = open({ clock });
    const began = performance.now();
    const failing = failureOf(client.hang({ timeoutMs: 60_000 }));
    await clock.advance(59_990);
    expect(seen.endedBy).toEqual([]);
    await clock.advance(20);
    expect(await failing).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(seen.endedBy).toEqual(["deadline"]);
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it("has no timers left when both ends are closed", async () => {
    const clock = new FakeClock();
    const client = open({ clock });
    const echo = client.echo();
    await clock.advance(1);
    await echo;
    expect(clock.pendingTimers).toBeGreaterThan(0);
    await channel.close();
    await server.close();
    await clock.advance(2_000);
    expect(clock.pendingTimers).toBe(0);
  });

  it("has none of the wire's left either, when bytes were under way", async () => {
    const clock = new FakeClock();
    const client = open({ clock });
    await clock.advance(1);
    await client.echo();
    channel.wire.delay(10_000);
    client.hang().catch(() => {});
    await clock.settle();
    await channel.close();
    await server.close();
    channel.wire.heal();
    await clock.advance(2_000);
    expect(clock.pendingTimers).toBe(0);
  });

  it("answers the same random numbers for the same seed", () => {
    const [a, b] = [new FakeClock({ seed: 7 }), new FakeClock({ seed: 7 })];
    expect([a.random(), a.random()]).toEqual([b.random(), b.random()]);
    open();
  });
});

describe("the wire of a test channel", () => {
  it("delays bytes", async () => {
    const clock = new FakeClock();
    const client = open({ clock });
    channel.wire.delay(100);
    let answered = false;
    const echo = client.echo().then(() => {
      answered = true;
    });
    // Handshake and call, there and back.
    await clock.advance(390);
    expect(answered).toBe(false);
    await clock.advance(20);
    await echo;
  });

  it("delivers in single bytes what was sent whole", async () => {
    const client = open();
    channel.wire.split(1);
    expect(await client.echo({ text: "x".repeat(5_000) })).toEqual({ text: "x".repeat(5_000) });
  });

  it("holds bytes and releases them", async () => {
    const client = open();
    await client.echo();
    channel.wire.hold("to-client");
    const echo = client.echo({ a: 1 });
    const first = await Promise.race([echo, new Promise((resolve) => setTimeout(resolve, 50, "waiting"))]);
    expect(first).toBe("waiting");
    channel.wire.release();
    expect(await echo).toEqual({ a: 1 });
  });

  it("breaks connections, at once or within a message", async () => {
    const client = open();
    await client.echo();
    const hanging = failureOf(client.hang());
    await new Promise((resolve) => setTimeout(resolve, 10));
    channel.wire.cut();
    expect(await hanging).toMatchObject({ code: "UNAVAILABLE", scope: "connection", executed: "maybe" });
    await client.echo();
    channel.wire.cut(20);
    expect(await failureOf(client.echo({ text: "x".repeat(100) }))).toMatchObject({ code: "UNAVAILABLE", executed: "maybe" });
    expect(await client.echo({ a: 1 })).toEqual({ a: 1 });
    expect(channel.wire.dialed).toBe(3);
  });

  it("damages a byte, which ends the connection and no more", async () => {
    const client = open();
    await client.echo();
    channel.wire.corrupt(3, "to-client");
    expect(await failureOf(client.echo())).toMatchObject({ code: "INTERNAL", scope: "connection" });
    expect(await client.echo({ a: 1 })).toEqual({ a: 1 });
  });

  it("swallows bytes without a word until it is healed", async () => {
    const clock = new FakeClock();
    const client = open({ clock, keepalive: { idleMs: 1_000, timeoutMs: 1_000 } });
    const echo = client.echo();
    await clock.advance(1);
    await echo;
    channel.wire.drop();
    const failing = failureOf(client.hang({ timeoutMs: 600_000 }));
    await clock.advance(45_000);
    expect(await failing).toMatchObject({ code: "UNAVAILABLE" });
    channel.wire.heal();
    const again = client.echo({ a: 1 });
    await clock.advance(10);
    expect(await again).toEqual({ a: 1 });
  });

  it("refuses connections", async () => {
    const client = open();
    channel.wire.refuse();
    expect(await failureOf(client.echo())).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
    channel.wire.heal();
    expect(await client.echo({}, { waitForReady: true })).toEqual({});
  });
});
