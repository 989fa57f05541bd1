/** `timeoutMs`, as the contract words it: whose counts, what its extremes mean, and what the error says. */

import type { CallContext, CallOptions } from "taut";
import { describe, expect, it } from "vitest";
import type { ConformanceClient } from "../.generated/schemas/conformance/v1/service.ts";
import { collect, empty, failureOf, scene } from "./contract.ts";

/** Each kind of call; the one-way one too. */
const kinds: Record<string, (client: ConformanceClient, options: CallOptions) => PromiseLike<unknown>> = {
  unary: (client, options) => client.hang({}, options),
  "server-stream": (client, options) => collect(client.forever({ size: 1 }, options)),
  "client-stream": (client, options) => client.sum([], options),
  bidi: (client, options) => collect(client.chat([], options)),
  "one-way": (client, options) => client.notify({ ms: 1 }, options),
};

const remaining = async (_request: unknown, context: CallContext) => ({ remaining_ms: clamp(context.remainingMs()) });
const clamp = (ms: number): number => (Number.isFinite(ms) ? Math.min(2 ** 31 - 1, Math.round(ms)) : -1);

describe.each(Object.entries(kinds))("the timeout of a %s call", (_kind, call) => {
  it.each([0, -0, -1, -1e300, Number.NEGATIVE_INFINITY])(
    "of %d sends nothing and fails with DEADLINE_EXCEEDED",
    async (timeoutMs) => {
      const { client, channel, server } = scene();
      const error = await failureOf(call(client, { timeoutMs }));
      expect(error).toMatchObject({
        name: "RpcError",
        code: "DEADLINE_EXCEEDED",
        executed: "no",
        origin: "local",
        scope: "call",
      });
      expect(error.method).toMatch(/^conformance\.v1\.Conformance\//);
      expect(error.timings).toMatchObject({ queue: 0, server: 0 });
      expect(channel.wire.attempts).toBe(0);
      expect(server.stats().started).toBe(0);
    },
  );

  it.each([Number.NaN, "100", null, {}, 5n, true])("of %s rejects with a TypeError", async (timeoutMs) => {
    const { client, channel } = scene();
    expect(await failureOf(call(client, { timeoutMs } as never))).toBeInstanceOf(TypeError);
    expect(channel.wire.attempts).toBe(0);
    expect(channel.stats().open).toBe(0);
  });

  it.each([Number.NaN, "100", {}])("of %s rejects with a TypeError with interceptors too", async (timeoutMs) => {
    const { client, channel } = scene({}, { channel: { interceptors: [(one, next) => next(one)] } });
    expect(await failureOf(call(client, { timeoutMs } as never))).toBeInstanceOf(TypeError);
    expect(channel.wire.attempts).toBe(0);
  });
});

describe("a timeout", () => {
  it("above 2^32-1 is none on the wire, and Infinity is none at all", async () => {
    const { client } = scene({ remaining });
    for (const timeoutMs of [Number.POSITIVE_INFINITY, 2 ** 32, 2 ** 33, Number.MAX_VALUE]) {
      expect(await client.remaining({}, { timeoutMs })).toEqual({ remaining_ms: -1 });
    }
    expect(await client.remaining({}, { timeoutMs: 2 ** 31 - 1 })).toEqual({ remaining_ms: 2 ** 31 - 1 });
  });

  it("is 10,000 ms for unary calls, and none for streams and one-way calls", async () => {
    const left: number[] = [];
    const note = (context: CallContext): void => void left.push(context.remainingMs());
    const { client } = scene({
      remaining,
      // biome-ignore lint/correctness/useYield: nothing to yield
      *list(_request: unknown, context: CallContext) {
        note(context);
      },
      async sum(_requests: unknown, context: CallContext) {
        note(context);
        return { messages: 0, total_bytes: 0 };
      },
      notify: (_request: unknown, context: CallContext) => note(context),
    });
    expect(await client.remaining({})).toEqual({ remaining_ms: 10_000 });
    await collect(client.list({ steps: [] }));
    await client.sum([]);
    await client.notify({ ms: 1 });
    await client.empty({});
    expect(left).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  it("of the call counts before the channel's, longer or shorter", async () => {
    const { client } = scene({ remaining }, { channel: { timeoutMs: 500 } });
    expect(await client.remaining({})).toEqual({ remaining_ms: 500 });
    expect(await client.remaining({}, { timeoutMs: 100 })).toEqual({ remaining_ms: 100 });
    expect(await client.remaining({}, { timeoutMs: 60_000 })).toEqual({ remaining_ms: 60_000 });
    expect(await client.remaining({}, { timeoutMs: Number.POSITIVE_INFINITY })).toEqual({ remaining_ms: -1 });
  });

  it("of the channel holds for streams", async () => {
    const { client, clock } = scene({}, { channel: { timeoutMs: 500 } });
    const failing = failureOf(collect(client.forever({ size: 1 })));
    await clock.advance(501);
    expect(await failing).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });

  it("is cut by the server's maxTimeoutMs, streams and calls without one included", async () => {
    const left: number[] = [];
    const { client } = scene(
      {
        remaining,
        // biome-ignore lint/correctness/useYield: nothing to yield
        *list(_request: unknown, context: CallContext) {
          left.push(context.remainingMs());
        },
      },
      { server: { maxTimeoutMs: 700 } },
    );
    expect(await client.remaining({})).toEqual({ remaining_ms: 700 });
    expect(await client.remaining({}, { timeoutMs: Number.POSITIVE_INFINITY })).toEqual({ remaining_ms: 700 });
    expect(await client.remaining({}, { timeoutMs: 300 })).toEqual({ remaining_ms: 300 });
    await collect(client.list({ steps: [] }));
    expect(left).toEqual([700]);
  });

  it("that the server has cut ends the call with DEADLINE_EXCEEDED from there", async () => {
    const { client, clock } = scene({}, { server: { maxTimeoutMs: 700 } });
    const failing = failureOf(client.hang({}, { timeoutMs: 60_000 }));
    await clock.advance(701);
    expect(await failing).toMatchObject({ code: "DEADLINE_EXCEEDED", origin: "remote" });
  });

  it("that ends while the call waits for a connection has not run it", async () => {
    const { client, channel, clock, server } = scene();
    channel.wire.hold();
    const failing = Promise.all([
      failureOf(client.empty({}, { timeoutMs: 100, waitForReady: true })),
      failureOf(collect(client.list({ steps: [] }, { timeoutMs: 100 }))),
      failureOf(client.sum([], { timeoutMs: 100 })),
      failureOf(client.notify({ ms: 1 }, { timeoutMs: 100 })),
    ]);
    await clock.advance(101);
    for (const error of await failing) {
      expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED", executed: "no", origin: "local", scope: "call" });
    }
    channel.wire.release();
    await clock.settle();
    expect(server.stats().started).toBe(0);
  });

  it("that ends while the handler runs says where the time went", async () => {
    const { client, channel, clock } = scene();
    await channel.ready();
    const failing = failureOf(client.hang({}, { timeoutMs: 250 }));
    await clock.advance(300);
    const error = await failing;
    expect(error).toMatchObject({ code: "DEADLINE_EXCEEDED", executed: "maybe", origin: "local" });
    expect(Object.keys(error.timings as object).sort()).toEqual(
      ["connect", "eventLoopLag", "queue", "read", "resolve", "server", "write"].sort(),
    );
    const { server } = error.timings as { server: number };
    expect(server).toBeGreaterThanOrEqual(250);
    expect(server).toBeLessThan(300);
    expect(error.message).toContain(`${server} ms waiting for the server`);
  });

  it("shows in the handler's context as deadline and remaining time", async () => {
    const seen: { deadline: number; left: number }[] = [];
    const { client, clock } = scene({
      echo: (request: unknown, context: CallContext) => {
        seen.push({ deadline: context.deadline, left: context.remainingMs() });
        return request;
      },
    });
    await client.echo({ body: empty }, { timeoutMs: 1_234 });
    await client.echo({ body: empty }, { timeoutMs: Number.POSITIVE_INFINITY });
    expect(seen[0]).toEqual({ deadline: clock.epochNow() + 1_234, left: 1_234 });
    expect(seen[1]).toEqual({ deadline: Number.POSITIVE_INFINITY, left: Number.POSITIVE_INFINITY });
  });
});
