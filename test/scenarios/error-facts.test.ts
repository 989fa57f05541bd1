/** What an error says beside its code: whether the handler ran, what died, who made it, and what the user's own objects become. */

import { type CallContext, CodecError, isRpcError, RpcError } from "taut";
import { describe, expect, it } from "vitest";
import type { Chunk } from "../.generated/schemas/conformance/v1/service.ts";
import { collect, empty, failureOf, scene } from "./contract.ts";

const method = "conformance.v1.Conformance";

describe("what cannot be encoded", () => {
  const wrong = { body: "no bytes", text: 7 } as never;

  it("rejects the call with INVALID_ARGUMENT, the CodecError as its cause and a detail for each rule", async () => {
    const { client, server } = scene();
    for (const error of [await failureOf(client.echo(wrong)), await failureOf(client.echo(wrong))]) {
      expect(error).toMatchObject({
        code: "INVALID_ARGUMENT",
        origin: "local",
        executed: "no",
        scope: "call",
        method: `${method}/echo`,
      });
      expect(error.cause).toBeInstanceOf(CodecError);
      const { violations } = error.cause as CodecError;
      expect(violations.map(({ path, rule }) => [path, rule])).toEqual([
        ["body", "type"],
        ["text", "type"],
      ]);
      expect(error.details).toEqual(violations.map((data) => ({ type: "taut.Violation", data })));
    }
    expect(server.stats().started).toBe(0);
  });

  it("in a stream of requests ends the call with INVALID_ARGUMENT, and the handler is told", async () => {
    let ended: unknown;
    const { client, clock } = scene({
      async sum(requests: AsyncIterable<Chunk>, context: CallContext) {
        try {
          for await (const _chunk of requests);
        } catch (error) {
          ended = [context.endedBy, isRpcError(error) && error.code, context.signal.aborted];
          throw error;
        }
      },
    });
    const error = await failureOf(
      client.sum([
        { seq: 1, body: empty },
        { seq: 1.5, body: empty },
      ]),
    );
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", origin: "local" });
    expect((error.cause as CodecError).violations[0]).toMatchObject({ path: "seq" });
    await clock.settle();
    expect(ended).toEqual(["cancel", "CANCELLED", true]);
  });

  it("as an answer is INTERNAL at the caller, with the paths in the server's onError", async () => {
    const bad = { body: 3 };
    const { client, serverErrors } = scene({ echo: () => bad, list: () => [{ seq: "x", body: empty }], sum: () => ({}) });
    for (const call of [client.echo({ body: empty }), collect(client.list({ steps: [] })), client.sum([])]) {
      expect(await failureOf(call)).toMatchObject({ code: "INTERNAL", origin: "remote", executed: "yes" });
    }
    expect(serverErrors.map((error) => (error as CodecError).violations[0]?.path)).toEqual(["body", "seq", "messages"]);
  });

  it("as a request that the server cannot decode never ran", async () => {
    const { client, channel, serverErrors } = scene();
    const { callerOf } = await import("../../src/contract/caller.ts");
    const { anyMethod } = await import("../conformance/cases/foreign-schemas.ts");
    const error = await failureOf(callerOf(channel).unary(anyMethod(method, "echo"), { body: 7, text: 8 }));
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", origin: "remote", executed: "no", scope: "call" });
    expect(error.details).toMatchObject([
      { type: "taut.Violation", data: { path: "body", rule: "type", offset: expect.any(Number) } },
      { type: "taut.Violation", data: { path: "text", rule: "type", offset: expect.any(Number) } },
    ]);
    expect(serverErrors).toEqual([]);
    expect(await client.empty({})).toEqual({});
  });
});

