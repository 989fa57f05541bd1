/** The life of a connection in fake time: connecting, silence, losses, backoff, idleness. */

import type { ChannelState, Server, ServerOptions } from "taut";
import { createTestChannel, createTestServer, FakeClock, type TestChannel, type TestChannelOptions } from "taut/testing";
import { afterEach, describe, expect, it } from "vitest";
import { failureOf, PlainClient, type PlainHandler, PlainService, plainHandler } from "../support/plain-service.ts";

let clock: FakeClock;
let server: Server;
let channel: TestChannel;
let client: PlainClient;
let seen: PlainHandler;

function open(options: TestChannelOptions = {}, serverOptions: ServerOptions = {}): void {
  clock = new FakeClock();
  seen = plainHandler();
  server = createTestServer({ ...serverOptions, clock }).add(PlainService, seen.handler);
  channel = createTestChannel(server, { ...options, clock });
  client = new PlainClient(channel);
}

/** The result of a promise after at most so many milliseconds of fake time. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  promise.then(settle, settle);
  const step = Math.max(1, Math.round(ms / 50));
  for (let at = 0; at < ms && !isSettled; at += step) await clock.advance(step);
  if (!isSettled) throw new Error(`not settled within ${ms} ms`);
  return promise;
}

function watchStates(): ChannelState[] {
  const states: ChannelState[] = [];
  void (async () => {
    for await (const state of channel.states()) states.push(state);
  })();
  return states;
}

afterEach(async () => {
  await channel.close();
  await server.close();
  await clock.advance(2_000);
  expect(clock.pendingTimers).toBe(0);
  expect(server.stats()).toMatchObject({ open: 0, connections: 0 });
});

describe("connecting", () => {
  it("has one deadline over everything up to the end of the handshake", async () => {
    open({ connectTimeoutMs: 1_000 });
    channel.wire.drop("to-client");
    const failing = failureOf(client.echo({}, { timeoutMs: 60_000 }));
    await clock.advance(990);
    expect(channel.state).toBe("connecting");
    expect(await within(20, failing)).toMatchObject({ code: "UNAVAILABLE", executed: "no", scope: "connection" });
  });

  it("waits until the deadline where the call asks for it", async () => {
    open();
    channel.wire.refuse();
    const waiting = client.echo({ a: 1 }, { waitForReady: true, timeoutMs: 60_000 });
    await clock.advance(30_000);
    expect(channel.state).toBe("unavailable");
    channel.wire.heal();
    expect(await within(5_100, waiting)).toEqual({ a: 1 });
  });

  it("does not hang with an attempt whose hello was swallowed: maxMs later there is another", async () => {
    open({ reconnect: { maxMs: 1_000 } });
    channel.wire.drop();
    const waiting = client.echo({ a: 1 }, { timeoutMs: 9_000 });
    await clock.advance(2_500);
    expect(channel.wire.attempts).toBe(3);
    channel.wire.heal();
    expect(await within(600, waiting)).toEqual({ a: 1 });
    await clock.advance(20_000);
    expect(channel.wire.attempts).toBe(4);
    expect(channel.stats()).toMatchObject({ connections: 1, failed: 0 });
    expect(channel.state).toBe("ready");
  });

  it("keeps the first attempt beside later ones: it arrives where connecting takes long", async () => {
    open({ reconnect: { maxMs: 1_000 } });
    channel.wire.delay(1_200);
    expect(await within(6_000, client.echo({ a: 1 }, { timeoutMs: 9_000 }))).toEqual({ a: 1 });
    expect(channel.wire.attempts).toBe(3);
    await clock.advance(5_000);
    expect(channel.stats()).toMatchObject({ connections: 1, failed: 0 });
  });

  it("begins no second attempt where nobody waits any more", async () => {
    open({ reconnect: { maxMs: 1_000 } });
    channel.wire.drop();
    const failing = failureOf(client.echo({}, { timeoutMs: 500 }));
    await clock.advance(5_000);
    expect(await failing).toMatchObject({ code: "DEADLINE_EXCEEDED", executed: "no" });
    expect(channel.wire.attempts).toBe(1);
    channel.wire.heal();
  });

  it("says in its errors where the time went", async () => {
    open();
    channel.wire.drop("to-client");
    const failing = failureOf(client.echo({}, { timeoutMs: 500 }));
    expect(await within(600, failing)).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      executed: "no",
      timings: { queue: 0, server: 0 },
    });
    const { message, timings } = await failing;
    expect(message).toMatch(/^deadline exceeded after 50\d ms: 50\d ms connecting$/);
    expect(Object.keys(timings ?? {}).sort()).toEqual(["connect", "eventLoopLag", "queue", "read", "resolve", "server", "write"]);
  });
});

describe("a connection whose user gives up more calls than the server takes cancels", () => {
  it("stands, and the other calls on it: cancels above the rate wait, and new calls for their places", async () => {
    open();
    const other = client.hang({ timeoutMs: Number.POSITIVE_INFINITY });
    let isOver = false;
    other
      .catch(() => {})
      .finally(() => {
        isOver = true;
      });
    let givenUp = 0;
    for (let wave = 0; wave < 60; wave += 1) {
      const abort = new AbortController();
      const failing = Array.from({ length: 500 }, () => failureOf(client.hang({ signal: abort.signal })));
      await clock.advance(1);
      abort.abort();
      for (const error of await Promise.all(failing)) expect(error).toMatchObject({ code: "CANCELLED" });
      givenUp += failing.length;
    }
    expect(givenUp).toBe(30_000);
    const waiting = client.echo({ a: 1 });
    await clock.advance(10_000);
    expect(await waiting).toEqual({ a: 1 });
    expect(isOver).toBe(false);
    // None has ended; a second one was made when the first was full.
    expect(server.stats()).toMatchObject({ open: 1, connections: channel.wire.dialed });
  }, 60_000);
});

describe("backoff", () => {
  it("grows with jitter up to the maximum while calls wait, and is forgotten after a success", async () => {
    open({ reconnect: { minMs: 100, maxMs: 1_000 } });
    channel.wire.refuse();
    client.echo({}, { waitForReady: true, timeoutMs: Number.POSITIVE_INFINITY }).catch(() => {});
    const gaps: number[] = [];
    let [attempts, last] = [0, 0];
    for (let ms = 0; ms < 20_000; ms += 1) {
      await clock.advance(1);
      if (channel.wire.attempts === attempts) continue;
      if (attempts > 0) gaps.push(ms - last);
      [attempts, last] = [channel.wire.attempts, ms];
    }
    // Full jitter: anything up to 100 * 1.6^n, and up to the maximum in the end.
    for (const [n, gap] of gaps.entries()) expect(gap).toBeLessThanOrEqual(Math.min(1_000, 100 * 1.6 ** n) + 1);
    expect(Math.max(...gaps)).toBeGreaterThan(800);
    expect(gaps.length).toBeGreaterThan(20);
    expect(channel.state).toBe("unavailable");
    channel.wire.heal();
    await clock.advance(1_100);
    expect(channel.state).toBe("ready");
    channel.wire.cut();
    await clock.settle();
    expect(await within(50, client.echo({ a: 1 }))).toEqual({ a: 1 });
  }, 60_000);

  it("is cut short by the first call once the last attempt began 100 ms ago", async () => {
    open({ reconnect: { minMs: 10_000, maxMs: 10_000 } });
    channel.wire.refuse();
    expect(await within(10, failureOf(client.echo()))).toMatchObject({ code: "UNAVAILABLE" });
    channel.wire.heal();
    const early = client.echo({ early: true });
    await clock.advance(90);
    expect(channel.state).toBe("unavailable");
    expect(await within(20, early)).toEqual({ early: true });
    channel.wire.refuse();
    channel.wire.cut();
    await clock.advance(1);
    await clock.advance(500);
    channel.wire.heal();
    expect(await within(5, client.echo({ a: 1 }))).toEqual({ a: 1 });
  });

  it("grows under calls that never pause as well, up to a second, and begins anew after a quiet period", async () => {
    open();
    channel.wire.refuse();
    const attemptsIn = async (ms: number): Promise<number> => {
      const before = channel.wire.attempts;
      for (let passed = 0; passed < ms; passed += 20) {
        client.echo().catch(() => {});
        await clock.advance(20);
      }
      return channel.wire.attempts - before;
    };
    expect(await attemptsIn(1_000)).toBeLessThanOrEqual(7);
    await attemptsIn(4_000);
    expect(await attemptsIn(20_000)).toBeLessThanOrEqual(45);
    await clock.advance(10_000);
    expect(await within(10, failureOf(client.echo()))).toMatchObject({ code: "UNAVAILABLE" });
    channel.wire.heal();
    expect(await within(110, client.echo({ a: 1 }))).toEqual({ a: 1 });
  });

  it("ends with an attempt for a call that comes right behind its timer, which may fire a part of a millisecond early", async () => {
    open();
    const startTimer = clock.startTimer.bind(clock);
    clock.startTimer = (fn, ms, keepsAlive) => startTimer(fn, Math.max(0, ms - 0.9), keepsAlive);
    channel.wire.refuse();
    expect(await within(10, failureOf(client.echo()))).toMatchObject({ code: "UNAVAILABLE" });
    const pending = clock.pendingTimers;
    for (let waited = 0; waited < 1_000 && clock.pendingTimers === pending; waited += 1) await clock.advance(0.1);
    expect(clock.pendingTimers).toBe(pending - 1);
    channel.wire.heal();
    expect(await within(110, client.echo({ a: 1 }))).toEqual({ a: 1 });
  });

  it("is not for channels that nobody calls through: they stay as they are", async () => {
    open();
    await within(10, client.echo());
    channel.wire.refuse();
    channel.wire.cut();
    await clock.advance(60_000);
    expect(channel.state).toBe("idle");
    expect(channel.wire.dialed).toBe(1);
  });

  it("keeps a server that lets go at once from being hammered", async () => {
    open({ reconnect: { minMs: 1_000, maxMs: 1_000 } });
    for (let i = 0; i < 300; i += 1) {
      client.hang({ timeoutMs: Number.POSITIVE_INFINITY }).catch(() => {});
      await clock.advance(5);
      channel.wire.cut();
      await clock.advance(5);
    }
    // 3 s: without a pause 300 connections, with one that calls may cut to 100 ms at most 30 and a few.
    expect(channel.wire.dialed).toBeLessThan(40);
  });
});

describe("keepalive", () => {
  it("CN-10 declares a silent peer dead within idle plus timeout, and the call UNAVAILABLE", async () => {
    open({ keepalive: { idleMs: 1_000, timeoutMs: 1_000 } }, { keepalive: { idleMs: 1_000, timeoutMs: 1_000 } });
    await within(10, client.echo());
    const hanging = failureOf(client.hang({ timeoutMs: 60_000 }));
    await clock.advance(5);
    channel.wire.drop();
    await clock.advance(1_900);
    expect(channel.stats().open).toBe(1);
    expect(await within(1_100, hanging)).toMatchObject({ code: "UNAVAILABLE", scope: "connection", executed: "maybe" });
    expect(server.stats()).toMatchObject({ connections: 0, open: 0 });
    expect(seen.endedBy).toEqual(["connection"]);
  });

  it("keeps a quiet connection for as long as its peer answers", async () => {
    open({}, { idleTimeoutMs: Number.POSITIVE_INFINITY });
    await within(10, client.echo());
    const states = watchStates();
    await clock.advance(20 * 60_000);
    expect(channel.wire.dialed).toBe(1);
    expect(states).toEqual(["ready"]);
  });

  it("asks a connection that was silent for proof before it is given a call", async () => {
    open({ keepalive: { idleMs: 1_000, timeoutMs: 10_000 } }, { keepalive: false });
    await within(10, client.echo());
    channel.wire.drop();
    await clock.advance(1_010);
    // The ping is out. A call that is made now waits for the proof, then for another connection: it is never lost with the old one.
    const call = client.unary("echo", { a: 1 });
    await clock.advance(100);
    expect(seen.begun.get("echo")).toBe(1);
    channel.wire.heal();
    expect(await within(2_000, call)).toEqual({ a: 1 });
    expect(seen.begun.get("echo")).toBe(2);
  });

  it("does not take a process's own sleep for the peer's silence", async () => {
    open({ keepalive: { idleMs: 1_000, timeoutMs: 1_000 } }, { keepalive: { idleMs: 1_000, timeoutMs: 1_000 } });
    await within(10, client.echo());
    const hanging = client.sleep({ ms: 1 }, { timeoutMs: Number.POSITIVE_INFINITY });
    await hanging;
    await clock.jump(3_600_000);
    await clock.advance(1_500);
    expect(channel.wire.dialed).toBe(1);
    expect(await within(10, client.echo({ a: 1 }))).toEqual({ a: 1 });
  });

  it("finds a peer that died while the process slept within the time for an answer", async () => {
    open({ keepalive: { idleMs: 1_000, timeoutMs: 1_000 } }, { keepalive: false });
    await within(10, client.echo());
    const hanging = failureOf(client.hang({ timeoutMs: Number.POSITIVE_INFINITY }));
    await clock.advance(5);
    channel.wire.drop();
    await clock.jump(3_600_000);
    expect(await within(1_100, hanging)).toMatchObject({ code: "UNAVAILABLE" });
  });
});

describe("output that nobody reads", () => {
  it("ends the connection after writeStallMs without progress", async () => {
    open({ keepalive: false, writeStallMs: 5_000 }, { keepalive: false });
    await within(10, client.echo());
    channel.wire.hold("to-server");
    const failing = failureOf(client.echo({ body: new Uint8Array(50_000) }, { timeoutMs: Number.POSITIVE_INFINITY }));
    await clock.advance(4_900);
    expect(channel.stats().connections).toBe(1);
    expect(await within(5_200, failing)).toMatchObject({ code: "UNAVAILABLE", scope: "connection", executed: "maybe" });
    expect((await failing).message).toContain("writeStallMs");
  });

  it("leaves a slow reader alone", async () => {
    open({ keepalive: false, writeStallMs: 1_000 }, { keepalive: false });
    await within(10, client.echo());
    const answers: Promise<unknown>[] = [];
    for (let i = 0; i < 20; i += 1) {
      channel.wire.hold("to-server");
      answers.push(client.echo({ body: new Uint8Array(1_000) }, { timeoutMs: Number.POSITIVE_INFINITY }));
      await clock.advance(700);
      channel.wire.release();
      await clock.advance(50);
    }
    await within(100, Promise.all(answers));
    expect(channel.wire.dialed).toBe(1);
  });
});

describe("idleness", () => {
  it("CN-12 closes a client's idle connection without an error, and the next call opens another", async () => {
    open({ idleTimeoutMs: 1_000 });
    await within(10, client.echo());
    await clock.advance(2_000);
    expect(channel.stats().connections).toBe(0);
    expect(channel.state).toBe("idle");
    expect(await within(10, client.echo({ a: 1 }))).toEqual({ a: 1 });
    expect(channel.wire.dialed).toBe(2);
  });

  it("counts neither pings nor open calls as idleness", async () => {
    open({ idleTimeoutMs: 1_000, keepalive: { idleMs: 100, timeoutMs: 100 } }, { keepalive: { idleMs: 100, timeoutMs: 100 } });
    await within(10, client.echo());
    await clock.advance(2_000);
    expect(channel.stats().connections).toBe(0);
    const hanging = failureOf(client.hang({ timeoutMs: 10_000 }));
    await clock.advance(9_000);
    expect(channel.stats().connections).toBe(1);
    await within(2_000, hanging);
  });
});

describe("the states of a channel", () => {
  it("are told exactly, from idle to closed", async () => {
    open();
    const states = watchStates();
    await within(10, client.echo());
    channel.wire.refuse();
    channel.wire.cut();
    await clock.advance(1);
    await within(200, failureOf(client.echo()));
    channel.wire.heal();
    await within(200, client.echo());
    await channel.close();
    await clock.settle();
    expect(states).toEqual(["idle", "connecting", "ready", "idle", "connecting", "unavailable", "connecting", "ready", "closed"]);
  });

  it("show a drain while calls go on", async () => {
    open({}, {});
    const hanging = failureOf(client.hang({ timeoutMs: Number.POSITIVE_INFINITY }));
    await clock.advance(10);
    const states = watchStates();
    const drained = server.drain({ graceMs: 1_000 });
    await clock.advance(100);
    expect(states).toEqual(["ready", "draining"]);
    await within(1_100, hanging);
    expect(await within(2_000, drained)).toEqual({ finished: 0, cancelled: 1 });
    expect(channel.state).toBe("idle");
  });

  it("answer ready() once a connection stands, however often it takes", async () => {
    open();
    channel.wire.refuse();
    const ready = channel.ready({ timeoutMs: 60_000 });
    await clock.advance(10_000);
    channel.wire.heal();
    await within(6_000, ready);
    channel.wire.refuse();
    channel.wire.cut();
    await clock.advance(1);
    expect(await within(600, failureOf(channel.ready({ timeoutMs: 500 })))).toMatchObject({ code: "UNAVAILABLE" });
  });
});
