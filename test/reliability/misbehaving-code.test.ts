/**
 * User code that breaks the rules of JavaScript's own protocols fails its call, and harms neither other calls nor the process: the test
 * runner fails for every uncaught exception and unhandled rejection.
 */

import { type Channel, type ChannelOptions, connect, createServer, type Server, type ServerOptions } from "taut";
import { afterEach, describe, expect, it } from "vitest";
import { collect, eventually, failureOf, PlainClient, PlainService, plainHandler } from "../support/plain-service.ts";

const stops: (() => unknown)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function run(
  handler: object,
  options: { server?: ServerOptions; client?: ChannelOptions } = {},
): Promise<{ server: Server; channel: Channel; client: PlainClient; errors: unknown[]; begun: Map<string, number> }> {
  const errors: unknown[] = [];
  const plain = plainHandler();
  const server = createServer({ onError: (error) => errors.push(error), ...options.server }).add(PlainService, {
    ...plain.handler,
    ...handler,
  });
  const { url } = await server.listen("127.0.0.1:0");
  const channel = connect(url, options.client);
  stops.push(
    () => server.close(),
    () => channel.close(),
  );
  return { server, channel, client: new PlainClient(channel), errors, begun: plain.begun };
}

/** Iterables as nobody should write them. */
const badIterables: Readonly<Record<string, () => unknown>> = {
  "an async iterator that answers nothing": () => ({ [Symbol.asyncIterator]: () => ({ next: async () => undefined }) }),
  "an iterator that answers nothing": () => ({ [Symbol.iterator]: () => ({ next: () => undefined }) }),
  "an async iterator whose results throw": () => ({
    [Symbol.asyncIterator]: () => ({
      next: async () => ({
        get done(): boolean {
          throw new Error("hostile");
        },
      }),
    }),
  }),
  "an iterator whose values throw": () => ({
    [Symbol.iterator]: () => ({
      next: () => ({
        done: false,
        get value(): unknown {
          throw new Error("hostile");
        },
      }),
    }),
  }),
  "an iterable without an iterator": () => ({ [Symbol.asyncIterator]: () => undefined }),
  "an iterable that throws": () => ({
    [Symbol.asyncIterator]: () => {
      throw new Error("hostile");
    },
  }),
};

describe("a stream that is", () => {
  it.each(Object.keys(badIterables))("%s fails its call at the server, and others go on", async (name) => {
    const { client, errors } = await run({ list: badIterables[name] });
    expect(await failureOf(collect(client.list({})))).toMatchObject({ code: "INTERNAL", message: "internal error" });
    expect(errors).toHaveLength(1);
    expect(await client.echo({ a: 1 })).toEqual({ a: 1 });
  });

  it.each(Object.keys(badIterables))("%s fails its call at the client, and others go on", async (name) => {
    const { client, server } = await run({});
    await expect(client.sum(badIterables[name]?.() as never)).rejects.toBeInstanceOf(Error);
    expect(await client.echo({ a: 1 })).toEqual({ a: 1 });
    await eventually(() => server.stats().open === 0, "the handler has been told");
  });
});

describe("JS-3 a handler's answer", () => {
  it.each([
    ["whose then throws", () => thenable(hostile)],
    ["whose then cannot be read", unreadable],
  ])("%s fails its call, and others go on", async (_name, answer) => {
    const { client, errors } = await run({ sleep: answer });
    expect(await failureOf(client.sleep({}))).toMatchObject({ code: "INTERNAL" });
    expect(errors).toHaveLength(1);
    expect(await client.echo({ a: 1 })).toEqual({ a: 1 });
  });

  it("whose then calls back again and again counts once", async () => {
    const { client, server } = await run({
      sleep: () =>
        thenable((resolve, reject) => {
          resolve({ n: 1 });
          resolve({ n: 2 });
          reject(new Error("late"));
        }),
    });
    expect(await client.sleep({})).toEqual({ n: 1 });
    await eventually(() => server.stats().open === 0, "it has ended once");
    expect(server.stats()).toMatchObject({ succeeded: 1, failed: 0 });
  });
});

