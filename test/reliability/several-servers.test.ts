/** Channels to several servers, in fake time: choice, loss, names, ejection, more connections. */

import type { Server, ServerOptions } from "taut";
import {
  createTestChannel,
  createTestServer,
  FakeClock,
  type TestChannel,
  type TestChannelOptions,
  TestWire,
} from "taut/testing";
import { afterEach, describe, expect, it } from "vitest";
import { RpcChannel } from "../../src/client/channel.ts";
import { type ChannelOptions, completeChannelOptions } from "../../src/client/channel-options.ts";
import type { RpcServer } from "../../src/server/server.ts";
import { failureOf, PlainClient, type PlainHandler, PlainService, plainHandler } from "../support/plain-service.ts";

let clock: FakeClock;
let servers: Server[];
let seen: PlainHandler[];
let channel: TestChannel;
let client: PlainClient;

function serve(count: number, options: ServerOptions = {}): void {
  clock = new FakeClock();
  seen = Array.from({ length: count }, plainHandler);
  servers = seen.map(({ handler }) => createTestServer({ ...options, clock }).add(PlainService, handler));
}

function open(count: number, options: TestChannelOptions = {}, serverOptions: ServerOptions = {}): void {
  serve(count, serverOptions);
  channel = createTestChannel(servers, { ...options, clock });
  client = new PlainClient(channel);
}

async function soon<T>(promise: Promise<T>, ms = 20): Promise<T> {
  promise.catch(() => {});
  await clock.advance(ms);
  return promise;
}

const counts = (name = "echo"): number[] => seen.map(({ begun }) => begun.get(name) ?? 0);

afterEach(async () => {
  await channel.close();
  for (const server of servers) await server.close();
  await clock.advance(2_000);
  expect(clock.pendingTimers).toBe(0);
});

describe("several servers", () => {
  it("share the calls", async () => {
    open(3);
    await soon(client.echo());
    for (let i = 0; i < 300; i += 1) await client.echo();
    for (const count of counts()) expect(count).toBeGreaterThan(50);
  });

  it("get new calls by who has fewer open", async () => {
    open(2);
    await soon(client.echo());
    const hanging = Array.from({ length: 40 }, () => client.hang({ timeoutMs: Number.POSITIVE_INFINITY }));
    for (const call of hanging) call.catch(() => {});
    await clock.advance(5);
    const [a = 0, b = 0] = counts("hang");
    expect(Math.abs(a - b)).toBeLessThanOrEqual(2);
  });

  it("RT-4 lose one: its calls are retried by rule, new ones go to the other at once", async () => {
    open(2);
    await soon(client.echo());
    const safe = Array.from({ length: 6 }, () => client.sleepSafely({ ms: 300 }));
    const unsafe = Array.from({ length: 6 }, () => client.hang());
    const outcomes = Promise.allSettled(unsafe);
    await clock.advance(5);
    const lost = seen[0]?.begun.get("hang") ?? 0;
    channel.wires[0]?.refuse();
    channel.wires[0]?.cut();
    for (let i = 0; i < 20; i += 1) expect(await soon(client.echo({ i }), 1)).toEqual({ i });
    // The handler sleeps in real time.
    for (const answer of await Promise.all(safe)) expect(answer).toMatchObject({ ms: 300 });
    await clock.advance(15_000);
    const failed = (await outcomes).map((outcome) => (outcome as PromiseRejectedResult).reason);
    expect(failed.filter(({ code, executed }) => code === "UNAVAILABLE" && executed === "maybe").length).toBe(lost);
    expect(failed.filter(({ code }) => code === "DEADLINE_EXCEEDED").length).toBe(6 - lost);
  });

  it("come back by themselves while the channel is used", async () => {
    open(2, { reconnect: { minMs: 100, maxMs: 1_000 } });
    await soon(client.echo());
    channel.wires[1]?.refuse();
    channel.wires[1]?.cut();
    await clock.settle();
    for (let i = 0; i < 40; i += 1) await soon(client.echo(), 100);
    const before = counts();
    channel.wires[1]?.heal();
    for (let i = 0; i < 20; i += 1) await soon(client.echo(), 100);
    await clock.advance(1_000);
    for (let i = 0; i < 100; i += 1) await client.echo();
    expect((counts()[1] ?? 0) - (before[1] ?? 0)).toBeGreaterThan(20);
  });

  it("come back as well that were lost in a quiet hour, with the calls that come later", async () => {
    open(2, { reconnect: { minMs: 100, maxMs: 1_000 } });
    await soon(channel.ready());
    await clock.advance(50);
    channel.wires[1]?.cut();
    await clock.advance(10_000);
    for (let i = 0; i < 20; i += 1) await soon(client.echo(), 100);
    for (let i = 0; i < 100; i += 1) await client.echo();
    expect(counts()[1]).toBeGreaterThan(20);
  });

  it("are not asked while nobody calls", async () => {
    open(2);
    await soon(client.echo());
    channel.wires[1]?.refuse();
    channel.wires[1]?.cut();
    await clock.advance(1);
    for (let i = 0; i < 5; i += 1) await soon(client.echo(), 5);
    await clock.advance(10_000);
    const { attempts } = channel.wires[1] as TestWire;
    await clock.advance(60_000);
    expect((channel.wires[1]?.attempts ?? 0) - attempts).toBeLessThanOrEqual(1);
  });

  it("CN-6 show nothing of one that goes away", async () => {
    open(2);
    await soon(client.echo());
    const drained = servers[0]?.drain();
    for (let i = 0; i < 200; i += 1) expect(await soon(client.echo({ i }), 1)).toEqual({ i });
    expect(await drained).toEqual({ finished: 0, cancelled: 0 });
    expect(channel.stats()).toMatchObject({ failed: 0 });
  });

  it("leave out the one that fails every call, and let it return", async () => {
    open(3);
    let isIll = true;
    const [first] = seen as [PlainHandler];
    Object.assign(first.handler, {
      echo() {
        first.begun.set("echo", (first.begun.get("echo") ?? 0) + 1);
        if (isIll) throw new Error("ill");
        return {};
      },
    });
    let failed = 0;
    const call = async (): Promise<void> => {
      await soon(client.echo(), 1).catch(() => {
        failed += 1;
      });
    };
    for (let i = 0; i < 200; i += 1) await call();
    expect(failed).toBe(5);
    isIll = false;
    await clock.advance(1_100);
    for (let i = 0; i < 100; i += 1) await call();
    expect(failed).toBe(5);
    expect(first.begun.get("echo")).toBeGreaterThan(15);
  });

  it("are never all left out", async () => {
    open(2);
    await soon(client.echo());
    for (let i = 0; i < 100; i += 1)
      expect(await failureOf(client.unary("fail", { code: "UNAVAILABLE" }))).toMatchObject({ code: "UNAVAILABLE" });
    expect(await client.echo({ a: 1 })).toEqual({ a: 1 });
  });

  it("do not hold a caller's own mistakes against a server", async () => {
    open(2);
    await soon(client.echo());
    for (let i = 0; i < 60; i += 1) await failureOf(client.unary("fail", { code: "INVALID_ARGUMENT" }));
    for (const count of counts("fail")) expect(count).toBeGreaterThan(15);
  });
});

