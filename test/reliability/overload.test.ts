/** A server that has more work than it can do turns calls away instead of keeping everybody waiting; probes are answered. */
import { setTimeout as sleep } from "node:timers/promises";
import { connect, isRpcError, type RpcError } from "taut";
import { HealthClient } from "taut/health";
import { afterEach, describe, expect, it } from "vitest";
import { LoadMonitor } from "../../src/server/load-monitor.ts";
import { ReportLimit } from "../../src/server/report-limit.ts";
import type { Timer } from "../../src/time/clock.ts";
import { killScripts, startScript } from "../support/child-script.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { failureOf, PlainClient } from "../support/plain-service.ts";
import { RawPeer } from "../support/raw-peer.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  await killScripts();
});

describe("a server under more load than it can bear", () => {
  it("turns calls away with RESOURCE_EXHAUSTED and a time to wait, answers probes, and recovers", async () => {
    const script = startScript(`
      const errors = [];
      const server = createServer({ maxEventLoopLagMs: 50, onError: (error, where) => errors.push(where.where) }).add(plain, handler);
      addHealth(server);
      console.log((await server.listen("127.0.0.1:0")).url);
      process.on("SIGUSR2", () => console.log(JSON.stringify(errors)));
    `);
    const url = await script.line();
    const channel = connect(url);
    stops.push(() => channel.close());
    const probe = connect(url);
    stops.push(() => probe.close());
    const client = new PlainClient(channel);
    const health = new HealthClient(probe);
    await client.echo();
    await health.check({});
    const failures: RpcError[] = [];
    let answered = 0;
    const load = async (): Promise<void> => {
      for (const end = performance.now() + 1_500; performance.now() < end; ) {
        try {
          await client.unary("block", { ms: 20 }, { timeoutMs: 5_000 });
          answered += 1;
        } catch (error) {
          if (!isRpcError(error)) throw error;
          failures.push(error);
          await sleep(5);
        }
      }
    };
    const loading = Promise.all(Array.from({ length: 40 }, load));
    for (let i = 0; i < 5; i += 1) {
      await sleep(200);
      expect(await health.check({}, { timeoutMs: 3_000 })).toEqual({ status: "SERVING" });
    }
    await loading;
    expect(answered).toBeGreaterThan(10);
    expect(failures.length).toBeGreaterThan(10);
    for (const error of failures) {
      expect(error).toMatchObject({ code: "RESOURCE_EXHAUSTED", executed: "no", origin: "remote" });
      expect(error.retryAfterMs).toBeGreaterThanOrEqual(100);
      expect(error.message).toMatch(/event loop is \d+ ms late/);
    }
    await sleep(300);
    expect(await client.echo({ a: 1 })).toEqual({ a: 1 });
    script.child.kill("SIGUSR2");
    const reports = JSON.parse(await script.line()) as string[];
    expect(reports.length).toBeGreaterThan(0);
    expect(new Set(reports)).toEqual(new Set(["overload"]));
  });

  it("JS-7 is late for nobody by more than a few documents' time: large ones are read one at a time, probes answered", async () => {
    const script = startScript(`
      let latest = 0;
      let due = performance.now() + 10;
      setInterval(() => { latest = Math.max(latest, performance.now() - due); due = performance.now() + 10; }, 10);
      const server = createServer().add(plain, { ...handler, echo: () => ({}) , peer: () => { const late = latest; latest = 0; return { late }; } });
      addHealth(server);
      console.log((await server.listen("127.0.0.1:0")).port);
    `);
    const port = Number(await script.line());
    const channel = connect(`127.0.0.1:${port}`);
    stops.push(() => channel.close());
    const probe = new PlainClient(channel);
    const health = new HealthClient(channel);
    await probe.unary("peer");
    // As large as maxMessageBytes lets them be: 200,000 fields of 12 bytes.
    const message: Record<string, number> = {};
    for (let i = 0; i < 200_000; i += 1) message[`f${i}`] = 1;
    const peers: RawPeer[] = [];
    for (let i = 0; i < 4; i += 1) {
      const peer = await RawPeer.open(port);
      stops.push(() => peer.destroy());
      peers.push(peer);
    }
    const { decodePlainDocument, encodePlainDocument } = await import("../../src/bson/plain-document.ts");
    const bytes = encodePlainDocument(message);
    const began = performance.now();
    decodePlainDocument(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
    const documentMs = performance.now() - began;
    expect(bytes.length).toBeLessThan(4 * 1024 * 1024);
    for (const peer of peers) {
      for (let call = 0; call < 3; call += 1) {
        const id = 2 * call + 1;
        peer.sendFrame({
          kind: "call",
          id,
          method: 0,
          ...(call === 0 ? { name: "test.v1.Plain/echo" } : {}),
          total: bytes.length,
        });
        for (let at = 0; at < bytes.length; at += 65_536)
          peer.sendFrame({ kind: "fragment", id, bytes: bytes.subarray(at, at + 65_536) });
      }
    }
    let slowest = 0;
    for (let i = 0; i < 10; i += 1) {
      const askedAt = performance.now();
      expect(await health.check({}, { timeoutMs: 20_000 })).toEqual({ status: "SERVING" });
      slowest = Math.max(slowest, performance.now() - askedAt);
      await sleep(30);
    }
    const { late } = await probe.unary("peer");
    // In one turn of the event loop at most one document of each connection becomes complete; twice that for a busy machine.
    expect(late).toBeLessThan(2 * peers.length * documentMs + 500);
    expect(slowest).toBeLessThan(4 * peers.length * documentMs + 1_000);
  }, 60_000);
});

describe("the load monitor", () => {
  class LaggingClock extends ManualClock {
    /** Timers are so late. */
    lagMs = 0;
    override startTimer(fn: () => void, ms: number): Timer {
      return super.startTimer(fn, ms + this.lagMs);
    }
  }

  function monitored(): { clock: LaggingClock; monitor: LoadMonitor; changes: boolean[]; call(): void } {
    const clock = new LaggingClock();
    let started = 0;
    const changes: boolean[] = [];
    const monitor = new LoadMonitor(clock, 100, { startedCalls: () => started, onChange: (is) => changes.push(is) });
    const call = (): void => {
      started += 1;
      monitor.start();
    };
    return { clock, monitor, changes, call };
  }

  it("has no timer where no calls come", () => {
    const { clock, monitor, call } = monitored();
    call();
    expect(monitor.isRunning).toBe(true);
    clock.advance(100);
    expect(monitor.isRunning).toBe(false);
    expect(clock.pendingTimers).toBe(0);
  });

  it("turns nobody away for a burst, and everybody when lateness stays, until it is gone", () => {
    const { clock, monitor, changes, call } = monitored();
    call();
    clock.lagMs = 300;
    for (let ms = 0; ms < 350; ms += 50) {
      call();
      clock.advance(50);
    }
    clock.lagMs = 0;
    for (let ms = 0; ms < 1_000; ms += 50) {
      call();
      clock.advance(50);
    }
    expect(changes).toEqual([]);
    clock.lagMs = 150;
    for (let ms = 0; ms < 1_000; ms += 50) {
      call();
      clock.advance(50);
    }
    expect(changes).toEqual([true]);
    expect(monitor.retryAfterMs).toBe(300);
    clock.lagMs = 0;
    clock.advance(1_000);
    expect(changes).toEqual([true, false]);
  });

  it("is not deceived by a process that was suspended, or stopped at a breakpoint, in the middle of a chunk", () => {
    const { clock, monitor, changes, call } = monitored();
    call();
    for (const pauseMs of [150, 5_000, 3_600_000]) {
      const receivedAt = clock.now();
      // A thousand requests of one chunk, then the late timer itself.
      clock.leap(pauseMs);
      for (let i = 0; i < 1_000; i += 1) monitor.lookAtAge(receivedAt);
      call();
      clock.advance(0);
      for (let ms = 0; ms < 500; ms += 50) {
        call();
        clock.advance(50);
      }
    }
    expect(changes).toEqual([]);
  });

  it("finds overload in turns of seconds too", () => {
    const { clock, monitor, changes, call } = monitored();
    clock.lagMs = 3_000;
    for (let turn = 0; turn < 4; turn += 1) {
      call();
      clock.advance(3_050);
    }
    expect(changes).toEqual([true]);
    expect(monitor.isOverloaded).toBe(true);
  });

  it("counts requests that have waited in their chunk as lateness", () => {
    const { clock, monitor, changes, call } = monitored();
    const receivedAt = clock.now();
    clock.lagMs = 10_000;
    call();
    for (let ms = 0; ms < 600; ms += 50) {
      monitor.lookAtAge(receivedAt);
      clock.advance(50);
    }
    expect(changes).toEqual([true]);
  });
});

describe("reports about strangers", () => {
  it("are a hundred at once and ten a second, and say how many were left out", () => {
    const clock = new ManualClock();
    const reports: object[] = [];
    const limit = new ReportLimit(clock, (_error, where) => reports.push(where));
    for (let i = 0; i < 1_000; i += 1) limit.report(new Error("x"), { i });
    expect(reports.length).toBe(100);
    clock.advance(1_000);
    for (let i = 0; i < 1_000; i += 1) limit.report(new Error("x"), { i });
    expect(reports.length).toBe(110);
    expect(reports[100]).toEqual({ i: 0, suppressed: 900 });
  });
});

describe("a deadline error", () => {
  it("says how late the event loop was", async () => {
    const script = startScript(`
      const server = createServer().add(plain, handler);
      console.log((await server.listen("127.0.0.1:0")).url);
    `);
    const channel = connect(await script.line());
    stops.push(() => channel.close());
    const client = new PlainClient(channel);
    await client.echo();
    const failing = failureOf(client.hang({ timeoutMs: 50 }));
    await sleep(5);
    const end = performance.now() + 200;
    while (performance.now() < end);
    const error = await failing;
    expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(error.timings?.eventLoopLag).toBeGreaterThan(100);
    // The server's own word may be read first.
    if (error.origin === "local") expect(error.message).toMatch(/the event loop was late by \d+ ms$/);
  });
});
