/** Channels and servers from their beginning to their end, as the contract words them. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CallContext, connect, createServer } from "taut";
import { describe, expect, it } from "vitest";
import { ConformanceClient, ConformanceService } from "../.generated/schemas/conformance/v1/service.ts";
import { conformanceHandler } from "../conformance/cases/conformance-handler.ts";
import { collect, empty, failureOf, scene } from "./contract.ts";

describe("a channel", () => {
  it("connects at the first call and not before", async () => {
    const { client, channel, clock } = scene();
    await clock.advance(60_000);
    expect([channel.state, channel.wire.attempts]).toEqual(["idle", 0]);
    await client.empty({});
    expect([channel.state, channel.wire.attempts]).toEqual(["ready", 1]);
  });

  it("tells its states from the present one to closed, to each who asks, and then ends", async () => {
    const { client, channel } = scene();
    const early = collect(channel.states());
    await client.empty({});
    const late = collect(channel.states());
    await channel.close();
    expect(await early).toEqual(["idle", "connecting", "ready", "closed"]);
    expect(await late).toEqual(["ready", "closed"]);
    expect(await collect(channel.states())).toEqual(["closed"]);
  });

  it("lets go of who leaves its states", async () => {
    const { channel, client } = scene();
    for await (const state of channel.states()) {
      expect(state).toBe("idle");
      break;
    }
    await client.empty({});
    // Also who leaves while waiting for the next.
    const states = channel.states()[Symbol.asyncIterator]();
    expect(await states.next()).toEqual({ done: false, value: "ready" });
    const waiting = states.next();
    expect(await states.return?.()).toEqual({ done: true, value: undefined });
    expect(await waiting).toEqual({ done: true, value: undefined });
    await channel.close();
    expect(await states.next()).toEqual({ done: true, value: undefined });
  });

  it("is ready() once it stands, or UNAVAILABLE when the time is over", async () => {
    const { channel, clock } = scene();
    expect(await Promise.all([channel.ready(), channel.ready({ timeoutMs: 5 })])).toEqual([undefined, undefined]);
    await channel.ready({ timeoutMs: 1 });
    const other = scene();
    other.channel.wire.refuse();
    const failing = failureOf(other.channel.ready({ timeoutMs: 300 }));
    await other.clock.advance(301);
    expect(await failing).toMatchObject({ code: "UNAVAILABLE", executed: "no", scope: "connection" });
    for (const timeoutMs of [Number.NaN, "5"])
      expect(await failureOf(other.channel.ready({ timeoutMs } as never))).toBeInstanceOf(TypeError);
    await clock.settle();
    await channel.close();
    expect(await failureOf(channel.ready())).toMatchObject({ code: "CANCELLED" });
  });

  it("closes at once, twice without harm, and by await using", async () => {
    const { client, channel, clock } = scene();
    await channel.ready();
    const open = [client.hang({}), collect(client.forever({ size: 1 }))].map((call) => failureOf(call));
    await clock.settle();
    await Promise.all([channel.close(), channel.close()]);
    for (const error of await Promise.all(open)) expect(error).toMatchObject({ code: "CANCELLED" });
    expect(channel.stats()).toMatchObject({ open: 0, connections: 0 });
    await channel[Symbol.asyncDispose]();
    const other = scene();
    {
      await using disposed = other.channel;
      await new ConformanceClient(disposed).empty({});
    }
    expect(other.channel.state).toBe("closed");
  });

  it("closes when nobody calls for idleTimeoutMs, and opens another at the next call", async () => {
    const { client, channel, clock } = scene({}, { channel: { idleTimeoutMs: 1_000 } });
    await client.empty({});
    await clock.advance(2_000);
    expect(channel.stats().connections).toBe(0);
    expect(channel.state).toBe("idle");
    await client.empty({});
    expect(channel.wire.attempts).toBe(2);
  });

  it("waits for a server where the call says so", async () => {
    const { client, channel, clock } = scene();
    channel.wire.refuse();
    const waiting = client.echo({ body: empty }, { waitForReady: true, timeoutMs: 60_000 });
    const failing = failureOf(client.echo({ body: empty }));
    expect(await failing).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
    await clock.advance(5_000);
    channel.wire.heal();
    await clock.advance(6_000);
    expect(await waiting).toEqual({ body: empty });
  });
});

describe("counters", () => {
  it("add up on both ends, whatever became of the calls", async () => {
    const { client, channel, server, clock } = scene();
    await channel.ready();
    const abort = new AbortController();
    const outcomes = [
      client.echo({ body: new Uint8Array(100_000) }),
      client.sum([]),
      collect(client.list({ steps: [{ size: 5 }] })),
      client.notify({ ms: 0 }),
      failureOf(client.fail({ code: "NOT_FOUND", message: "" })),
      failureOf(client.hang({}, { timeoutMs: 50 })),
      failureOf(client.hang({}, { signal: abort.signal })),
      failureOf(client.echo({ body: 5 as never })),
      failureOf(client.empty({}, { timeoutMs: 0 })),
      failureOf(client.empty({}, { signal: AbortSignal.abort() })),
    ];
    await clock.settle();
    abort.abort();
    await clock.advance(60);
    await Promise.all(outcomes);
    await clock.settle();
    expect(channel.stats()).toMatchObject({ started: 10, succeeded: 4, failed: 4, cancelled: 2, open: 0, connections: 1 });
    const there = server.stats();
    expect(there.started).toBe(there.succeeded + there.failed + there.cancelled);
    expect(there).toMatchObject({ started: 7, open: 0, connections: 1 });
    expect([channel.stats().bytesIn, channel.stats().bytesOut]).toEqual([there.bytesOut, there.bytesIn]);
  });
});

describe("a drain", () => {
  it("lets open calls end, refuses new ones as never run, and says how many", async () => {
    const { client, channel, server, clock } = scene();
    await channel.ready();
    const open = client.sleep({ ms: 30 });
    const hanging = failureOf(client.hang({}));
    await clock.settle();
    const draining = server.drain({ graceMs: 5_000 });
    await clock.settle();
    expect(await failureOf(client.empty({}))).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
    expect(await open).toEqual({});
    await clock.advance(5_001);
    expect(await hanging).toMatchObject({ code: "UNAVAILABLE" });
    expect(await draining).toEqual({ finished: 1, cancelled: 1 });
    expect(server.stats().connections).toBe(0);
  });

  it("that is asked for twice ends both times with the calls, or with the shorter grace", async () => {
    for (const ms of [100, 100_000]) {
      const { client, channel, server, clock } = scene({
        async sleep(_request: unknown, { signal }: { signal: AbortSignal }) {
          await new Promise((resolve) => {
            clock.startTimer(() => resolve(0), ms, false);
            signal.addEventListener("abort", resolve);
          });
          return {};
        },
      });
      await channel.ready();
      const call = client.sleep({ ms: 1 }, { timeoutMs: 200_000 }).catch(() => {});
      await clock.settle();
      const draining = Promise.all([server.drain({ graceMs: 80_000 }), server.drain({ graceMs: 1_000 })]);
      await clock.advance(1_100);
      await call;
      const report = ms === 100 ? { finished: 1, cancelled: 0 } : { finished: 0, cancelled: 1 };
      expect(await draining).toEqual([report, report]);
      await clock.advance(100_000);
    }
  });

  it("that close() cuts short counts the calls which that has cancelled", async () => {
    const { client, channel, server, clock } = scene();
    await channel.ready();
    const hanging = failureOf(client.hang({}));
    await clock.settle();
    const draining = server.drain({ graceMs: 5_000 });
    await server.close();
    expect(await hanging).toMatchObject({ code: "UNAVAILABLE" });
    expect(await draining).toEqual({ finished: 0, cancelled: 1 });
  });

  it("of a server without calls ends at once", async () => {
    const { client, server } = scene();
    await client.empty({});
    expect(await server.drain()).toEqual({ finished: 0, cancelled: 0 });
  });
});

describe("addresses", () => {
  it("of every kind work in both directions, as listen() answers them", async () => {
    const folder = mkdtempSync(join(tmpdir(), "taut-"));
    const path = `unix://${join(folder, "s")}`;
    for (const address of ["127.0.0.1:0", "tcp://127.0.0.1:0", "localhost:0", "[::1]:0", path]) {
      let caller = "";
      const echo = (request: object, { peer }: CallContext) => {
        caller = peer.address;
        return request;
      };
      const { handler } = conformanceHandler(() => undefined as never);
      await using server = createServer().add(ConformanceService, { ...handler, echo } as never);
      let url: string;
      try {
        ({ url } = await server.listen(address));
      } catch (error) {
        // A machine without IPv6.
        expect(address).toBe("[::1]:0");
        expect(error).toMatchObject({ code: "UNAVAILABLE" });
        continue;
      }
      await using channel = connect(url);
      expect(await new ConformanceClient(channel).echo({ body: empty })).toEqual({ body: empty });
      // As a URL would write it.
      if (address.startsWith("[")) expect(caller).toMatch(/^\[::1\]:\d+$/);
    }
    rmSync(folder, { recursive: true });
  });

  it("behind a name are all tried", async () => {
    await using server = createServer().add(ConformanceService, conformanceHandler(() => undefined as never).handler);
    const { port } = await server.listen("127.0.0.1:0");
    await using channel = connect(`dns:///some.name:${port}`, { resolve: async () => ["127.0.0.1"] });
    expect(await new ConformanceClient(channel).empty({})).toEqual({});
  });
});
