import { setTimeout as sleep } from "node:timers/promises";
import type { Metadata } from "taut";
import { describe, expect, it } from "vitest";
import { callerOf } from "../../../src/contract/caller.ts";
import type { ChatRequest, Chunk } from "../../.generated/schemas/conformance/v1/service.ts";
import { anyMethod, anyService } from "./foreign-schemas.ts";
import { collect, eventually, failure, run, ways } from "./transports.ts";

const bytes = (size: number): Uint8Array => new Uint8Array(size);
const steps = (...sizes: number[]): { size: number }[] => sizes.map((size) => ({ size }));

async function* chunks(...sizes: number[]): AsyncIterable<Chunk> {
  for (const [seq, size] of sizes.entries()) yield { seq, body: bytes(size) };
}

describe.each(ways)("streams over $name", (way) => {
  it("ST-1 sums a client stream", async () => {
    const { client } = await run(way);
    expect(await client.sum(chunks(27_182, 8, 1_828, 45_904))).toEqual({ messages: 4, total_bytes: 74_922 });
    expect(await client.sum([{ seq: 0, body: bytes(3) }])).toEqual({ messages: 1, total_bytes: 3 });
  });

  it("ST-2 keeps order and sizes of a server stream", async () => {
    const { client } = await run(way);
    const sizes = [31_415, 9, 2_653, 58_979];
    const all = await collect(client.list({ steps: steps(...sizes) }));
    expect(all.map(({ seq, body }) => [seq, body.length])).toEqual(sizes.map((size, seq) => [seq, size]));
  });

  it("ST-3 plays ping-pong", async () => {
    const { client } = await run(way);
    const requests = [27_182, 8, 1_828, 45_904];
    const answers = [31_415, 9, 2_653, 58_979];
    let gotAnswer: () => void = () => {};
    async function* pings(): AsyncIterable<ChatRequest> {
      for (const [i, size] of requests.entries()) {
        const answered = new Promise<void>((resolve) => {
          gotAnswer = resolve;
        });
        yield { payload: { body: bytes(size) }, steps: steps(answers[i] as number) };
        await answered;
      }
    }
    const sizes: number[] = [];
    for await (const { body } of client.chat(pings())) {
      sizes.push(body.length);
      gotAnswer();
    }
    expect(sizes).toEqual(answers);
  });

  it("ST-4 ends an empty bidirectional stream on both sides", async () => {
    const { client, watched } = await run(way);
    expect(await collect(client.chat([]))).toEqual([]);
    expect(watched.finished).toBe(1);
  });

  it("ST-5 ends a stream without messages, with both metadata sets", async () => {
    const { client } = await run(way);
    let leading: Metadata | undefined;
    let trailers: Metadata | undefined;
    const options = {
      onMetadata: (metadata: Metadata) => {
        leading = metadata;
      },
      onTrailers: (metadata: Metadata) => {
        trailers = metadata;
      },
    };
    expect(await collect(client.list({ steps: [], leading: { l: ["1"] }, trailing: { t: ["2", "3"] } }, options))).toEqual([]);
    expect(leading?.get("l")).toBe("1");
    expect(trailers?.getAll("t")).toEqual(["2", "3"]);
  });

  it("ST-6 lets a handler read everything before it answers", async () => {
    const { client } = await run(way);
    const requests: ChatRequest[] = [1, 2, 3].map((size) => ({ steps: steps(size), half_duplex: true }));
    expect((await collect(client.chat(requests))).map(({ body }) => body.length)).toEqual([1, 2, 3]);
  });

  it("ST-7 answers while the request stream is open", async () => {
    const { client } = await run(way);
    let goOn: () => void = () => {};
    const answered = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    async function* requests(): AsyncIterable<ChatRequest> {
      yield { steps: steps(1) };
      await answered;
      yield { steps: steps(2) };
    }
    const sizes: number[] = [];
    for await (const { body } of client.chat(requests())) {
      sizes.push(body.length);
      goOn();
    }
    expect(sizes).toEqual([1, 2]);
  });

  it("ST-8 stops the client's iterable when the server ends early", async () => {
    const { client } = await run(way, {
      handler: {
        async *chat(requests: AsyncIterable<ChatRequest>) {
          for await (const _request of requests) {
            yield { seq: 0, body: bytes(1) };
            return;
          }
        },
      },
    });
    let returnedAt: number | undefined;
    async function* endless(): AsyncIterable<ChatRequest> {
      try {
        for (;;) {
          yield { steps: [] };
          await sleep(5);
        }
      } finally {
        returnedAt = performance.now();
      }
    }
    expect(await collect(client.chat(endless()))).toHaveLength(1);
    const endedAt = performance.now();
    await eventually(() => returnedAt !== undefined, "the iterable got return()");
    expect((returnedAt as number) - endedAt).toBeLessThan(2_000);
  });

  it("ST-9 does not let an unread stream block other calls", async () => {
    const { client, watched } = await run(way);
    const unread = client.forever({ size: 1_000_000 });
    for (let i = 0; i < 20; i += 1) expect((await client.echo({ body: bytes(10) })).body.length).toBe(10);
    await unread[Symbol.asyncIterator]().return?.();
    await eventually(() => watched.finished === 1, "the generator has ended");
  });

  it("ST-10 counts empty messages", async () => {
    const { server, channel } = await run(way);
    const service = anyService("empty.v1.Empty", { both: "bidi" });
    server.add(service, {
      async *both(requests: AsyncIterable<object>) {
        for await (const _request of requests) yield {};
      },
    });
    const all = await collect(
      callerOf(channel).bidi(
        anyMethod("empty.v1.Empty", "both", "bidi"),
        Array.from({ length: 1_000 }, () => ({})),
      ),
    );
    expect(all).toHaveLength(1_000);
  });

  it("ST-11 delivers the messages before an error", async () => {
    const { client } = await run(way);
    const request = { steps: steps(1, 2, 3), fail: { code: "DATA_LOSS", message: "after three" } };
    const sizes: number[] = [];
    const error = await failure(
      (async () => {
        for await (const { body } of client.list(request)) {
          sizes.push(body.length);
          await sleep(50);
        }
      })(),
    );
    expect(sizes).toEqual([1, 2, 3]);
    expect(error).toMatchObject({ code: "DATA_LOSS", message: "after three" });
  });

  it("ST-12 gives the caller the very error that its iterable threw, and cancels the handler", async () => {
    const { client, watched } = await run(way);
    const thrown = new Error("from the iterable");
    async function* failing(): AsyncIterable<Chunk> {
      yield { seq: 0, body: bytes(1) };
      yield { seq: 1, body: bytes(1) };
      throw thrown;
    }
    expect(await failure(client.sum(failing(), { metadata: { "case-id": "st-12" } }))).toBe(thrown);
    await eventually(() => watched.observations.get("st-12")?.aborted === "cancel", "the handler was told");
  });

  it("ST-13 ends the generator when the client leaves the loop", async () => {
    const { client, watched, server } = await run(way);
    let seen = 0;
    for await (const _chunk of client.forever({ size: 10 })) {
      seen += 1;
      if (seen === 2) break;
    }
    await eventually(() => watched.finished === 1, "the finally block has run", 500);
    await eventually(() => server.stats().open === 0, "the place is free");
  });

  it("ST-14 delivers what the server sends after the client's end", async () => {
    const { client } = await run(way);
    const request = { steps: Array.from({ length: 10 }, () => ({ size: 5, interval_ms: 20 })) };
    expect(await collect(client.chat([request]))).toHaveLength(10);
  });

  it("ST-15 keeps the order of a long stream", async () => {
    const { client } = await run(way, {
      handler: {
        *list() {
          for (let seq = 0; seq < 100_000; seq += 1) yield { seq, body: bytes(0) };
        },
      },
    });
    let next = 0;
    for await (const { seq } of client.list({ steps: [] })) {
      if (seq !== next) throw new Error(`expected ${next}, got ${seq}`);
      next += 1;
    }
    expect(next).toBe(100_000);
  });

  it("ST-17 ends both handlers when the client disappears", async () => {
    const { client, channel, watched } = await run(way);
    const stream = client.forever({ size: 1 })[Symbol.asyncIterator]();
    await stream.next();
    const chat = client
      .chat(
        (async function* () {
          yield { steps: steps(1) };
          await new Promise(() => {});
        })(),
      )
      [Symbol.asyncIterator]();
    await chat.next();
    const ends = [failure(drain(stream)), failure(drain(chat))];
    await channel.close();
    await eventually(() => watched.finished === 2, "both finally blocks have run");
    for (const error of await Promise.all(ends)) expect(error).toMatchObject({ code: "CANCELLED" });
  });
});

describe("streams", () => {
  it("ST-16 has no way to write after the end: only iterables send, and theirs are not pulled again", async () => {
    const { client } = await run(ways[0] as (typeof ways)[number]);
    let pulls = 0;
    const once: AsyncIterable<Chunk> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          pulls += 1;
          return pulls === 1 ? { done: false, value: { seq: 0, body: bytes(1) } } : { done: true, value: undefined };
        },
      }),
    };
    expect(await client.sum(once)).toEqual({ messages: 1, total_bytes: 1 });
    await sleep(10);
    expect(pulls).toBe(2);
  });
});

async function drain(iterator: AsyncIterator<unknown>): Promise<void> {
  while ((await iterator.next()).done !== true);
}
