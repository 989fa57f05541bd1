import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { ChatRequest, Chunk } from "../../.generated/schemas/conformance/v1/service.ts";
import { collect, eventually, failure, run, ways } from "./transports.ts";

const bytes = (size: number): Uint8Array => new Uint8Array(size);

describe.each(ways)("cancellation over $name", (way) => {
  it("CA-1 cancels in the tick of the call", async () => {
    const { client, watched, server } = await run(way);
    const abort = new AbortController();
    const call = client.sum([], { signal: abort.signal, metadata: { "case-id": "ca-1" } });
    abort.abort();
    expect(await failure(call)).toMatchObject({ code: "CANCELLED" });
    await eventually(() => server.stats().open === 0, "nothing is left");
    expect(watched.observations.get("ca-1")?.ended ?? false).toBe(false);
  });

  it("CA-2 cancels after the first response", async () => {
    const { client } = await run(way);
    const abort = new AbortController();
    const stream = client
      .chat(
        (async function* (): AsyncIterable<ChatRequest> {
          yield { steps: [{ size: 5 }] };
          await new Promise(() => {});
        })(),
        { signal: abort.signal },
      )
      [Symbol.asyncIterator]();
    expect((await stream.next()).value.body.length).toBe(5);
    abort.abort(new Error("enough"));
    const error = await failure(stream.next());
    expect(error).toMatchObject({ code: "CANCELLED", cause: abort.signal.reason });
  });

  it("CA-3 sends nothing when the signal was aborted before", async () => {
    const { client, channel, watched } = await run(way);
    const signal = AbortSignal.abort();
    expect(await failure(client.echo({ body: bytes(1) }, { signal }))).toMatchObject({ code: "CANCELLED", executed: "no" });
    expect(await failure(collect(client.list({ steps: [] }, { signal })))).toMatchObject({ code: "CANCELLED" });
    expect(await failure(client.sum([], { signal }))).toMatchObject({ code: "CANCELLED" });
    expect(await failure(collect(client.chat([], { signal })))).toMatchObject({ code: "CANCELLED" });
    expect(channel.state).toBe("idle");
    expect(channel.stats().bytesOut).toBe(0);
    expect(watched.entered).toBe(0);
  });

  it("CA-4 ends a unary call at once, not when the server does", async () => {
    const { client, channel } = await run(way);
    await channel.ready();
    const abort = new AbortController();
    const call = failure(client.sleep({ ms: 2_000 }, { signal: abort.signal }));
    await sleep(5);
    const before = performance.now();
    abort.abort();
    expect(await call).toMatchObject({ code: "CANCELLED" });
    expect(performance.now() - before).toBeLessThan(1_900);
  });

  it("CA-5 tells a client stream's handler of a cancel, not of an end", async () => {
    let seen: unknown;
    let ended = false;
    const { client } = await run(way, {
      handler: {
        async sum(requests: AsyncIterable<Chunk>) {
          try {
            for await (const _chunk of requests);
            ended = true;
          } catch (error) {
            seen = error;
            throw error;
          }
          return { messages: 0, total_bytes: 0 };
        },
      },
    });
    const abort = new AbortController();
    async function* two(): AsyncIterable<Chunk> {
      yield { seq: 0, body: bytes(1) };
      yield { seq: 1, body: bytes(1) };
      await sleep(10);
      abort.abort();
      await new Promise(() => {});
    }
    expect(await failure(client.sum(two(), { signal: abort.signal }))).toMatchObject({ code: "CANCELLED" });
    await eventually(() => seen !== undefined, "the handler's iterator has ended");
    expect(seen).toMatchObject({ code: "CANCELLED" });
    expect(ended).toBe(false);
  });

  it("CA-6 aborts the handler's signal, and discards what it returns", async () => {
    const { client, watched, serverErrors, server } = await run(way);
    const abort = new AbortController();
    const call = failure(client.hang({}, { signal: abort.signal, metadata: { "case-id": "ca-6" } }));
    await eventually(() => watched.observations.has("ca-6"), "the handler has begun");
    abort.abort();
    expect(await call).toMatchObject({ code: "CANCELLED" });
    await eventually(() => watched.observations.get("ca-6")?.aborted === "cancel", "the signal was aborted", 500);
    await eventually(() => server.stats().open === 0, "the call is over");
    expect(serverErrors).toEqual([]);
  });

  it("CA-7 crosses hops, for each kind", async () => {
    const relay = await run(way, {
      handler: {
        hang: () => relay.client.hang({}, { metadata: { "case-id": "hop" } }),
        slowSum: () => relay.client.hang({}, { metadata: { "case-id": "hop" } }),
        // biome-ignore lint/correctness/useYield: it hangs before it could
        async *list() {
          await relay.client.hang({}, { metadata: { "case-id": "hop" } });
        },
        // biome-ignore lint/correctness/useYield: it hangs before it could
        async *forever() {
          await relay.client.hang({}, { metadata: { "case-id": "hop" } });
        },
      },
    });
    // The relay's own `hang` is the handler under test; the last hop is a second server.
    const last = await run(way);
    const target = last.client;
    Object.assign(relay, { client: target });
    const first = relay.connect();
    const { ConformanceClient } = await import("../../.generated/schemas/conformance/v1/service.ts");
    const caller = new ConformanceClient(first);
    const kinds: ((signal: AbortSignal) => Promise<unknown>)[] = [
      (signal) => caller.hang({}, { signal }),
      (signal) => caller.slowSum([], { signal }),
      (signal) => collect(caller.list({ steps: [] }, { signal })),
      (signal) => collect(caller.forever({ size: 1 }, { signal })),
    ];
    for (const call of kinds) {
      last.watched.observations.clear();
      const abort = new AbortController();
      const failed = failure(call(abort.signal));
      await eventually(() => last.watched.observations.has("hop"), "the last hop has begun");
      abort.abort();
      expect(await failed).toMatchObject({ code: "CANCELLED" });
      await eventually(() => last.watched.observations.get("hop")?.aborted === "cancel", "the last hop was cancelled");
    }
  });

  it("CA-8 ignores an abort after success", async () => {
    const { client, channel } = await run(way);
    const abort = new AbortController();
    await client.echo({ body: bytes(1) }, { signal: abort.signal });
    const sent = channel.stats().bytesOut;
    abort.abort();
    await sleep(20);
    expect(channel.stats()).toMatchObject({ bytesOut: sent, succeeded: 1, cancelled: 0 });
  });

  it("CA-10 drops the late answer to a cancelled call", async () => {
    const { client, server } = await run(way, {
      handler: {
        async sleep() {
          await sleep(50);
          return {};
        },
      },
    });
    const abort = new AbortController();
    const call = failure(client.sleep({ ms: 0 }, { signal: abort.signal }));
    await sleep(10);
    abort.abort();
    expect(await call).toMatchObject({ code: "CANCELLED" });
    await eventually(() => server.stats().open === 0, "the late answer was sent");
    expect((await client.echo({ body: bytes(1), text: "next" })).text).toBe("next");
    expect(server.stats().connections).toBe(1);
  });

  it("CA-11 cancels a stream that flow control holds back", async () => {
    const { client } = await run(way, {
      handler: {
        sum: (_requests: unknown, context: { signal: AbortSignal }) =>
          new Promise((_resolve, reject) => {
            context.signal.addEventListener("abort", () => reject(context.signal.reason));
          }),
      },
    });
    const abort = new AbortController();
    async function* endless(): AsyncIterable<Chunk> {
      for (let seq = 0; ; seq += 1) yield { seq, body: bytes(60_000) };
    }
    const call = failure(client.sum(endless(), { signal: abort.signal }));
    await sleep(100);
    const before = performance.now();
    abort.abort();
    expect(await call).toMatchObject({ code: "CANCELLED" });
    expect(performance.now() - before).toBeLessThan(1_900);
  });

  it("CA-12 cancels one of many", async () => {
    const { client, server } = await run(way);
    const abort = new AbortController();
    const others = Array.from({ length: 9 }, () => client.sleep({ ms: 100 }));
    const one = failure(client.sleep({ ms: 100 }, { signal: abort.signal }));
    await sleep(20);
    abort.abort();
    expect(await one).toMatchObject({ code: "CANCELLED" });
    await Promise.all(others);
    expect(server.stats().connections).toBe(1);
  });

  it("CA-13 aborts handlers when the connection is lost, for another reason than a cancel", async () => {
    const { client, channel, watched } = await run(way);
    const calls = Array.from({ length: 5 }, (_, i) => failure(client.hang({}, { metadata: { "case-id": `ca-13-${i}` } })));
    await eventually(() => watched.observations.size === 5, "all have begun");
    await channel.close();
    await Promise.all(calls);
    await eventually(() => [...watched.observations.values()].every(({ aborted }) => aborted === "connection"), "all were told");
  });
});