describe("names", () => {
  function openName(addresses: () => Promise<string[]>, options: ChannelOptions = {}): Map<string, TestWire> {
    const wires = new Map(servers.map((server, at) => [`10.0.0.${at + 1}`, new TestWire(clock, server as RpcServer)]));
    const complete = completeChannelOptions("dns:///orders.internal:4242", { ...options, resolve: addresses });
    const made = new RpcChannel(complete, {
      clock,
      dial: (address) => {
        if (address.kind !== "tcp" || address.port !== 4242 || address.name !== "orders.internal")
          throw new Error("dialled wrongly");
        return (wires.get(address.host) as TestWire).dial();
      },
    });
    channel = Object.assign(made, { wire: wires.get("10.0.0.1") as TestWire, wires: [...wires.values()] });
    client = new PlainClient(channel);
    return wires;
  }

  it("stand for all their addresses, and for new ones half a minute after they changed", async () => {
    serve(3);
    let addresses = ["10.0.0.1", "10.0.0.2"];
    const asked: string[] = [];
    openName(async () => {
      asked.push("");
      return addresses;
    });
    await soon(client.echo());
    for (let i = 0; i < 50; i += 1) await client.echo();
    expect(counts()).toEqual([expect.any(Number), expect.any(Number), 0]);
    expect(Math.min(...counts().slice(0, 2))).toBeGreaterThan(5);
    expect(asked.length).toBe(1);
    addresses = ["10.0.0.2", "10.0.0.3"];
    const hanging = client.hang({ timeoutMs: 60_000 });
    hanging.catch(() => {});
    await clock.advance(34_000);
    expect(asked.length).toBe(2);
    const before = counts();
    for (let i = 0; i < 50; i += 1) await soon(client.echo(), 1);
    const after = counts();
    expect(after[0]).toBe(before[0]);
    expect((after[2] ?? 0) - (before[2] ?? 0)).toBeGreaterThan(5);
    // The call that was open there was not harmed.
    expect(channel.stats()).toMatchObject({ failed: 0, open: 1 });
  });

  it("are asked again when a server is lost", async () => {
    serve(2);
    let addresses = ["10.0.0.1"];
    const wires = openName(async () => addresses);
    await soon(client.echo());
    await clock.advance(2_000);
    await soon(client.echo());
    addresses = ["10.0.0.2"];
    wires.get("10.0.0.1")?.refuse();
    wires.get("10.0.0.1")?.cut();
    await clock.advance(5);
    expect(await soon(client.echo({ a: 1 }, { waitForReady: true }), 2_000)).toEqual({ a: 1 });
    expect(counts()[1]).toBe(1);
  });

  it("are heard although each answer takes longer than the next attempt to connect", async () => {
    serve(2);
    let addresses = ["10.0.0.1"];
    let answerMs = 0;
    const wires = openName(() => new Promise((resolve) => clock.startTimer(() => resolve(addresses), answerMs, false)), {
      reconnect: { minMs: 100, maxMs: 100 },
    });
    await soon(client.echo());
    await clock.advance(2_000);
    answerMs = 3_000;
    addresses = ["10.0.0.2"];
    wires.get("10.0.0.1")?.refuse();
    wires.get("10.0.0.1")?.cut();
    await clock.advance(5);
    expect(await soon(client.echo({ a: 1 }, { waitForReady: true, timeoutMs: 60_000 }), 8_000)).toEqual({ a: 1 });
    expect(counts()[1]).toBe(1);
  });

  it("keep what they stood for while no answer comes", async () => {
    serve(1);
    let isDown = false;
    openName(async () => {
      if (isDown) throw Object.assign(new Error("queryA ESERVFAIL"), { code: "ESERVFAIL" });
      return ["10.0.0.1"];
    });
    await soon(client.echo());
    isDown = true;
    for (let i = 0; i < 10; i += 1) expect(await soon(client.echo({ i }), 15_000)).toEqual({ i });
    expect(channel.state).toBe("ready");
  });

  it("that do not resolve fail calls with the name and the reason, and recover", async () => {
    serve(1);
    let isDown = true;
    openName(async () => {
      if (isDown) throw Object.assign(new Error("getaddrinfo ENOTFOUND orders.internal"), { code: "ENOTFOUND" });
      return ["10.0.0.1"];
    });
    const error = await soon(failureOf(client.echo()));
    expect(error).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
    expect(error.message).toContain("orders.internal");
    expect(error.message).toContain("ENOTFOUND");
    expect(channel.state).toBe("unavailable");
    isDown = false;
    await clock.advance(1_500);
    expect(await soon(client.echo({ a: 1 }, { waitForReady: true }), 2_000)).toEqual({ a: 1 });
  });

  it("that are not answered fail within connectTimeoutMs", async () => {
    serve(1);
    openName(() => new Promise(() => {}), { connectTimeoutMs: 500 });
    expect(await soon(failureOf(client.echo()), 600)).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
  });

  it("leave the first attempt what their answer has left of connectTimeoutMs", async () => {
    serve(1);
    const wires = openName(() => new Promise((resolve) => void clock.startTimer(() => resolve(["10.0.0.1"]), 600, false)), {
      connectTimeoutMs: 1_000,
    });
    wires.get("10.0.0.1")?.drop("to-client");
    const error = await soon(failureOf(client.echo()), 1_020);
    expect(error).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
    expect(error.timings?.resolve).toBeGreaterThanOrEqual(590);
  });

  it("give a later attempt all of connectTimeoutMs when nobody waited for their answer any more", async () => {
    serve(1);
    const wires = openName(() => new Promise((resolve) => void clock.startTimer(() => resolve(["10.0.0.1"]), 600, false)), {
      connectTimeoutMs: 1_000,
    });
    wires.get("10.0.0.1")?.delay(20);
    expect(await soon(failureOf(client.echo({}, { timeoutMs: 100 })), 200)).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    await clock.advance(20_000);
    expect(await soon(client.echo({ a: 1 }), 1_000)).toEqual({ a: 1 });
  });
});

