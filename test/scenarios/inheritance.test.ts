/** What a handler's own calls inherit: deadline, cancellation and values; and the ways out of it. */

import { type CallContext, type CallOptions, detached, isRpcError } from "taut";
import { describe, expect, it } from "vitest";
import { empty, failureOf, type Scene, scene } from "./contract.ts";

/** A server behind a server: `echo` of the outer one runs `act` with a client of the inner one. */
function chain(act: (inner: Scene["client"], context: CallContext) => unknown, server: object = {}) {
  const left: number[] = [];
  const inner: Scene = scene({
    remaining: (_request: unknown, context: CallContext) => {
      left.push(Math.round(Math.min(context.remainingMs(), 2 ** 31)));
      return { remaining_ms: 0 };
    },
  });
  const outer = scene(
    {
      async echo(request: unknown, context: CallContext) {
        await act(inner.client, context);
        return request;
      },
    },
    { server },
  );
  return { inner, outer, left };
}

const none = 2 ** 31;

describe("a call in a handler", () => {
  it("has the nearer deadline of its own and its parent's", async () => {
    const { outer, left } = chain(async (inner) => {
      await inner.remaining({});
      await inner.remaining({}, { timeoutMs: 50 });
      await inner.remaining({}, { timeoutMs: 60_000 });
      await inner.remaining({}, { timeoutMs: Number.POSITIVE_INFINITY });
    });
    await outer.client.echo({ body: empty }, { timeoutMs: 700 });
    expect(left).toEqual([700, 50, 700, 700]);
    await outer.client.echo({ body: empty }, { timeoutMs: Number.POSITIVE_INFINITY });
    expect(left.slice(4)).toEqual([10_000, 50, 60_000, none]);
  });

  it("has it after any await too", async () => {
    const { outer, left } = chain(async (inner) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await new Promise((resolve) => setImmediate(resolve));
      await inner.remaining({});
    });
    await outer.client.echo({ body: empty }, { timeoutMs: 700 });
    expect(left).toEqual([700]);
  });

  it("inherits nothing by parent: null, in detached(), and from a server without inheritContext", async () => {
    const { outer, left } = chain(async (inner) => {
      await inner.remaining({}, { parent: null });
      await detached(() => inner.remaining({}));
      await detached(async () => {
        await Promise.resolve();
        await inner.remaining({});
      });
    });
    await outer.client.echo({ body: empty }, { timeoutMs: 700 });
    expect(left).toEqual([10_000, 10_000, 10_000]);
    const without = chain((inner) => inner.remaining({}), { inheritContext: false });
    await without.outer.client.echo({ body: empty }, { timeoutMs: 700 });
    expect(without.left).toEqual([10_000]);
  });

  it("inherits by parent: context, in detached() and without inheritContext too", async () => {
    const { outer, left } = chain(
      async (inner, context) => {
        await inner.remaining({}, { parent: context });
        await detached(() => inner.remaining({}, { parent: context }));
      },
      { inheritContext: false },
    );
    await outer.client.echo({ body: empty }, { timeoutMs: 700 });
    expect(left).toEqual([700, 700]);
  });

  it("inherits from a context of a test's own make", async () => {
    const { inner, left } = chain(() => {});
    const abort = new AbortController();
    const parent = {
      signal: abort.signal,
      deadline: inner.clock.epochNow() + 300,
      remainingMs: () => 300,
      attempt: 1,
      values: { get: () => undefined, set: () => parent.values, delete: () => parent.values },
    } as unknown as CallContext;
    await inner.client.remaining({}, { parent });
    expect(left).toEqual([300]);
    const failing = failureOf(inner.client.hang({}, { parent }));
    await inner.clock.settle();
    abort.abort("over");
    expect(await failing).toMatchObject({ code: "CANCELLED", cause: "over" });
  });

  it.each([
    ["cancel", (_outer: Scene, abort: AbortController) => abort.abort(), "CANCELLED"],
    ["deadline", (outer: Scene) => outer.clock.advance(1_001), "DEADLINE_EXCEEDED"],
    ["connection", (outer: Scene) => outer.channel.wire.cut(), "CANCELLED"],
  ] as const)("ends when its parent ends by %s, and so does its handler", async (endedBy, end, code) => {
    const errors: unknown[] = [];
    const seen: unknown[] = [];
    const { inner, outer } = chain(async (client, context) => {
      errors.push(await failureOf(client.hang({}, { timeoutMs: 60_000 })));
      seen.push(context.endedBy, context.signal.aborted, isRpcError(context.signal.reason));
    });
    const abort = new AbortController();
    const failing = failureOf(outer.client.echo({ body: empty }, { timeoutMs: 1_000, signal: abort.signal }));
    for (let at = 0; at < 5; at += 1) await outer.clock.settle();
    await end(outer, abort);
    await failing;
    for (let at = 0; at < 5; at += 1) await outer.clock.settle();
    expect(errors).toMatchObject([{ code }]);
    expect(seen).toEqual([endedBy, true, true]);
    for (let at = 0; at < 5; at += 1) await inner.clock.settle();
    expect(inner.server.stats().open).toBe(0);
  });

  it("that meets the common deadline first ends its parent with that, and is no error to report", async () => {
    const scenes: Scene[] = [];
    const one = scene({ chain: () => scenes[0]?.client.hang({}) });
    scenes.push(one);
    await one.channel.ready();
    const failing = failureOf(one.client.chain({ hops: 0, work_ms: 0 }, { timeoutMs: 100 }));
    await one.clock.advance(200);
    expect(await failing).toMatchObject({ code: "DEADLINE_EXCEEDED" });
    expect(one.serverErrors).toEqual([]);
  });

  it("is not aborted when its parent ends well", async () => {
    let child: Promise<unknown> | undefined;
    const abort = new AbortController();
    const { inner, outer } = chain((client) => {
      child = failureOf(client.hang({}, { signal: abort.signal }));
    });
    await outer.client.echo({ body: empty });
    for (let at = 0; at < 5; at += 1) await inner.clock.settle();
    expect(inner.channel.stats().open).toBe(1);
    abort.abort("by hand");
    expect(await child).toMatchObject({ cause: "by hand" });
  });

  it("made after its parent has ended fails at once and sends nothing", async () => {
    let late: Promise<unknown> | undefined;
    const { inner, outer } = chain(async (client, context) => {
      await new Promise<void>((resolve) => context.signal.addEventListener("abort", () => resolve()));
      late = failureOf(client.empty({}));
    });
    const abort = new AbortController();
    const failing = failureOf(outer.client.echo({ body: empty }, { signal: abort.signal }));
    for (let at = 0; at < 5; at += 1) await outer.clock.settle();
    abort.abort();
    await failing;
    for (let at = 0; at < 5; at += 1) await outer.clock.settle();
    expect(await late).toMatchObject({ code: "CANCELLED", executed: "no" });
    expect(inner.channel.wire.attempts).toBe(0);
  });

  it("shows a client's interceptor the deadline and the end of the parent", async () => {
    const seen: { deadline: number; signal: AbortSignal }[] = [];
    const inner = scene(
      {},
      {
        channel: {
          interceptors: [
            (call, next) => {
              seen.push(call);
              return next(call);
            },
          ],
        },
      },
    );
    const outer = scene({ echo: () => inner.client.hang({}) });
    const abort = new AbortController();
    const failing = failureOf(outer.client.echo({ body: empty }, { timeoutMs: 700, signal: abort.signal }));
    for (let at = 0; at < 5; at += 1) await outer.clock.settle();
    expect(seen[0]?.deadline).toBe(outer.clock.epochNow() + 700);
    expect(seen[0]?.signal.aborted).toBe(false);
    abort.abort();
    await failing;
    for (let at = 0; at < 5; at += 1) await outer.clock.settle();
    expect(seen[0]?.signal.aborted).toBe(true);
  });
});

it("options of a call may be shared: nothing of them is changed", async () => {
  const options: CallOptions = Object.freeze({ timeoutMs: 500, metadata: Object.freeze({ k: "v" }) });
  const { client } = scene();
  for (let at = 0; at < 3; at += 1) await client.echo({ body: empty }, options);
  expect(options).toEqual({ timeoutMs: 500, metadata: { k: "v" } });
});
