/** Which calls are tried again: by rule, by policy, within the budget. In fake time. */

import { type CallContext, RpcError, type Server } from "taut";
import { createTestChannel, createTestServer, FakeClock, type TestChannel, type TestChannelOptions } from "taut/testing";
import { afterEach, describe, expect, it } from "vitest";
import { failureOf, PlainClient, type PlainHandler, PlainService, plainHandler } from "../support/plain-service.ts";

let clock: FakeClock;
let server: Server;
let channel: TestChannel;
let client: PlainClient;
let seen: PlainHandler;

function open(options: TestChannelOptions = {}, override: object = {}): void {
  clock = new FakeClock();
  seen = plainHandler();
  server = createTestServer({ clock }).add(PlainService, { ...seen.handler, ...override });
  channel = createTestChannel(server, { ...options, clock });
  client = new PlainClient(channel);
}

async function soon<T>(promise: Promise<T>, ms = 20): Promise<T> {
  promise.catch(() => {});
  await clock.advance(ms);
  return promise;
}

/** Cuts the wire whenever `name` has begun, so often. */
async function cutDuring(name: string, times: number): Promise<void> {
  const before = seen.begun.get(name) ?? 0;
  for (let cut = 0; cut < times; cut += 1) {
    for (let ms = 0; ms < 5_000 && (seen.begun.get(name) ?? 0) <= before + cut; ms += 1) await clock.advance(1);
    channel.wire.cut();
    await clock.settle();
  }
}

afterEach(async () => {
  await channel.close();
  await server.close();
  await clock.advance(2_000);
  expect(clock.pendingTimers).toBe(0);
});

describe("a retry policy", () => {
  it("RT-1 tries again until it succeeds, and the handler sees which attempt it is", async () => {
    open();
    const retry = { attempts: 5, codes: ["UNAVAILABLE"] as const };
    expect(await soon(client.unary("fail", { code: "UNAVAILABLE", times: 2 }, { retry }), 1_000)).toEqual({ attempt: 3 });
    expect(seen.begun.get("fail")).toBe(3);
    expect(channel.stats()).toMatchObject({ started: 1, succeeded: 1, failed: 0 });
  });

  it("RT-2 has an end, and leaves fatal codes alone", async () => {
    open({ retry: { attempts: 5, codes: ["UNAVAILABLE"] } });
    expect(await soon(failureOf(client.unary("fail", { code: "UNAVAILABLE" })), 9_000)).toMatchObject({ code: "UNAVAILABLE" });
    expect(seen.begun.get("fail")).toBe(5);
    expect(await soon(failureOf(client.unary("fail", { code: "INVALID_ARGUMENT" })), 9_000)).toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    expect(seen.begun.get("fail")).toBe(6);
  });

  it("waits for as long as the server asks, and not beyond the deadline", async () => {
    open(
      {},
      {
        echo(request: object, context: CallContext) {
          seen.begun.set("echo", context.attempt);
          if (context.attempt === 1) throw new RpcError({ code: "UNAVAILABLE", message: "later", retryAfterMs: 1_000 });
          return request;
        },
      },
    );
    const retry = { attempts: 2, codes: ["UNAVAILABLE"] as const };
    const echo = client.echo({ a: 1 }, { retry });
    await clock.advance(990);
    expect(seen.begun.get("echo")).toBe(1);
    expect(await soon(echo)).toEqual({ a: 1 });
    expect(await soon(failureOf(client.echo({}, { retry, timeoutMs: 900 })))).toMatchObject({
      code: "UNAVAILABLE",
      retryAfterMs: 1_000,
    });
  });

  it("ends with its call: a cancelled one is not tried again", async () => {
    open(
      {},
      {
        echo() {
          throw new RpcError({ code: "UNAVAILABLE", message: "later", retryAfterMs: 1_000 });
        },
      },
    );
    const abort = new AbortController();
    const failing = failureOf(client.echo({}, { retry: { attempts: 3, codes: ["UNAVAILABLE"] }, signal: abort.signal }));
    await clock.advance(100);
    abort.abort("enough");
    expect(await failing).toMatchObject({ code: "CANCELLED", cause: "enough" });
    await clock.advance(2_000);
  });

  it("must make sense", async () => {
    open();
    for (const retry of [{ attempts: 0, codes: [] }, { attempts: 2, codes: ["NOPE"] }, 3]) {
      await expect(client.echo({}, { retry: retry as never })).rejects.toBeInstanceOf(TypeError);
    }
  });
});

