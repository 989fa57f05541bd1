import { type CallOptions, type Channel, Metadata, type RpcError } from "taut";
import { describe, expect, it } from "vitest";
import { callerOf } from "../../../src/contract/caller.ts";
import type { CallKind } from "../../../src/contract/service.ts";
import { anyMethod, anyService, streamKinds } from "./foreign-schemas.ts";
import { collect, failure, type Running, run, ways } from "./transports.ts";

const name = "echoing.v1.Echoing";

/** A service whose methods answer the request's metadata as leading metadata and trailers, and fail when it says so. */
async function echoing(way: (typeof ways)[number]): Promise<Running> {
  const running = await run(way);
  type Context = { metadata: Metadata; setMetadata(m: Metadata): void; setTrailers(m: Metadata): void };
  const echo = (context: Context): void => {
    context.setMetadata(context.metadata);
    context.setTrailers(context.metadata);
    if (context.metadata.has("please-fail")) throw new Error("as asked");
  };
  const single = (_request: unknown, context: Context): object => {
    echo(context);
    return {};
  };
  const many = function* (_request: unknown, context: Context): Iterable<object> {
    echo(context);
    yield {};
  };
  const handlers = { unary: single, "client-stream": single, "server-stream": many, bidi: many };
  running.server.add(anyService(name, Object.fromEntries(streamKinds.map((kind) => [kind, kind]))), handlers);
  return running;
}

async function call(
  channel: Channel,
  kind: CallKind,
  metadata: CallOptions["metadata"],
): Promise<{ leading?: Metadata; trailers?: Metadata; error?: RpcError }> {
  const got: { leading?: Metadata; trailers?: Metadata; error?: RpcError } = {};
  const options: CallOptions = {
    ...(metadata === undefined ? {} : { metadata }),
    onMetadata: (leading) => {
      got.leading = leading;
    },
    onTrailers: (trailers) => {
      got.trailers = trailers;
    },
  };
  const caller = callerOf(channel);
  const method = anyMethod(name, kind, kind);
  try {
    if (kind === "unary") await caller.unary(method, {}, options);
    else if (kind === "client-stream") await caller.clientStream(method, [{}], options);
    else await collect(kind === "bidi" ? caller.bidi(method, [{}], options) : caller.serverStream(method, {}, options));
  } catch (error) {
    got.error = error as RpcError;
  }
  return got;
}

describe.each(ways)("metadata over $name", (way) => {
  it("MD-1 carries text and bytes, both ways", async () => {
    const { channel } = await echoing(way);
    for (const kind of ["unary", "bidi"] as const) {
      const { leading, trailers, error } = await call(channel, kind, { text: "a text", bin: new Uint8Array([0xab, 0xab, 0xab]) });
      expect(error).toBeUndefined();
      for (const one of [leading, trailers]) {
        expect(one?.get("text")).toBe("a text");
        expect(one?.get("bin")).toEqual(new Uint8Array([0xab, 0xab, 0xab]));
      }
    }
  });

  it("MD-2 carries several values of a key in order, in all kinds, on success and on failure", async () => {
    const { channel } = await echoing(way);
    for (const kind of streamKinds) {
      for (const more of [{}, { "please-fail": "yes" }]) {
        const { leading, trailers, error } = await call(channel, kind, {
          k: ["Value1", "Value2"],
          other: ["1", "2", "3"],
          ...more,
        });
        expect(leading?.getAll("k")).toEqual(["Value1", "Value2"]);
        expect(trailers?.getAll("other")).toEqual(["1", "2", "3"]);
        expect(error?.code).toBe("please-fail" in more ? "INTERNAL" : undefined);
      }
    }
  });

  it("MD-3 gives the trailers of a failure to the caller's error", async () => {
    const { channel } = await echoing(way);
    for (const kind of streamKinds) {
      const { error } = await call(channel, kind, { "please-fail": "1", seen: "here" });
      expect(error?.metadata.get("seen")).toBe("here");
    }
  });

  it("MD-4 folds keys to lower case", async () => {
    const { channel } = await echoing(way);
    const metadata = new Metadata({ "X-Trace": "1" });
    metadata.append("x-trace", "2");
    const { leading } = await call(channel, "unary", metadata);
    expect(leading?.getAll("X-TRACE")).toEqual(["1", "2"]);
    expect([...(leading as Metadata)].map(([key]) => key)).toEqual(["x-trace", "x-trace"]);
  });

  it("MD-5 refuses bad keys where they are set", async () => {
    const { client, channel } = await run(way);
    for (const key of ["", "a b", "a\nb", "a\u0000b", "é", "k".repeat(10_000)]) {
      expect(() => new Metadata({ [key]: "v" })).toThrow(TypeError);
      expect(await failure(client.empty({}, { metadata: { [key]: "v" } }))).toBeInstanceOf(TypeError);
    }
    expect(channel.stats().open).toBe(0);
    expect(await client.empty({})).toEqual({});
  });

  it("MD-6 keeps the protocol's own keys out of reach", async () => {
    const { client } = await run(way);
    for (const key of ["taut-attempt", "Taut-Deadline", "taut-anything"]) {
      expect(await failure(client.empty({}, { metadata: { [key]: "9" } }))).toBeInstanceOf(TypeError);
    }
  });

  it("MD-7 carries extremes unchanged", async () => {
    const { channel } = await echoing(way);
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const given = { none: "", long: "x".repeat(8_192), bytes: all, wide: "😈".repeat(3), nothing: new Uint8Array() };
    const { leading } = await call(channel, "unary", given);
    for (const [key, value] of Object.entries(given)) expect(leading?.get(key)).toEqual(value);
  });

  it("MD-8 refuses too much of it, for that call alone", async () => {
    const { client, channel, watched } = await run(way, { server: { limits: { maxMetadataBytes: 1_000 } } });
    const error = await failure(client.empty({}, { metadata: { big: "x".repeat(1_001) } }));
    expect(error).toMatchObject({ code: "RESOURCE_EXHAUSTED", executed: "no" });
    expect(watched.entered).toBe(0);
    expect(await client.empty({}, { metadata: { small: "x".repeat(900) } })).toEqual({});
    expect(channel.stats().connections).toBe(1);
  });
});