describe("a server's call limit", () => {
  it("LM-6 is waited for: ten calls at a server that takes one at a time run one after another", async () => {
    open(1, {}, { limits: { maxCalls: 1 } });
    const answers = Array.from({ length: 10 }, (_, i) => client.sleep({ i, ms: 5 }));
    for (const [i, answer] of answers.entries()) {
      void clock.advance(10);
      expect(await answer).toMatchObject({ i });
    }
    expect(channel.wire.dialed).toBe(1);
    expect(channel.stats()).toMatchObject({ succeeded: 10, failed: 0 });
  });

  it("is met with up to four connections where it is about sharing one", async () => {
    open(1, {}, { limits: { maxCalls: 100 } });
    await soon(client.echo());
    const hanging = Array.from({ length: 450 }, () => client.hang({ timeoutMs: 1_000 }));
    const outcomes = Promise.allSettled(hanging);
    await clock.advance(100);
    expect(server0().stats()).toMatchObject({ connections: 4, open: 400 });
    await clock.advance(1_100);
    await outcomes;
    expect(await soon(client.echo({ a: 1 }))).toEqual({ a: 1 });
  });

  it("lets unary calls pass streams that wait", async () => {
    open(1, {}, { limits: { maxCalls: 4 } });
    await soon(client.echo());
    const streams = Array.from({ length: 6 }, () => client.list({ ms: 1_000_000 })[Symbol.asyncIterator]().next());
    for (const stream of streams) stream.catch(() => {});
    await clock.advance(5);
    expect(await soon(client.echo({ a: 1 }))).toEqual({ a: 1 });
  });
});

function server0(): Server {
  return servers[0] as Server;
}
