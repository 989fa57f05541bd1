/** Interceptors of both sides, as the contract words them. */

import { AsyncLocalStorage } from "node:async_hooks";
import { type CallContext, createContextKey, type InterceptedCall, type Interceptor, Metadata, type Reply, RpcError } from "taut";
import { describe, expect, it } from "vitest";
import type { Chunk } from "../.generated/schemas/conformance/v1/service.ts";
import { collect, empty, failureOf, scene } from "./contract.ts";

const sides = ["channel", "server"] as const;

/** A scene with interceptors on one side. */
const on = (side: (typeof sides)[number], interceptors: Interceptor[], handler: object = {}) =>
  scene(handler, { [side]: { interceptors } });

describe("an interceptor of the server that turns a call away", () => {
  it("says that the handler never ran, once more after it has let one through", async () => {
    const refusal = new RpcError({ code: "UNAUTHENTICATED", message: "no token", details: [{ type: "a.B", data: 1 }] });
    const guard: Interceptor = (call, next) => (call.metadata.has("token") ? next(call) : Promise.reject(refusal));
    const fail = (): never => {
      throw refusal;
    };
    const { client, serverErrors } = on("server", [guard], { empty: fail, sum: fail, list: fail, chat: fail });
    const calls = [
      (metadata: Record<string, string>) => client.empty({}, { metadata }),
      (metadata: Record<string, string>) => client.sum([], { metadata }),
      (metadata: Record<string, string>) => collect(client.list({ steps: [] }, { metadata })),
      (metadata: Record<string, string>) => collect(client.chat([], { metadata })),
    ];
    for (const call of calls) {
      const expected = { code: "UNAUTHENTICATED", message: "no token", details: [{ type: "a.B", data: 1 }], origin: "remote" };
      expect(await failureOf(call({}))).toMatchObject({ ...expected, executed: "no" });
      expect(await failureOf(call({ token: "t" }))).toMatchObject({ ...expected, executed: "yes" });
    }
    expect(serverErrors).toEqual([]);
  });

  it("is the only answer where it says UNAVAILABLE or UNIMPLEMENTED: nothing tries again by itself, no name is bound anew", async () => {
    for (const code of ["UNAVAILABLE", "UNIMPLEMENTED"] as const) {
      let asked = 0;
      const guard: Interceptor = () => {
        asked += 1;
        throw new RpcError({ code, message: "m" });
      };
      const { client } = on("server", [guard]);
      for (const round of [1, 2]) {
        expect(await failureOf(client.empty({}))).toMatchObject({ code, executed: "yes" });
        expect(asked).toBe(round);
      }
    }
  });
});

