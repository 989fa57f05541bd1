import {
  type ChannelOptions,
  createContextKey,
  type Interceptor,
  isRpcError,
  Metadata,
  RpcError,
  type ServerOptions,
} from "taut";
import { describe, expect, it } from "vitest";
import type { ChatRequest, Chunk } from "../../.generated/schemas/conformance/v1/service.ts";
import { collect, eventually, failure, run, ways } from "./transports.ts";

const empty = new Uint8Array();

describe.each(ways)("interceptors and counters over $name", (way) => {
  it("OB-1 lets an interceptor demand a key", async () => {
    const demand: Interceptor = async (call, next) => {
      if (!call.metadata.has("token")) throw new RpcError({ code: "UNAUTHENTICATED", message: "no token" });
      return next(call);
    };
    const { client, watched } = await run(way, { server: { interceptors: [demand] } });
    expect(await failure(client.echo({ body: empty }))).toMatchObject({ code: "UNAUTHENTICATED", message: "no token" });
    expect(watched.entered).toBe(0);
    expect(await client.echo({ body: empty, text: "in" }, { metadata: { token: "t" } })).toEqual({ body: empty, text: "in" });
    expect(await failure(collect(client.list({ steps: [{ size: 1 }] })))).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(await collect(client.list({ steps: [{ size: 1 }] }, { metadata: { token: "t" } }))).toHaveLength(1);
  });

  it("OB-2 runs them in order, and lets one answer by itself", async () => {
    const order: string[] = [];
    const note =
      (name: string): Interceptor =>
      async (call, next) => {
        order.push(name);
        try {
          return await next(call);
        } finally {
          order.push(name);
        }
      };
    const { client } = await run(way, {
      client: { interceptors: [note("c1"), note("c2")] },
      server: { interceptors: [note("s1"), note("s2")] },
      handler: {
        empty: () => {
          order.push("handler");
          return {};
        },
      },
    });
    await client.empty({});
    expect(order).toEqual(["c1", "c2", "s1", "s2", "handler", "s2", "s1", "c2", "c1"]);

    const answering: Interceptor = async () => ({
      message: { body: new Uint8Array([9]) },
      metadata: new Metadata(),
      trailers: Promise.resolve(new Metadata()),
    });
    const short = await run(way, { client: { interceptors: [answering] } });
    expect(await short.client.echo({ body: empty })).toEqual({ body: new Uint8Array([9]) });
    expect(short.channel.stats().started).toBe(0);
  });

  it("OB-3 sees each call begin and end once, in all kinds and outcomes", async () => {
    const events: string[] = [];
    const log: Interceptor = async (call, next) => {
      const { name } = call.method;
      events.push(`begin ${name}`);
      const end = (how: unknown): void => {
        events.push(`end ${name} ${isRpcError(how) ? how.code : "OK"}`);
      };
      try {
        const reply = await next(call);
        if (reply.messages === undefined) {
          end(undefined);
          return reply;
        }
        const messages = reply.messages;
        return { ...reply, messages: ended(messages, end) };
      } catch (error) {
        end(error);
        throw error;
      }
    };
    const { client } = await run(way, { client: { interceptors: [log] } });
    await client.empty({});
    await failure(client.fail({ code: "ABORTED", message: "" }));
    await failure(client.hang({}, { timeoutMs: 30 }));
    await collect(client.list({ steps: [{ size: 1 }] }));
    await failure(collect(client.list({ steps: [], fail: { code: "DATA_LOSS", message: "" } })));
    await client.sum([]);
    const abort = new AbortController();
    const stream = client.forever({ size: 1 }, { signal: abort.signal })[Symbol.asyncIterator]();
    await stream.next();
    abort.abort();
    await failure(
      (async () => {
        while ((await stream.next()).done !== true);
      })(),
    );
    expect(events).toEqual([
      "begin empty",
      "end empty OK",
      "begin fail",
      "end fail ABORTED",
      "begin hang",
      "end hang DEADLINE_EXCEEDED",
      "begin list",
      "end list OK",
      "begin list",
      "end list DATA_LOSS",
      "begin sum",
      "end sum OK",
      "begin forever",
      "end forever CANCELLED",
    ]);
  });

  it("OB-4 maps the messages of streams, both ways, with back-pressure", async () => {
    const seen = { up: 0, down: 0 };
    const map: Interceptor = async (call, next) => {
      const messages = (async function* () {
        for await (const message of call.messages as AsyncIterable<ChatRequest>) {
          seen.up += 1;
          yield { ...message, steps: [{ size: 2 }] };
        }
      })();
      const reply = await next({ ...call, messages });
      const answers = reply.messages as AsyncIterable<Chunk>;
      return {
        ...reply,
        messages: (async function* () {
          for await (const chunk of answers) {
            seen.down += 1;
            yield { ...chunk, seq: chunk.seq + 100 };
          }
        })(),
      };
    };
    const { client } = await run(way, { client: { interceptors: [map] } });
    const requests = Array.from({ length: 1_000 }, (): ChatRequest => ({ steps: [{ size: 1 }] }));
    const answers = await collect(client.chat(requests));
    expect(seen).toEqual({ up: 1_000, down: 1_000 });
    expect(answers.every(({ seq, body }) => seq === 100 && body.length === 2)).toBe(true);
  });

  it("OB-4 maps them at the server too, and passes values to the handler", async () => {
    const who = createContextKey("who", "nobody");
    const server: Interceptor = async (call, next) => {
      call.values.set(who, "the interceptor");
      return next(call);
    };
    const { client } = await run(way, {
      server: { interceptors: [server] },
      handler: {
        echo: (request: object, context: { values: { get(key: typeof who): string } }) => ({
          ...request,
          text: context.values.get(who),
        }),
      },
    });
    expect((await client.echo({ body: empty })).text).toBe("the interceptor");
  });

  it("OB-5 keeps counters that add up", async () => {
    const { client, channel, server } = await run(way);
    const total = way.shredded === true ? 1_000 : 10_000;
    const calls = Array.from({ length: total }, async (_, i) => {
      switch (i % 4) {
        case 0:
          return client.echo({ body: empty });
        case 1:
          return failure(client.fail({ code: "NOT_FOUND", message: "" }));
        case 2:
          return failure(client.hang({}, { timeoutMs: 30 }));
        default: {
          const abort = new AbortController();
          const call = failure(client.hang({}, { signal: abort.signal }));
          setTimeout(() => abort.abort(), 20);
          return call;
        }
      }
    });
    await Promise.all(calls);
    await eventually(() => server.stats().open === 0, "the server is done");
    for (const { started, succeeded, failed, cancelled, open } of [channel.stats(), server.stats()]) {
      expect(open).toBe(0);
      expect(started).toBe(succeeded + failed + cancelled);
    }
    expect(channel.stats()).toMatchObject({ started: total, succeeded: total / 4, failed: total / 2, cancelled: total / 4 });
    await eventually(
      () => channel.stats().bytesIn === server.stats().bytesOut && channel.stats().bytesOut === server.stats().bytesIn,
      "bytes add up",
    );
  });

  it("OB-7 behaves the same with a hook for nothing", async () => {
    const options: { server: ServerOptions; client: ChannelOptions } = {
      server: { interceptors: [] },
      client: { interceptors: [] },
    };
    const { client } = await run(way, options);
    expect(await client.empty({})).toEqual({});
  });
});

async function* ended<T>(items: AsyncIterable<T>, end: (how: unknown) => void): AsyncIterable<T> {
  try {
    yield* items;
    end(undefined);
  } catch (error) {
    end(error);
    throw error;
  }
}