describe("the user's own objects", () => {
  it("come back when a getter throws them", async () => {
    const { client } = scene();
    for (const thrown of [
      new Error("mine"),
      "text",
      undefined,
      { plain: true },
      new RpcError({ code: "ABORTED", message: "m" }),
    ]) {
      const request = {
        get body(): Uint8Array {
          throw thrown;
        },
      };
      const got = await client.echo(request).then(
        () => "no failure",
        (error: unknown) => error,
      );
      expect(got).toBe(thrown);
      const got2 = await client
        .sum([
          { seq: 1, body: empty },
          {
            seq: 2,
            ...{},
            get body(): Uint8Array {
              throw thrown;
            },
          },
        ])
        .then(
          () => "no failure",
          (error: unknown) => error,
        );
      expect(got2).toBe(thrown);
    }
  });

  it("come back when the request iterable throws them, at any of its methods", async () => {
    const { client, server, clock } = scene();
    const thrown = { mine: true };
    const iterables: AsyncIterable<Chunk>[] = [
      {
        [Symbol.asyncIterator]() {
          throw thrown;
        },
      },
      {
        [Symbol.asyncIterator]: () => ({
          next() {
            throw thrown;
          },
        }),
      },
      { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(thrown) }) },
      (async function* () {
        yield { seq: 0, body: empty };
        throw thrown;
      })(),
    ];
    for (const iterable of iterables) {
      const got = await client.sum(iterable).then(
        () => "no failure",
        (error: unknown) => error,
      );
      expect(got).toBe(thrown);
    }
    await clock.settle();
    expect(server.stats().open).toBe(0);
  });

  it("are the cause of CANCELLED when a signal is aborted with them, and never cross", async () => {
    const reasons: unknown[] = [];
    const { client, channel, clock } = scene({
      hang: (_request: unknown, context: CallContext) =>
        new Promise((_resolve, reject) => {
          context.signal.addEventListener("abort", () => {
            reasons.push(context.signal.reason);
            reject(context.signal.reason);
          });
        }),
    });
    await channel.ready();
    const reason = { secret: "words of the user" };
    const abort = new AbortController();
    const failing = failureOf(client.hang({}, { signal: abort.signal }));
    await clock.settle();
    abort.abort(reason);
    const error = await failing;
    expect(error).toMatchObject({
      code: "CANCELLED",
      origin: "local",
      executed: "maybe",
      scope: "call",
      method: `${method}/hang`,
    });
    expect(error.cause).toBe(reason);
    await clock.settle();
    expect(reasons).toHaveLength(1);
    expect(isRpcError(reasons[0]) && reasons[0].code).toBe("CANCELLED");
    expect(JSON.stringify([(reasons[0] as RpcError).message, (reasons[0] as RpcError).details])).not.toContain("secret");
  });

  it("say that nothing ran when the signal was aborted before, or while the call waited", async () => {
    const { client, channel, clock, server } = scene();
    const aborted = AbortSignal.abort("before");
    for (const call of [
      client.empty({}, { signal: aborted }),
      client.sum([], { signal: aborted }),
      collect(client.list({ steps: [] }, { signal: aborted })),
      collect(client.chat([], { signal: aborted })),
      client.notify({ ms: 1 }, { signal: aborted }),
    ]) {
      expect(await failureOf(call)).toMatchObject({ code: "CANCELLED", executed: "no", cause: "before" });
    }
    expect(channel.wire.attempts).toBe(0);
    channel.wire.hold();
    const abort = new AbortController();
    const waiting = [client.empty({}, { signal: abort.signal }), client.sum([], { signal: abort.signal })].map(failureOf);
    await clock.settle();
    abort.abort();
    for (const one of waiting) expect(await one).toMatchObject({ code: "CANCELLED", executed: "no" });
    channel.wire.release();
    await clock.settle();
    expect(server.stats().started).toBe(0);
  });
});