describe.each(sides)("an interceptor of the %s", (side) => {
  it("sees a call as a plain object with own properties", async () => {
    const calls: InterceptedCall[] = [];
    const note: Interceptor = (call, next) => {
      calls.push(call);
      return next({ ...call });
    };
    const { client, clock } = on(side, [note]);
    await client.echo({ body: empty, text: "t" }, { metadata: { k: "v" }, timeoutMs: 500 });
    await client.sum([]);
    await collect(client.list({ steps: [] }));
    await collect(client.chat([]));
    await client.notify({ ms: 1 });
    await clock.settle();
    expect(calls.map(({ method }) => [method.name, method.kind])).toEqual([
      ["echo", "unary"],
      ["sum", "client-stream"],
      ["list", "server-stream"],
      ["chat", "bidi"],
      ["notify", "one-way"],
    ]);
    const [echo, sum] = calls as [InterceptedCall, InterceptedCall];
    expect(Object.getPrototypeOf(echo)).toBe(Object.prototype);
    expect(Object.keys(echo)).toEqual(
      expect.arrayContaining(["side", "method", "message", "metadata", "signal", "deadline", "values"]),
    );
    expect(echo).toMatchObject({
      side: side === "channel" ? "client" : "server",
      method: { service: "conformance.v1.Conformance", name: "echo", kind: "unary", idempotent: false },
      message: { body: empty, text: "t" },
      deadline: clock.epochNow() + 500,
    });
    expect(echo.metadata.get("k")).toBe("v");
    expect(echo.signal).toBeInstanceOf(AbortSignal);
    expect("message" in sum).toBe(false);
    expect(typeof sum.messages?.[Symbol.asyncIterator]).toBe("function");
    expect(sum.deadline).toBe(Number.POSITIVE_INFINITY);
    if (side === "server") expect(echo.peer).toMatchObject({ transport: "memory" });
  });

  it("replaces the message and the answer", async () => {
    const change: Interceptor = async (call, next) => {
      const reply = await next({ ...call, message: { ...(call.message as object), text: "changed" } });
      return { ...reply, message: { ...(reply.message as object), body: new Uint8Array([9]) } };
    };
    const { client } = on(side, [change]);
    expect(await client.echo({ body: empty })).toEqual({ body: new Uint8Array([9]), text: "changed" });
  });

  it("gets a reply that is a plain object with own properties", async () => {
    let seen: Reply | undefined;
    const look: Interceptor = async (call, next) => {
      seen = await next(call);
      return { ...seen };
    };
    const { client } = on(side, [look], {
      echo: (request: unknown, context: CallContext) => {
        context.setMetadata({ leading: "l" });
        context.setTrailers({ trailing: "t" });
        return request;
      },
    });
    const told: unknown[] = [];
    await client.echo(
      { body: empty },
      {
        onMetadata: (metadata) => told.push(metadata.get("leading")),
        onTrailers: (metadata) => told.push(metadata.get("trailing")),
      },
    );
    expect(Object.getPrototypeOf(seen)).toBe(Object.prototype);
    expect(seen?.metadata.get("leading")).toBe("l");
    expect((await seen?.trailers)?.get("trailing")).toBe("t");
    expect(told).toEqual(["l", "t"]);
  });

  it("changes metadata in place, and replaces the reply's", async () => {
    const change: Interceptor = async (call, next) => {
      call.metadata.set("added", "by interceptor").delete("taken");
      const reply = await next(call);
      return {
        ...reply,
        metadata: new Metadata({ own: "leading" }),
        trailers: Promise.resolve(new Metadata({ own: "trailers" })),
      };
    };
    let seen: Metadata | undefined;
    const { client } = on(side, [change], {
      echo: (request: unknown, context: CallContext) => {
        seen = new Metadata(context.metadata);
        return request;
      },
    });
    const told: unknown[] = [];
    const options = {
      metadata: { taken: "1", kept: "2" },
      onMetadata: (metadata: Metadata) => told.push(metadata.get("own")),
      onTrailers: (metadata: Metadata) => told.push(metadata.get("own")),
    };
    await client.echo({ body: empty }, options);
    expect([...(seen as Metadata)]).toEqual([
      ["kept", "2"],
      ["added", "by interceptor"],
    ]);
    expect(told).toEqual(["leading", "trailers"]);
    expect(options.metadata).toEqual({ taken: "1", kept: "2" });
  });

  it("makes a deadline shorter, never longer", async () => {
    const shift =
      (ms: number): Interceptor =>
      (call, next) =>
        next({ ...call, deadline: call.deadline + ms });
    const left: number[] = [];
    const note = {
      echo: (request: unknown, context: CallContext) => {
        left.push(Math.round(context.remainingMs()));
        return request;
      },
    };
    for (const ms of [-400, 400]) await on(side, [shift(ms)], note).client.echo({ body: empty }, { timeoutMs: 1_000 });
    expect(left).toEqual([600, 1_000]);
    const { client, clock } = on(side, [(call, next) => next({ ...call, deadline: clock.epochNow() + 100 })]);
    const failing = failureOf(client.hang({}, { timeoutMs: 1_000 }));
    await clock.advance(150);
    expect(await failing).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });

  it("ends the call by a signal of its own", async () => {
    const mine = new AbortController();
    const { client, clock } = on(side, [(call, next) => next({ ...call, signal: AbortSignal.any([call.signal, mine.signal]) })]);
    const failing = failureOf(client.hang({}));
    await clock.settle();
    mine.abort(new RpcError({ code: "ABORTED", message: "mine" }));
    expect((await failing).code).toBe(side === "channel" ? "CANCELLED" : "ABORTED");
  });

  it("sees the user's abort at its signal", async () => {
    let seen: AbortSignal | undefined;
    const { client, clock } = on(side, [
      (call, next) => {
        seen = call.signal;
        return next(call);
      },
    ]);
    const abort = new AbortController();
    const failing = failureOf(client.hang({}, { signal: abort.signal }));
    await clock.settle();
    expect(seen?.aborted).toBe(false);
    abort.abort("reason");
    expect(await failing).toMatchObject({ code: "CANCELLED", cause: "reason" });
    await clock.settle();
    expect(seen?.aborted).toBe(true);
  });

  it("answers by itself, with messages of a stream too, and nothing behind it runs", async () => {
    const reply = (more: object): Reply => ({ ...more, metadata: new Metadata(), trailers: Promise.resolve(new Metadata()) });
    const answer: Interceptor = async (call) => {
      if (call.method.kind === "unary") return reply({ message: { body: empty, text: "by itself" } });
      return reply({
        messages: (async function* () {
          yield { seq: 7, body: empty };
        })(),
      });
    };
    let ran = false;
    const ran_ = () => {
      ran = true;
    };
    const { client } = on(side, [answer, ran_ as never], { echo: ran_, list: ran_ });
    expect(await client.echo({ body: empty })).toMatchObject({ text: "by itself" });
    expect(await collect(client.list({ steps: [] }))).toEqual([{ seq: 7, body: empty }]);
    expect(ran).toBe(false);
  });

  it("throws instead of answering, before or after", async () => {
    const thrown = new RpcError({ code: "PERMISSION_DENIED", message: "not you", details: [{ type: "a.B", data: 1 }] });
    const before: Interceptor = () => {
      throw thrown;
    };
    const after: Interceptor = async (call, next) => {
      await next(call);
      throw new RpcError({ code: "ABORTED", message: "too late" });
    };
    const { client } = on(side, [before]);
    expect(await failureOf(client.echo({ body: empty }))).toMatchObject({ code: "PERMISSION_DENIED", message: "not you" });
    expect(await failureOf(collect(client.list({ steps: [] })))).toMatchObject({ code: "PERMISSION_DENIED" });
    expect(await failureOf(client.sum([]))).toMatchObject({ code: "PERMISSION_DENIED" });
    expect(await failureOf(on(side, [after]).client.echo({ body: empty }))).toMatchObject({ code: "ABORTED" });
  });

  it("tries again by calling next twice", async () => {
    let runs = 0;
    const twice: Interceptor = async (call, next) => {
      try {
        return await next(call);
      } catch {
        return next(call);
      }
    };
    const { client } = on(side, [twice], {
      echo: (request: unknown) => {
        runs += 1;
        if (runs === 1) throw new RpcError({ code: "ABORTED", message: "first" });
        return request;
      },
    });
    expect(await client.echo({ body: empty, text: "second" })).toMatchObject({ text: "second" });
    expect(runs).toBe(2);
  });

  it("gets the error's metadata and details of a failing call, and the user still does", async () => {
    const seen: unknown[] = [];
    const look: Interceptor = async (call, next) => {
      try {
        return await next(call);
      } catch (error) {
        seen.push((error as RpcError).code, (error as RpcError).metadata.get("why"));
        throw error;
      }
    };
    const { client } = on(side, [look], {
      echo: (_request: unknown, context: CallContext) => {
        context.setMetadata({ leading: "l" });
        context.setTrailers({ trailing: "t" });
        throw new RpcError({ code: "ABORTED", message: "m", metadata: { why: "w" } });
      },
    });
    const told: unknown[] = [];
    const error = await failureOf(
      client.echo(
        { body: empty },
        {
          onMetadata: (metadata) => told.push(metadata.get("leading")),
          onTrailers: (metadata) => told.push(metadata.get("trailing"), metadata.get("why")),
        },
      ),
    );
    expect(seen).toEqual(["ABORTED", "w"]);
    expect(told).toEqual(["l", "t", "w"]);
    expect((error as unknown as RpcError).metadata.get("trailing")).toBe("t");
  });

  it("that answers no reply fails that call, and says so", async () => {
    const metadata = { metadata: new Metadata(), trailers: Promise.resolve(new Metadata()) };
    const nonsense = [undefined, null, 5, {}, { message: 5, ...metadata }, { messages: 5, ...metadata }, { message: {} }];
    for (const reply of nonsense) {
      const { client, serverErrors } = on(side, [
        (call, next) => (call.method.name === "empty" ? next(call) : (Promise.resolve(reply) as never)),
      ]);
      const calls = [client.echo({ body: empty }), collect(client.list({ steps: [] })), client.sum([]), collect(client.chat([]))];
      const errors = await Promise.all(calls.map(failureOf));
      const blamed = side === "channel" ? errors : serverErrors;
      expect(blamed).toHaveLength(4);
      for (const error of blamed) {
        expect(error).toBeInstanceOf(TypeError);
        expect((error as Error).message).toMatch(
          /^an interceptor of \S+ must return what next\(call\) answers, or a reply of its own/,
        );
      }
      if (side === "server") for (const error of errors) expect(error).toMatchObject({ code: "INTERNAL", origin: "remote" });
      expect(await client.empty({})).toEqual({});
    }
  });

  it("that answers a stream with a message, or a message with a stream, is told so", async () => {
    const swap: Interceptor = async (call, next) => {
      const { messages, ...reply } = await next(call);
      return messages === undefined ? { ...reply, messages: (async function* () {})() } : { ...reply, message: {} };
    };
    const { client, serverErrors } = on(side, [swap]);
    const errors = await Promise.all([client.echo({ body: empty }), collect(client.list({ steps: [] }))].map(failureOf));
    const blamed = (side === "channel" ? errors : serverErrors).map((error) => (error as Error).message);
    expect(blamed.sort()).toEqual([expect.stringContaining("{ message }"), expect.stringContaining("{ messages }")]);
  });

  it("counts and maps each message of a stream, both ways, one pulled at a time", async () => {
    let up = 0;
    let down = 0;
    const map: Interceptor = async (call, next) => {
      const messages = (async function* () {
        for await (const one of call.messages as AsyncIterable<Chunk>) {
          up += 1;
          yield { ...one, seq: one.seq + 100 };
        }
      })();
      const reply = await next({ ...call, messages });
      return { ...reply, message: { ...(reply.message as object), messages: up } };
    };
    const { client } = on(side, [map], {
      async sum(chunks: AsyncIterable<Chunk>) {
        let total = 0;
        for await (const { seq } of chunks) {
          total += seq;
          down += 1;
        }
        return { messages: 0, total_bytes: total };
      },
    });
    expect(await client.sum([1, 2, 3].map((seq) => ({ seq, body: empty })))).toEqual({ messages: 3, total_bytes: 306 });
    expect(down).toBe(3);
  });
});