describe("hooks", () => {
  it("that answer rejected promises harm nobody", async () => {
    const { client } = await run(
      {
        sleep: () => hostile(),
      },
      {
        server: {
          onError: (async () => hostile()) as () => void,
        },
      },
    );
    expect(await failureOf(client.sleep({}))).toMatchObject({ code: "INTERNAL" });
    expect(await client.echo({ a: 1 })).toEqual({ a: 1 });
  });

  it.each([
    ["plain", []],
    ["intercepted", [(call: never, next: (call: never) => never) => next(call)]],
  ])("of a %s call that throw or reject are reported and harm no call", async (_name, interceptors) => {
    const reported: unknown[] = [];
    const { client } = await run(
      {},
      { client: { interceptors: interceptors as never, onError: (error) => reported.push(error) } },
    );
    const throwing = { onMetadata: () => hostile(), onTrailers: () => hostile() };
    expect(await client.echo({ a: 1 }, throwing)).toEqual({ a: 1 });
    const rejecting = { onMetadata: async () => hostile(), onTrailers: async () => hostile() };
    expect(await client.echo({ a: 2 }, rejecting as never)).toEqual({ a: 2 });
    await eventually(() => reported.length >= 2, "they are reported");
  });

  it("that check credentials by a hostile promise end the handshake, and nothing else", async () => {
    for (const check of [() => thenable(hostile), unreadable]) {
      const { client } = await run({}, { server: { authenticate: check } });
      expect(await failureOf(client.echo())).toMatchObject({ code: "UNAUTHENTICATED" });
      const shown = await run({}, { client: { credentials: check } });
      expect(await failureOf(shown.client.echo())).toMatchObject({ code: "UNAUTHENTICATED", executed: "no" });
    }
  });

  it.each([
    ["objects", [{ address: "127.0.0.1" }]],
    ["nothing", undefined],
    ["numbers", [1]],
    ["an empty name", [""]],
  ])("that resolve a name to %s fail the call", async (_name, answer) => {
    const channel = connect("dns:///orders:1", { resolve: async () => answer as never });
    stops.push(() => channel.close());
    expect(await failureOf(new PlainClient(channel).echo({}, { timeoutMs: 2_000 }))).toMatchObject({
      code: "UNAVAILABLE",
      executed: "no",
      message: expect.stringContaining("resolve() must answer an array of addresses"),
    });
  });
});

describe("an interceptor", () => {
  it("that throws once its stream has begun does not leave the stream running", async () => {
    const { client, server, begun } = await run(
      {},
      {
        client: {
          interceptors: [
            async (call, next) => {
              await next(call);
              return hostile();
            },
          ],
        },
      },
    );
    await expect(collect(client.list({ n: 1_000_000, size: 1_000 }))).rejects.toThrow("hostile");
    expect(begun.get("list")).toBe(1);
    await eventually(() => server.stats().open === 0, "the handler has been told");
  });

  it("stands in nobody's way who leaves a stream before it has given anything", async () => {
    const { client, server, begun } = await run({}, { client: { interceptors: [(call, next) => next(call)] } });
    const stream = client.list({ ms: 1_000_000 })[Symbol.asyncIterator]();
    await eventually(() => begun.get("list") === 1, "the handler runs");
    expect(await stream.return?.()).toEqual({ value: undefined, done: true });
    await eventually(() => server.stats().open === 0, "the handler has been told");
  });
});

function hostile(): never {
  throw new Error("hostile");
}

const thenKey = ["th", "en"].join("");

function thenable(then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void): object {
  return { [thenKey]: then };
}

function unreadable(): object {
  return Object.defineProperty({}, thenKey, { get: hostile, enumerable: true });
}
