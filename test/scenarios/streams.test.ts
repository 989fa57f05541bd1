/** Streams, as the contract words them: when they start, who waits for what, and how each side leaves. */

import { EventEmitter, getEventListeners, on } from "node:events";
import { type CallContext, isRpcError, RpcError } from "taut";
import { describe, expect, it } from "vitest";
import type { ChatRequest, Chunk } from "../.generated/schemas/conformance/v1/service.ts";
import { collect, empty, failureOf, scene } from "./contract.ts";

const chunk = (seq: number, size = 0): Chunk => ({ seq, body: new Uint8Array(size) });
const ask: ChatRequest = { steps: [] };

/** A handler of a stream that answers one chunk and then waits until it is told to end. */
function waiting(log: string[]) {
  return async function* (_request: unknown, context: CallContext): AsyncIterable<Chunk> {
    log.push("started");
    context.signal.addEventListener("abort", () => log.push(`aborted by ${context.endedBy}`));
    try {
      yield chunk(0);
      await new Promise((_resolve, reject) => context.signal.addEventListener("abort", () => reject(context.signal.reason)));
    } finally {
      log.push("finally");
    }
  };
}

describe.each([
  ["without interceptors", {}],
  ["through an interceptor", { channel: { interceptors: [(call: never, next: (call: never) => never) => next(call)] } }],
  [
    "through an interceptor of the server",
    { server: { interceptors: [(call: never, next: (call: never) => never) => next(call)] } },
  ],
] as const)("a stream call %s", (_how, options) => {
  const open = (handler: object) => scene(handler, options as never);

  it("starts when the method is called, read or not", async () => {
    const log: string[] = [];
    const { client, clock } = open({ list: waiting(log), chat: waiting(log) });
    client.list({ steps: [] });
    client.chat([]);
    await clock.settle();
    expect(log).toEqual(["started", "started"]);
  });

  it("may be promised by its handler: an async function's rejection is the call's, and a promise that comes late is stopped", async () => {
    const log: string[] = [];
    let keep: (stream: unknown) => void = () => {};
    const { client, clock } = open({
      list: (request: { steps: unknown[] }) =>
        request.steps.length > 0
          ? Promise.resolve([chunk(1), chunk(2)])
          : Promise.reject(new RpcError({ code: "NOT_FOUND", message: "m" })),
      chat: () =>
        new Promise((resolve) => {
          keep = resolve;
        }),
    });
    expect(await collect(client.list({ steps: [{ size: 1 }] }))).toEqual([chunk(1), chunk(2)]);
    expect(await failureOf(collect(client.list({ steps: [] })))).toMatchObject({ code: "NOT_FOUND", message: "m" });
    const abort = new AbortController();
    const late = failureOf(collect(client.chat([], { signal: abort.signal })));
    await clock.settle();
    abort.abort();
    expect(await late).toMatchObject({ code: "CANCELLED" });
    await clock.settle();
    keep({ [Symbol.asyncIterator]: () => ({ next: () => log.push("pulled") }) });
    await clock.settle();
    expect(log).toEqual([]);
    expect(await collect(client.list({ steps: [{ size: 1 }] }))).toHaveLength(2);
  });

  it("sets metadata key by key, and none once its end is on its way", async () => {
    let kept: CallContext | undefined;
    const { client } = open({
      echo: (request: unknown, context: CallContext) => {
        kept = context;
        context.setMetadata({ first: "1", second: "old" });
        context.setMetadata({ second: ["2", "3"] });
        context.setTrailers({ third: "4" });
        context.setTrailers({ fourth: "5" });
        return request;
      },
    });
    const told: string[][] = [];
    const keep = (metadata: Iterable<[string, unknown]>): void => {
      told.push([...metadata].map(([key, value]) => `${key}=${value}`).sort());
    };
    await client.echo({ body: empty }, { onMetadata: keep, onTrailers: keep });
    expect(told).toEqual([
      ["first=1", "second=2", "second=3"],
      ["fourth=5", "third=4"],
    ]);
    expect(() => kept?.setMetadata({ too: "late" })).toThrow("must be set before");
  });

  it("tells its handler what died: the call, or the connection under it", async () => {
    const contexts: CallContext[] = [];
    const { client, channel, clock } = open({
      list: (_request: unknown, context: CallContext) => {
        contexts.push(context);
        return waiting([])(_request, context);
      },
    });
    const abort = new AbortController();
    const cancelled = failureOf(collect(client.list({ steps: [] }, { signal: abort.signal })));
    const cut = failureOf(collect(client.list({ steps: [] })));
    await clock.settle();
    abort.abort();
    await cancelled;
    await clock.settle();
    channel.wire.cut();
    await cut;
    await clock.settle();
    expect(contexts.map(({ endedBy, signal }) => [endedBy, signal.reason.scope])).toEqual([
      ["cancel", "call"],
      ["connection", "connection"],
    ]);
  });

  it("may be listened to by its handler as often as it likes", async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error): number => warnings.push(warning);
    process.on("warning", hear);
    const { client, clock } = open({
      echo: (request: unknown, context: CallContext) => {
        for (let i = 0; i < 20; i++) context.signal.addEventListener("abort", () => {});
        return request;
      },
    });
    await client.echo({ body: empty });
    await clock.settle();
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", hear);
    expect(warnings).toEqual([]);
  });

  it("keeps its error for the iterator, never an unhandled rejection", async () => {
    const { client, clock } = open({});
    const fail = { code: "DATA_LOSS", message: "m" };
    const streams = [client.list({ steps: [{ size: 1 }], fail }), client.chat([{ steps: [{ size: 1 }], fail }])];
    const neverRead = [client.list({ steps: [], fail }), client.list({ steps: 7 as never }), client.chat([7 as never])];
    await clock.settle();
    for (const stream of streams) {
      const iterator = stream[Symbol.asyncIterator]();
      expect((await iterator.next()).value).toMatchObject({ body: new Uint8Array(1) });
      expect(await failureOf(iterator.next())).toMatchObject(fail);
      expect(await iterator.next()).toEqual({ value: undefined, done: true });
    }
    expect(neverRead).toHaveLength(3);
  });

  it("is single-use: what was read is gone", async () => {
    const { client } = open({});
    const stream = client.list({ steps: [{ size: 1 }, { size: 2 }] });
    expect(await collect(stream)).toHaveLength(2);
    expect(await collect(stream)).toEqual([]);
    expect(stream[Symbol.asyncIterator]()).toBe(stream);
  });

  it("ends at the server when the user leaves the loop: finally runs, the signal is aborted", async () => {
    const log: string[] = [];
    const { client, clock, channel } = open({ list: waiting(log), chat: waiting(log) });
    for (const stream of [client.list({ steps: [] }), client.chat([])]) for await (const _item of stream) break;
    await clock.settle();
    expect(log.sort()).toEqual(["aborted by cancel", "aborted by cancel", "finally", "finally", "started", "started"]);
    expect(channel.stats()).toMatchObject({ cancelled: 2, open: 0 });
  });

  it("ends when the iterator's return or throw is called, before the first message too", async () => {
    const log: string[] = [];
    const { client, clock, server } = open({
      async *list(_request: unknown, context: CallContext) {
        try {
          await new Promise((_resolve, reject) => context.signal.addEventListener("abort", () => reject(context.signal.reason)));
          yield chunk(0);
        } finally {
          log.push("finally");
        }
      },
    });
    const first = client.list({ steps: [] })[Symbol.asyncIterator]();
    await clock.settle();
    expect(await first.return?.()).toEqual({ value: undefined, done: true });
    expect(await first.next()).toEqual({ value: undefined, done: true });
    const second = client.list({ steps: [] })[Symbol.asyncIterator]();
    const pending = second.next();
    await clock.settle();
    const mine = new Error("mine");
    expect(await failureOf(second.throw?.(mine) as Promise<unknown>)).toBe(mine);
    expect(await pending).toEqual({ value: undefined, done: true });
    await clock.settle();
    expect(log).toEqual(["finally", "finally"]);
    expect(server.stats().open).toBe(0);
  });

  it("answers pending next() in order, however many wait", async () => {
    const { client } = open({ list: () => [chunk(0), chunk(1)] });
    const iterator = client.list({ steps: [] })[Symbol.asyncIterator]();
    const all = await Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()]);
    expect(all.map(({ done, value }) => (done === true ? "done" : value.seq))).toEqual([0, 1, "done", "done"]);
  });

  it("takes Iterable and AsyncIterable requests, and Iterable and AsyncIterable answers", async () => {
    const { client } = open({
      list: () => new Set([chunk(1), chunk(2)]),
      *chat() {
        yield chunk(3);
      },
    });
    expect(await collect(client.list({ steps: [] }))).toHaveLength(2);
    expect(await collect(client.chat(new Set([ask])))).toEqual([chunk(3)]);
    expect(await client.sum(new Set([chunk(1, 5), chunk(2, 6)]))).toEqual({ messages: 2, total_bytes: 11 });
    expect(await client.sum([chunk(1, 5)][Symbol.iterator]())).toEqual({ messages: 1, total_bytes: 5 });
    expect(
      await client.sum(
        (async function* () {
          yield chunk(1, 7);
        })(),
      ),
    ).toEqual({ messages: 1, total_bytes: 7 });
  });

  it("rejects or throws for what is no iterable, never at once", async () => {
    const { client } = open({});
    for (const wrong of [undefined, null, 5, {}, "text"]) {
      const sum = client.sum(wrong as never);
      const chat = client.chat(wrong as never);
      expect(await failureOf(sum)).toBeInstanceOf(TypeError);
      expect(await failureOf(collect(chat))).toBeInstanceOf(TypeError);
    }
  });

  it("gives the request iterable its return() when the server ends early, and no error", async () => {
    let returned = false;
    const { client, clock } = open({
      async *chat(requests: AsyncIterable<ChatRequest>) {
        for await (const _one of requests) return;
        yield chunk(0);
      },
    });
    const requests = (async function* () {
      try {
        for (;;) {
          yield ask;
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        returned = true;
      }
    })();
    expect(await collect(client.chat(requests))).toEqual([]);
    await clock.settle();
    expect(returned).toBe(true);
  });

  it("gives a request iterable that waits its return() at once", async () => {
    const source = new EventEmitter();
    const { client, clock } = open({ chat: () => [] });
    const requests = on(source, "request") as AsyncIterable<never>;
    expect(await collect(client.chat(requests))).toEqual([]);
    await clock.settle();
    expect(source.listenerCount("request")).toBe(0);
  });

  it("gives a handler's iterable that waits its return() at once, and ends", async () => {
    const source = new EventEmitter();
    const { client, clock, server } = open({ list: () => on(source, "answer") });
    const stream = client.list({ steps: [] })[Symbol.asyncIterator]();
    await clock.settle();
    expect(source.listenerCount("answer")).toBe(1);
    await stream.return?.();
    await clock.settle();
    expect(source.listenerCount("answer")).toBe(0);
    expect(server.stats()).toMatchObject({ cancelled: 1, open: 0 });
  });

  it("does not pull requests beyond the first before the server has accepted", async () => {
    let pulled = 0;
    const { client, channel, clock } = open({});
    await channel.ready();
    await clock.settle();
    channel.wire.hold("to-client");
    const sum = client.sum(
      (function* () {
        for (; pulled < 10; ) {
          pulled += 1;
          yield chunk(pulled);
        }
      })(),
    );
    await clock.settle();
    expect(pulled).toBe(1);
    channel.wire.release();
    expect(await sum).toMatchObject({ messages: 10 });
  });

  it("that nobody reads pauses the server's generator and blocks no other call", async () => {
    let yielded = 0;
    const { client, clock } = open({
      *list() {
        for (; yielded < 100; ) {
          yielded += 1;
          yield chunk(yielded, 100_000);
        }
      },
    });
    const unread = client.list({ steps: [] });
    await clock.settle();
    const paused = yielded;
    expect(paused).toBeLessThan(20);
    for (let at = 0; at < 20; at += 1) await client.echo({ body: new Uint8Array(10_000) });
    expect(yielded).toBe(paused);
    expect(await collect(unread)).toHaveLength(100);
  });

  it("shows the handler a cancel as an error of its request stream, not as its end", async () => {
    const seen: unknown[] = [];
    const { client, clock } = open({
      async sum(requests: AsyncIterable<Chunk>, context: CallContext) {
        try {
          for await (const { seq } of requests) seen.push(seq);
          seen.push("end");
        } catch (error) {
          seen.push([isRpcError(error) && (error as RpcError).code, context.endedBy]);
        }
        return { messages: 0, total_bytes: 0 };
      },
    });
    const abort = new AbortController();
    const failing = failureOf(
      client.sum(
        (async function* () {
          yield chunk(1);
          yield chunk(2);
          await new Promise(() => {});
        })(),
        { signal: abort.signal },
      ),
    );
    await clock.settle();
    abort.abort();
    expect(await failing).toMatchObject({ code: "CANCELLED" });
    await clock.settle();
    expect(seen).toEqual([1, 2, ["CANCELLED", "cancel"]]);
  });

  it("never shows the handler a part of its requests as the whole, when a cancel finds some unread", async () => {
    const seen: unknown[] = [];
    const { client, clock } = open({
      async sum(requests: AsyncIterable<Chunk>, context: CallContext) {
        const aborted = new Promise((resolve) => context.signal.addEventListener("abort", resolve));
        try {
          for await (const { seq } of requests) {
            seen.push(seq);
            await aborted;
          }
          seen.push("end");
        } catch (error) {
          seen.push(isRpcError(error) && error.code);
        }
        return { messages: 0, total_bytes: 0 };
      },
    });
    const abort = new AbortController();
    const failing = failureOf(client.sum([chunk(1), chunk(2), chunk(3)], { signal: abort.signal }));
    await clock.settle();
    abort.abort();
    expect(await failing).toMatchObject({ code: "CANCELLED" });
    await clock.settle();
    expect(seen).toEqual([1, "CANCELLED"]);
  });

  it("hands out what arrived before an error, then the error", async () => {
    const { client, channel, clock } = open({
      async *list(_request: unknown, { signal }: CallContext) {
        yield chunk(1);
        yield chunk(2);
        await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    });
    const stream = client.list({ steps: [] });
    await clock.settle();
    channel.wire.cut();
    await clock.settle();
    const iterator = stream[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toEqual(chunk(1));
    expect((await iterator.next()).value).toEqual(chunk(2));
    expect(await failureOf(iterator.next())).toMatchObject({ code: "UNAVAILABLE" });
  });

  it.each([
    ["the user's abort", "CANCELLED"],
    ["the deadline", "DEADLINE_EXCEEDED"],
    ["close()", "CANCELLED"],
  ])("hands out nothing more after %s: the reader itself has given up", async (way, code) => {
    const list = async function* (_request: unknown, { signal }: CallContext) {
      for (let seq = 0; seq < 50; seq += 1) yield chunk(seq);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    };
    const { client, channel, clock } = open({ list, chat: list });
    const abort = new AbortController();
    const given = { signal: abort.signal, timeoutMs: 1_000 };
    const streams = [client.list({ steps: [] }, given), client.chat([], given)].map((one) => one[Symbol.asyncIterator]());
    for (const stream of streams) expect(await stream.next()).toEqual({ done: false, value: chunk(0) });
    await clock.settle();
    if (way === "the user's abort") abort.abort();
    else if (way === "close()") await channel.close();
    else await clock.advance(1_010);
    for (const stream of streams) {
      expect(await failureOf(stream.next())).toMatchObject({ code, executed: "yes" });
      expect(await stream.next()).toEqual({ done: true, value: undefined });
    }
  });

  it("knows that its handler has begun by what has come of it: a message, or leave to send a second request", async () => {
    const hang = (context: CallContext) =>
      new Promise<never>((_, reject) => context.signal.addEventListener("abort", () => reject(context.signal.reason)));
    const { client, clock } = open({
      sum: (_requests: unknown, context: CallContext) => hang(context),
      chat: async function* (_requests: unknown, context: CallContext) {
        yield chunk(0);
        await hang(context);
      },
    });
    const endless = async function* () {
      for (;;) {
        yield ask;
        await clock.settle();
      }
    };
    const abort = new AbortController();
    const failing = [
      failureOf(
        client.sum(
          (async function* () {
            yield chunk(1);
            yield chunk(2);
            await new Promise(() => {});
          })(),
          { signal: abort.signal },
        ),
      ),
      failureOf(collect(client.chat(endless(), { signal: abort.signal }))),
    ];
    await clock.settle();
    abort.abort();
    for (const failure of failing) expect(await failure).toMatchObject({ code: "CANCELLED", executed: "yes" });
  });

  it("calls onMetadata once before its first message and onTrailers once at its end", async () => {
    const { client } = open({
      async *list(_request: unknown, context: CallContext) {
        context.setMetadata({ leading: "l" });
        yield chunk(1);
        expect(() => context.setMetadata({ too: "late" })).toThrow();
        yield chunk(2);
        context.setTrailers({ trailing: "t" });
      },
    });
    const events: unknown[] = [];
    const stream = client.list(
      { steps: [] },
      {
        onMetadata: (metadata) => events.push(["leading", metadata.get("leading")]),
        onTrailers: (metadata) => events.push(["trailers", metadata.get("trailing")]),
      },
    );
    for await (const { seq } of stream) events.push(seq);
    expect(events.filter((one) => Array.isArray(one))).toEqual([
      ["leading", "l"],
      ["trailers", "t"],
    ]);
    expect(events[0]).toEqual(["leading", "l"]);
  });

  it("calls onTrailers once when it fails or is left, and onMetadata only if something of the answer had come", async () => {
    const { client } = open({
      async *list({ steps }: ChatRequest, { signal }: CallContext) {
        for (const [seq] of steps.entries()) yield chunk(seq);
        if (steps.length === 2) await new Promise((resolve) => signal.addEventListener("abort", resolve));
        throw new RpcError({ code: "ABORTED", message: "m", metadata: { why: "w" } });
      },
    });
    const told: string[] = [];
    const list = (messages: number) =>
      client.list(
        { steps: Array.from({ length: messages }, () => ({ size: 1 })) },
        {
          onMetadata: () => told.push("leading"),
          onTrailers: (trailers) => told.push(`trailers ${trailers.get("why")}`),
        },
      );
    for (const messages of [0, 1]) expect(await failureOf(collect(list(messages)))).toMatchObject({ code: "ABORTED" });
    expect(told.splice(0)).toEqual(["trailers w", "leading", "trailers w"]);
    for await (const _ of list(2)) break;
    expect(told).toEqual(["leading", "trailers undefined"]);
  });

  it("calls onMetadata and onTrailers with nothing when there is nothing, for each kind", async () => {
    const { client } = open({ list: () => [chunk(1)] });
    const calls = [
      (o: object) => client.echo({ body: empty }, o),
      (o: object) => client.sum([], o),
      (o: object) => collect(client.list({ steps: [] }, o)),
      (o: object) => collect(client.chat([], o)),
    ];
    for (const call of calls) {
      const told: unknown[] = [];
      await call({
        onMetadata: (metadata: Iterable<unknown>) => told.push(["m", ...metadata]),
        onTrailers: (metadata: Iterable<unknown>) => told.push(["t", ...metadata]),
      });
      expect(told).toEqual([["m"], ["t"]]);
    }
  });

  it("survives callbacks that throw, and tells onError", async () => {
    const { client, channelErrors } = open({ list: () => [chunk(1)] });
    const thrown = new Error("of a callback");
    const bad = {
      onMetadata: () => {
        throw thrown;
      },
      onTrailers: () => {
        throw thrown;
      },
    };
    expect(await client.echo({ body: empty }, bad)).toEqual({ body: empty });
    expect(await collect(client.list({ steps: [] }, bad))).toHaveLength(1);
    expect(channelErrors).toEqual([thrown, thrown, thrown, thrown]);
  });

  it("leaves no listener on the user's signal, and ignores an abort after its end", async () => {
    const abort = new AbortController();
    const { client, clock, channel } = open({ list: () => [chunk(1)] });
    const { signal } = abort;
    await client.echo({ body: empty }, { signal });
    await client.sum([], { signal });
    await collect(client.list({ steps: [] }, { signal }));
    await failureOf(client.fail({ code: "ABORTED", message: "" }, { signal }));
    await failureOf(collect(client.list({ steps: 7 as never }, { signal })));
    for await (const _one of client.list({ steps: [] }, { signal })) break;
    client.list({ steps: [] }, { signal });
    await clock.settle();
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    const { bytesOut } = channel.stats();
    abort.abort();
    await clock.settle();
    expect(channel.stats().bytesOut).toBe(bytesOut);
  });
});

describe("a one-way call", () => {
  it("resolves with nothing once written, whatever its handler does", async () => {
    const { client, serverErrors, clock, server } = scene({
      notify: () => {
        throw new Error("nobody hears it");
      },
    });
    expect(await client.notify({ ms: 1 })).toBeUndefined();
    await clock.settle();
    expect(serverErrors).toHaveLength(1);
    expect(server.stats()).toMatchObject({ started: 1, open: 0 });
  });

  it("rejects when it was not sent", async () => {
    const { client, channel } = scene();
    channel.wire.refuse();
    expect(await failureOf(client.notify({ ms: 1 }))).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
    expect(await failureOf(client.notify({ ms: 1.5 }))).toMatchObject({ code: "INVALID_ARGUMENT", executed: "no" });
    await channel.close();
    expect(await failureOf(client.notify({ ms: 1 }))).toMatchObject({ code: "CANCELLED", executed: "no" });
  });

  it("carries metadata and a deadline, and runs with a context like any other", async () => {
    const seen: unknown[] = [];
    const { client, clock } = scene({
      notify: ({ ms }: { ms: number }, context: CallContext) => {
        seen.push([ms, context.metadata.get("k"), context.remainingMs(), context.method]);
      },
    });
    await client.notify({ ms: 7 }, { metadata: { k: "v" }, timeoutMs: 500 });
    await clock.settle();
    expect(seen).toEqual([[7, "v", 500, "conformance.v1.Conformance/notify"]]);
  });
});