describe("a call whose interceptor does not answer", () => {
  /** Waits before the call goes on, or after it has been answered; then for good. */
  const stalls: Record<string, Interceptor> = {
    "before the call": () => new Promise(() => {}),
    "behind the call": async (call, next) => {
      await next(call);
      return new Promise(() => {});
    },
  };
  const ways: Record<
    string,
    { code: string; end: (of: { abort: AbortController; close: () => unknown }) => unknown; timeoutMs?: number }
  > = {
    "its deadline": { code: "DEADLINE_EXCEEDED", end: () => {}, timeoutMs: 100 },
    "the user's abort": { code: "CANCELLED", end: ({ abort }) => abort.abort("reason") },
    "close()": { code: "CANCELLED", end: ({ close }) => close() },
  };

  describe.each(Object.keys(stalls))("%s", (when) => {
    it.each(Object.keys(ways))("ends with %s, of every kind", async (way) => {
      const { code, end, timeoutMs = Number.POSITIVE_INFINITY } = ways[way] as (typeof ways)[string];
      let heard = 0;
      const stall: Interceptor = (call, next) => {
        call.signal.addEventListener("abort", () => {
          heard += 1;
        });
        return (stalls[when] as Interceptor)(call, next);
      };
      const { client, channel, clock } = on("channel", [stall]);
      const abort = new AbortController();
      const options = { signal: abort.signal, timeoutMs };
      const failures = [
        failureOf(client.echo({ body: empty }, options)),
        failureOf(client.sum([], options)),
        failureOf(collect(client.list({ steps: [] }, options))),
        failureOf(collect(client.chat([], options))),
      ];
      await clock.settle();
      end({ abort, close: () => channel.close() });
      await clock.advance(105);
      const executed = when === "before the call" ? "no" : "maybe";
      for (const failure of await Promise.all(failures)) {
        expect(failure).toMatchObject({ code, executed, method: expect.stringContaining("conformance.v1.") });
        if (way === "the user's abort") expect(failure.cause).toBe("reason");
        if (way === "its deadline")
          expect(failure.message).toMatch(/^deadline exceeded after 10\d ms: an interceptor of the channel has not answered$/);
      }
      expect(heard).toBe(4);
    });
  });

  it("fails with the interceptor's own answer to the end, if that comes within a moment", async () => {
    const fallback: Interceptor = async (call, next) => {
      try {
        return await next(call);
      } catch (error) {
        await Promise.resolve();
        return {
          message: { body: empty, text: (error as RpcError).code },
          metadata: new Metadata(),
          trailers: Promise.resolve(new Metadata()),
        };
      }
    };
    const { client, clock } = on("channel", [fallback], {
      echo: (_request: unknown, { signal }: CallContext) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    const abort = new AbortController();
    const answers = [client.echo({ body: empty }, { timeoutMs: 100 }), client.echo({ body: empty }, { signal: abort.signal })];
    await clock.settle();
    abort.abort();
    await clock.advance(200);
    expect((await Promise.all(answers)).map(({ text }) => text)).toEqual(["DEADLINE_EXCEEDED", "CANCELLED"]);
  });

  it("stops reading a stream of the interceptor's own", async () => {
    let isLeft = false;
    const endless: Interceptor = async () => ({
      messages: {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise<never>(() => {}),
          return: async () => {
            isLeft = true;
            return { done: true, value: undefined };
          },
        }),
      },
      metadata: new Metadata(),
      trailers: Promise.resolve(new Metadata()),
    });
    const { client, clock } = on("channel", [endless]);
    const failing = failureOf(collect(client.list({ steps: [] }, { timeoutMs: 100 })));
    await clock.advance(160);
    expect(await failing).toMatchObject({ code: "DEADLINE_EXCEEDED", executed: "no" });
    expect(isLeft).toBe(true);
  });

  describe("a stream that its interceptor holds up", () => {
    const chunks = async function* (_request: unknown, { signal }: CallContext) {
      yield { seq: 0, body: empty };
      yield { seq: 1, body: empty };
      if ((await Promise.resolve(signal)).aborted) return;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    };
    /** Hands on one message, and then none. */
    const holdUp: Interceptor = async (call, next) => {
      const reply = await next(call);
      const messages = (async function* () {
        for await (const one of reply.messages as AsyncIterable<unknown>) {
          yield one;
          await new Promise(() => {});
        }
      })();
      return { ...reply, messages };
    };
    const short = async function* () {
      yield { seq: 0, body: empty };
    };

    it.each(Object.keys(ways).flatMap((way) => [["open", way] as const, ["ended", way] as const]))(
      "while the call below is %s ends with %s",
      async (below, way) => {
        const { code, end, timeoutMs = Number.POSITIVE_INFINITY } = ways[way] as (typeof ways)[string];
        const { client, channel, clock } = on("channel", [holdUp], { list: below === "open" ? chunks : short });
        const abort = new AbortController();
        const stream = client.list({ steps: [] }, { signal: abort.signal, timeoutMs })[Symbol.asyncIterator]();
        expect(await stream.next()).toMatchObject({ done: false });
        const failing = failureOf(stream.next());
        await clock.settle();
        end({ abort, close: () => channel.close() });
        await clock.advance(210);
        expect(await failing).toMatchObject({ code });
        expect(await stream.next()).toEqual({ done: true, value: undefined });
      },
    );

    it("is left at once, and ends what the interceptor has opened beside it", async () => {
      let signal: AbortSignal | undefined;
      const twice: Interceptor = async (call, next) => {
        signal = call.signal;
        await next(call);
        return holdUp(call, next);
      };
      const { client, clock, server } = on("channel", [twice], { list: chunks });
      const stream = client.list({ steps: [] })[Symbol.asyncIterator]();
      await stream.next();
      const waiting = stream.next();
      const left = stream.return?.();
      expect(await waiting).toEqual({ done: true, value: undefined });
      await clock.advance(60);
      expect(await left).toEqual({ done: true, value: undefined });
      expect(signal?.aborted).toBe(true);
      await clock.settle();
      expect(server.stats().open).toBe(0);
    });

    it("is not sent any more when its reader has left before", async () => {
      let go: () => void = () => {};
      const wait: Interceptor = async (call, next) => {
        await new Promise<void>((resolve) => {
          go = resolve;
        });
        return next(call);
      };
      const { client, clock, server } = on("channel", [wait], { list: chunks });
      const stream = client.list({ steps: [] })[Symbol.asyncIterator]();
      const first = stream.next();
      await stream.return?.();
      expect(await first).toEqual({ done: true, value: undefined });
      go();
      await clock.settle();
      expect(server.stats().started).toBe(0);
    });
  });

  it("that goes on in another call's turn keeps its own parent", async () => {
    let turn: Promise<unknown> = Promise.resolve();
    const oneByOne: Interceptor = (call, next) => {
      if (call.method.name !== "echo") return next(call);
      const mine = turn.then(() => next(call));
      turn = mine;
      return mine;
    };
    const { client, clock } = on("channel", [oneByOne], {
      empty: async () => {
        await client.echo({ body: empty });
        return {};
      },
      echo: () => new Promise((resolve) => clock.startTimer(() => resolve({ body: empty }), 400, true)),
    });
    // The second one's echo is sent when the first one's has come, with a hundred milliseconds left for the first.
    const answers = [client.empty({}, { timeoutMs: 500 }), client.empty({}, { timeoutMs: 5_000 })];
    await clock.advance(1_000);
    expect(await Promise.all(answers)).toEqual([{}, {}]);
  });

  it("whose trailers fail succeeds, and onError is told", async () => {
    const broken: Interceptor = async (call, next) => ({
      ...(await next(call)),
      trailers: Promise.reject(new Error("no trailers")),
    });
    const { client, channelErrors } = on("channel", [broken]);
    expect(await client.empty({})).toEqual({});
    expect(await client.empty({}, { onTrailers: () => {} })).toEqual({});
    expect(channelErrors).toEqual([new Error("no trailers"), new Error("no trailers")]);
  });
});