describe("a call whose connection breaks", () => {
  it("RT-3 is not tried again where it may have run, unless its method is idempotent", async () => {
    open();
    const unsafe = failureOf(client.hang({ timeoutMs: 60_000 }));
    await cutDuring("hang", 1);
    expect(await unsafe).toMatchObject({ code: "UNAVAILABLE", executed: "maybe", scope: "connection" });
    await clock.advance(5_000);
    expect(seen.begun.get("hang")).toBe(1);
    const safe = client.unary("hang", {}, { timeoutMs: 60_000, idempotent: true });
    safe.catch(() => {});
    await cutDuring("hang", 2);
    await clock.advance(1_000);
    expect(seen.begun.get("hang")).toBe(4);
  });

  it("is tried three times and no more", async () => {
    open();
    const failing = failureOf(client.unary("sleepSafely", { ms: 60_000 }, { timeoutMs: Number.POSITIVE_INFINITY }));
    await cutDuring("sleepSafely", 3);
    expect(await soon(failing, 1_000)).toMatchObject({ code: "UNAVAILABLE", executed: "maybe" });
    expect(seen.begun.get("sleepSafely")).toBe(3);
  });

  it("may have run where an earlier attempt began, even if the last could not connect", async () => {
    open({ reconnect: { minMs: 10, maxMs: 10 } });
    const failing = failureOf(client.unary("sleepSafely", { ms: 60_000 }, { timeoutMs: 60_000 }));
    await clock.advance(5);
    channel.wire.refuse();
    channel.wire.cut();
    expect(await soon(failing, 1_000)).toMatchObject({ code: "UNAVAILABLE", executed: "maybe" });
    expect(seen.begun.get("sleepSafely")).toBe(1);
  });

  it("is moved invisibly where the server refused it, whatever its method", async () => {
    open();
    const other = createTestServer({ clock }).add(PlainService, seen.handler);
    const both = createTestChannel([server, other], { clock });
    const through = new PlainClient(both);
    await soon(through.echo());
    // The calls leave before the word of the drain arrives.
    for (const wire of both.wires) wire.delay(50, "to-client");
    const drained = server.drain();
    const answers = Array.from({ length: 20 }, (_, i) => through.echo({ i, id: i }));
    await clock.advance(300);
    expect((await Promise.all(answers)).map(({ i }) => i)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(new Set(seen.ids).size).toBe(20);
    expect(seen.ids.length).toBe(20);
    await both.close();
    await soon(drained, 2_000);
    await other.close();
  });

  it("is tried again within a budget of ten percent of the calls", async () => {
    open();
    const calls = Array.from({ length: 50 }, () =>
      client.unary("sleepSafely", { ms: 600_000 }, { timeoutMs: Number.POSITIVE_INFINITY }),
    );
    const outcomes = Promise.allSettled(calls);
    await cutDuring("sleepSafely", 1);
    await clock.advance(1_000);
    expect(channel.stats()).toMatchObject({ failed: 40, open: 10 });
    await channel.close();
    await outcomes;
  });

  it("is not tried again further down when the handler's own call is a retry", async () => {
    let inner: TestChannel | undefined;
    let attempts = 0;
    open(
      {},
      {
        async echo(_request: object, context: CallContext) {
          await new PlainClient(inner as TestChannel).unary(
            "fail",
            { code: "UNAVAILABLE", times: 1 },
            { parent: context, retry: { attempts: 2, codes: ["UNAVAILABLE"] } },
          );
          return {};
        },
        fail() {
          attempts += 1;
          throw new RpcError({ code: "UNAVAILABLE", message: "still" });
        },
      },
    );
    inner = createTestChannel(server, { clock });
    const retry = { attempts: 3, codes: ["INTERNAL"] as const };
    const failing = failureOf(client.echo({}, { retry, timeoutMs: 60_000 }));
    for (let i = 0; i < 100; i += 1) await clock.advance(100);
    expect(await failing).toMatchObject({ code: "INTERNAL" });
    // Twice for the first attempt, once for each of the two others.
    expect(attempts).toBe(4);
    await inner.close();
  });
});
