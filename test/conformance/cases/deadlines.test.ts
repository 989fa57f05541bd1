import { setTimeout as sleep } from "node:timers/promises";
import { type CallContext, connect } from "taut";
import { describe, expect, it } from "vitest";
import { ConformanceClient } from "../../.generated/schemas/conformance/v1/service.ts";
import { collect, eventually, failure, run, ways } from "./transports.ts";

/** Bounds of a duration: never early, and late by what a loaded machine may add. */
function expectAbout(ms: number, wanted: number): void {
  expect(ms).toBeGreaterThanOrEqual(wanted - 1);
  expect(ms).toBeLessThan(wanted + 1_200);
}

async function timed(call: () => Promise<unknown>): Promise<{ error: unknown; ms: number }> {
  const before = performance.now();
  const error = await failure(call());
  return { error, ms: performance.now() - before };
}

describe.each(ways)("deadlines over $name", (way) => {
  it("DL-1 ends a stream of a sleeping server", async () => {
    const { client } = await run(way, {
      handler: { chat: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }) },
    });
    expect(await failure(collect(client.chat([], { timeoutMs: 1 })))).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });

  it("DL-2 ends all four kinds in time", async () => {
    const late = (context: CallContext): Promise<void> => sleep(1_500, undefined, { signal: context.signal });
    const { client, channel } = await run(way, {
      handler: {
        async echo(_request: unknown, context: CallContext) {
          await late(context);
        },
        async sum(_requests: unknown, context: CallContext) {
          await late(context);
        },
        // biome-ignore lint/correctness/useYield: it ends before it could
        async *list(_request: unknown, context: CallContext) {
          await late(context);
        },
        // biome-ignore lint/correctness/useYield: it ends before it could
        async *chat(_requests: unknown, context: CallContext) {
          await late(context);
        },
      },
    });
    await channel.ready();
    const options = { timeoutMs: 200 };
    const calls = [
      () => client.echo({ body: new Uint8Array() }, options),
      () => client.sum([], options),
      () => collect(client.list({ steps: [] }, options)),
      () => collect(client.chat([], options)),
    ];
    for (const { error, ms } of await Promise.all(calls.map(timed))) {
      expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED" });
      expectAbout(ms, 200);
    }
  });

  it("DL-3 leaves nothing behind when the answer is in time", async () => {
    const { client, channel } = await run(way);
    await client.sleep({ ms: 50 }, { timeoutMs: 2_000 });
    expect(channel.stats()).toMatchObject({ succeeded: 1, open: 0 });
  });

  it("DL-4 shows the server the deadline, for each kind", async () => {
    const left: number[] = [];
    const note = (context: CallContext): void => {
      left.push(context.remainingMs());
      expect(context.deadline).toBeGreaterThan(Date.now());
    };
    const { client, channel } = await run(way, {
      handler: {
        echo: (request: object, context: CallContext) => {
          note(context);
          return request;
        },
        sum: (_requests: unknown, context: CallContext) => {
          note(context);
          return { messages: 0, total_bytes: 0 };
        },
        list: (_request: unknown, context: CallContext) => {
          note(context);
          return [];
        },
        chat: (_requests: unknown, context: CallContext) => {
          note(context);
          return [];
        },
      },
    });
    await channel.ready();
    const options = { timeoutMs: 2_000 };
    await client.echo({ body: new Uint8Array() }, options);
    await client.sum([], options);
    await collect(client.list({ steps: [] }, options));
    await collect(client.chat([], options));
    expect(left).toHaveLength(4);
    for (const ms of left) {
      expect(ms).toBeGreaterThan(1_500);
      expect(ms).toBeLessThanOrEqual(2_000);
    }
  });

  it("DL-5 shrinks along a chain, and stops all of it", async () => {
    const { client } = await run(way);
    const { remaining_ms } = await client.chain({ hops: 1, work_ms: 300 }, { timeoutMs: 1_000 });
    // A timer may fire a millisecond early, and what is left is rounded up to whole ones.
    expect(remaining_ms).toBeLessThanOrEqual(702);
    expect(remaining_ms).toBeGreaterThan(0);
    expect(await failure(client.chain({ hops: 1, work_ms: 300 }, { timeoutMs: 150 }))).toMatchObject({
      code: "DEADLINE_EXCEEDED",
    });
  });

  it("DL-6 ends thousands of calls, each at its time", async () => {
    const { client, channel } = await run(way);
    await channel.ready();
    const calls = Array.from({ length: 5_000 }, async (_, i) => {
      const timeoutMs = 100 + (i % 400);
      const { error, ms } = await timed(() => client.hang({}, { timeoutMs }));
      expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED" });
      return ms - timeoutMs;
    });
    const late = await Promise.all(calls);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...late)).toBeLessThan(5_000);
    expect((await client.echo({ body: new Uint8Array(), text: "after" })).text).toBe("after");
  });

  it("DL-8 prefers the call's timeout to the channel's", async () => {
    const { client } = await run(way, { client: { timeoutMs: 200 } });
    const [byDefault, shorter] = await Promise.all([
      timed(() => client.hang({})),
      timed(() => client.hang({}, { timeoutMs: 50 })),
    ]);
    expectAbout(byDefault.ms, 200);
    expectAbout(shorter.ms, 50);
    expect(await client.sleep({ ms: 300 }, { timeoutMs: 2_000 })).toEqual({});
  });
});

describe("deadlines", () => {
  const tcp = ways[0] as (typeof ways)[number];

  it("DL-7 are held by the server alone when the client does nothing", async () => {
    const { client, watched } = await run(tcp);
    // The client's own clock would cancel: a channel that is suspended cannot. Its frame says 100 ms and nothing follows.
    const { remaining_ms } = await client.remaining({}, { timeoutMs: 100 });
    expect(remaining_ms).toBeLessThanOrEqual(100);
    const call = failure(client.hang({}, { timeoutMs: 100, metadata: { "case-id": "dl-7" } }));
    await eventually(() => watched.observations.get("dl-7")?.aborted !== undefined, "the handler was aborted");
    expect(["deadline", "cancel"]).toContain(watched.observations.get("dl-7")?.aborted);
    await call;
  });

  it("DL-9 hold while nobody listens", async () => {
    const channel = connect("127.0.0.1:1");
    const { error, ms } = await timed(() => new ConformanceClient(channel).empty({}, { timeoutMs: 300, waitForReady: true }));
    expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED", executed: "no" });
    expectAbout(ms, 300);
    await channel.close();
  });

  it("are over at once when they are not positive", async () => {
    const { client, channel } = await run(tcp);
    for (const timeoutMs of [0, -5]) {
      expect(await failure(client.empty({}, { timeoutMs }))).toMatchObject({ code: "DEADLINE_EXCEEDED", executed: "no" });
    }
    expect(channel.stats().bytesOut).toBe(0);
  });

  it("are cut to the server's maxTimeoutMs, for calls without one too", async () => {
    const { client } = await run(tcp, { server: { maxTimeoutMs: 100 } });
    expect(await failure(client.hang({}, { timeoutMs: Number.POSITIVE_INFINITY }))).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    const { remaining_ms } = await client.remaining({}, { timeoutMs: 5_000 });
    expect(remaining_ms).toBeLessThanOrEqual(100);
  });
});