describe("an error of a handler", () => {
  it("carries code, message, details, retryAfterMs and trailers, and was executed", async () => {
    const details = [{ type: "shop.v1.Hint", data: { at: new Date(3), n: 5n, list: [1, "two", null, new Uint8Array([1])] } }];
    const { client } = scene({
      echo: () => {
        throw new RpcError({ code: "NOT_FOUND", message: "gone", details, retryAfterMs: 1_500, metadata: { hint: ["a", "b"] } });
      },
    });
    const error = await failureOf(client.echo({ body: empty }));
    expect(error).toBeInstanceOf(RpcError);
    expect(error).toMatchObject({
      code: "NOT_FOUND",
      message: "gone",
      details,
      retryAfterMs: 1_500,
      method: `${method}/echo`,
      scope: "call",
      origin: "remote",
      executed: "yes",
    });
    expect((error as unknown as RpcError).metadata.getAll("hint")).toEqual(["a", "b"]);
    expect(error.cause).toBeUndefined();
  });

  it("is INTERNAL with a generic text when it is no RpcError, whatever was thrown", async () => {
    for (const thrown of [new Error("secret"), "secret", undefined, null, { code: "NOT_FOUND", message: "secret" }, 7n]) {
      const { client, serverErrors } = scene({
        echo: () => {
          throw thrown;
        },
        sleep: () => Promise.reject(thrown),
      });
      for (const call of [client.echo({ body: empty }), client.sleep({ ms: 0 })]) {
        const error = await failureOf(call);
        expect(error).toMatchObject({ code: "INTERNAL", executed: "yes", origin: "remote", details: [] });
        expect(error.message).not.toContain("secret");
      }
      expect(serverErrors).toEqual([thrown, thrown]);
    }
  });

  it("that it got from another call crosses as INTERNAL, a new one with it as cause as itself", async () => {
    let inner: unknown;
    const { client, serverErrors } = scene({
      async chain() {
        await client.fail({ code: "NOT_FOUND", message: "for the handler" });
      },
      async remaining() {
        try {
          await client.fail({ code: "NOT_FOUND", message: "for the handler" });
        } catch (cause) {
          inner = cause;
          throw new RpcError({ code: "ABORTED", message: "passed on", cause });
        }
      },
    });
    const hidden = await failureOf(client.chain({ hops: 0, work_ms: 0 }));
    expect(hidden).toMatchObject({ code: "INTERNAL", executed: "yes" });
    expect(hidden.message).not.toContain("for the handler");
    expect(serverErrors).toHaveLength(1);
    expect(await failureOf(client.remaining({}))).toMatchObject({ code: "ABORTED", message: "passed on" });
    expect(inner).toMatchObject({ code: "NOT_FOUND", origin: "remote" });
  });

  it("made by its own side for a call or a connection of its own does not cross as if it were the caller's", async () => {
    const { client, channel, clock, server, serverErrors } = scene({
      async sleep() {
        await client.hang({}, { timeoutMs: 50, parent: null });
      },
      async remaining() {
        await other.channel.ready({ timeoutMs: 10 });
      },
      async chain() {
        await other.client.empty({});
      },
    });
    const other = scene();
    other.channel.wire.refuse();
    await channel.ready();
    const sleeping = failureOf(client.sleep({ ms: 0 }));
    await clock.advance(60);
    expect(await sleeping).toMatchObject({ code: "INTERNAL", executed: "yes" });
    for (const call of [() => client.remaining({}), () => client.chain({ hops: 0, work_ms: 0 })]) {
      const failing = failureOf(call());
      for (let at = 0; at < 20; at += 1) {
        await clock.settle();
        await other.clock.advance(500);
      }
      expect(await failing).toMatchObject({ code: "INTERNAL", executed: "yes", scope: "call" });
    }
    // Each handler ran once: an error that says "never executed" must not make the caller try again.
    expect(server.stats().started).toBe(3 + 1);
    expect(serverErrors).toHaveLength(3);
  });

  it("has its text cut at 8 KiB, on a character", async () => {
    const { client } = scene();
    const error = await failureOf(client.fail({ code: "ABORTED", message: "☺".repeat(5_000) }));
    expect(Buffer.byteLength(error.message)).toBeLessThanOrEqual(8 * 1_024);
    expect(error.message).toMatch(/^☺+$/);
    expect(Buffer.byteLength(error.message)).toBeGreaterThan(8 * 1_024 - 4);
  });

  it("whose details cannot be carried still arrives", async () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    const { client } = scene({
      echo: () => {
        throw new RpcError({ code: "ABORTED", message: "without", details: [{ type: "x.Y", data: cycle }] });
      },
    });
    expect(await failureOf(client.echo({ body: empty }))).toMatchObject({ code: "ABORTED", message: "without" });
  });
});

describe("a lost connection", () => {
  it("ends calls with UNAVAILABLE of scope connection, which may have run, or have if the server had begun to answer", async () => {
    const { client, channel, clock } = scene();
    await channel.ready();
    const failing = [client.hang({}), collect(client.forever({ size: 1 })), client.sum(never())].map(failureOf);
    await clock.settle();
    channel.wire.cut();
    const errors = await Promise.all(failing);
    expect(errors.map(({ executed }) => executed)).toEqual(["maybe", "yes", "yes"]);
    for (const error of errors) {
      expect(error).toMatchObject({ code: "UNAVAILABLE", scope: "connection", origin: "local" });
      expect(error.timings).toMatchObject({ queue: expect.any(Number), server: expect.any(Number) });
    }
  });

  it("that was never there has not run anything, and names address and reason", async () => {
    const { client, channel } = scene();
    channel.wire.refuse();
    const error = await failureOf(client.empty({}));
    expect(error).toMatchObject({ code: "UNAVAILABLE", scope: "connection", executed: "no", method: `${method}/empty` });
    expect(error.timings).toMatchObject({ connect: expect.any(Number), queue: expect.any(Number) });
  });

  it("is CANCELLED when the channel was closed", async () => {
    const { client, channel, clock } = scene();
    await channel.ready();
    const open = failureOf(client.hang({}));
    await clock.settle();
    await channel.close();
    expect(await open).toMatchObject({ code: "CANCELLED", executed: "maybe", origin: "local" });
    expect(await failureOf(client.empty({}))).toMatchObject({ code: "CANCELLED", executed: "no" });
    expect(await failureOf(collect(client.list({ steps: [] })))).toMatchObject({ code: "CANCELLED", executed: "no" });
  });
});

async function* never(): AsyncIterable<Chunk> {
  await new Promise(() => {});
}