it("interceptors run in their order on the way in and in the opposite one on the way out", async () => {
  const order: string[] = [];
  const note =
    (name: string): Interceptor =>
    async (call, next) => {
      order.push(name);
      const reply = await next(call);
      order.push(name);
      return reply;
    };
  const { client } = scene(
    {
      empty: () => {
        order.push("handler");
        return {};
      },
    },
    { channel: { interceptors: [note("c1"), note("c2")] }, server: { interceptors: [note("s1"), note("s2")] } },
  );
  await client.empty({});
  expect(order).toEqual(["c1", "c2", "s1", "s2", "handler", "s2", "s1", "c2", "c1"]);
});

it("values that an interceptor sets reach the handler and its calls, and not their parent", async () => {
  const key = createContextKey("user", "nobody");
  const seen: [string, string][] = [];
  const note =
    (name: string, set?: string): Interceptor =>
    (call, next) => {
      seen.push([name, call.values.get(key)]);
      if (set !== undefined) call.values.set(key, set);
      return next(call);
    };
  const inner = scene({ echo: (request: unknown) => request }, { channel: { interceptors: [note("inner", "changed below")] } });
  const { client } = scene(
    {
      async echo(request: unknown, context: CallContext) {
        seen.push(["handler", context.values.get(key)]);
        await inner.client.echo({ body: empty });
        seen.push(["handler after", context.values.get(key)]);
        context.values.set(key, "by the handler");
        await inner.client.echo({ body: empty });
        await inner.client.echo({ body: empty }, { parent: null });
        return request;
      },
    },
    { server: { interceptors: [note("server", "ann")] } },
  );
  await client.echo({ body: empty });
  expect(seen).toEqual([
    ["server", "nobody"],
    ["handler", "ann"],
    ["inner", "ann"],
    ["handler after", "ann"],
    ["inner", "by the handler"],
    ["inner", "nobody"],
  ]);
});

it("an AsyncLocalStorage that an interceptor enters around next() reaches unary handlers", async () => {
  const storage = new AsyncLocalStorage<string>();
  let seen: string | undefined;
  const { client } = scene(
    {
      async echo(request: unknown) {
        await Promise.resolve();
        seen = storage.getStore();
        return request;
      },
    },
    { server: { interceptors: [(call, next) => storage.run("inside", () => next(call))] } },
  );
  await client.echo({ body: empty });
  expect(seen).toBe("inside");
});
