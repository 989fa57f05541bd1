import { isRpcError, type RpcError } from "taut";
import { describe, expect, it } from "vitest";
import { ConformanceClient } from "../../.generated/schemas/conformance/v1/service.ts";
import { anyMethod, anyService, callAny } from "./foreign-schemas.ts";
import { failure, run, ways } from "./transports.ts";

describe.each(ways)("unary calls over $name", (way) => {
  it("UN-1 carries an empty message both ways", async () => {
    const { client } = await run(way);
    expect(await client.empty({})).toStrictEqual({});
  });

  it("UN-2 carries a large request and a large answer", async () => {
    const { client } = await run(way);
    const answer = await client.sized({ payload: { body: new Uint8Array(271_828) }, response_size: 314_159 });
    expect(answer.body.length).toBe(314_159);
    expect(answer.body.every((byte) => byte === 0)).toBe(true);
  });

  it("UN-3 answers a sequence of calls over one connection", async () => {
    const { client, server, channel } = await run(way);
    for (let i = 0; i < 100; i += 1) {
      const text = `call ${i}`;
      expect((await client.echo({ body: new Uint8Array([i]), text })).text).toBe(text);
    }
    expect(server.stats().connections).toBe(1);
    expect(channel.stats()).toMatchObject({ started: 100, succeeded: 100, open: 0, connections: 1 });
  });

  it("UN-4 lets a quick answer pass a slow one", async () => {
    const { client } = await run(way);
    const order: string[] = [];
    await Promise.all([
      client.sleep({ ms: 200 }).then(() => order.push("slow")),
      client.echo({ body: new Uint8Array(), text: "quick" }).then(({ text }) => order.push(text ?? "")),
    ]);
    expect(order).toEqual(["quick", "slow"]);
  });

  it("UN-5 resolves ten thousand calls of one tick, each with its own value", async () => {
    const { client } = await run(way);
    const calls = Array.from({ length: 10_000 }, (_, i) => client.echo({ body: new Uint8Array(), text: String(i) }));
    const texts = (await Promise.all(calls)).map(({ text }) => text);
    expect(texts).toEqual(Array.from({ length: 10_000 }, (_, i) => String(i)));
  });

  it("UN-7 returns from a one-way call before its handler ends, and delays nothing", async () => {
    const { client, channel } = await run(way);
    await channel.ready();
    const before = performance.now();
    await client.notify({ ms: 3_000 });
    expect(performance.now() - before).toBeLessThan(2_500);
    await client.echo({ body: new Uint8Array() });
    expect(performance.now() - before).toBeLessThan(2_900);
  });

  it("UN-8 keeps two services with a method of one name apart", async () => {
    const { client, server, channel } = await run(way);
    server.add(anyService("other.v1.Other", { echo: "unary" }), { echo: () => ({ from: "the other" }) });
    expect((await client.echo({ body: new Uint8Array(), text: "mine" })).text).toBe("mine");
    expect(await callAny(channel, anyMethod("other.v1.Other", "echo"), { text: "x" })).toEqual([{ from: "the other" }]);
  });

  it("UN-9 rejects what cannot be encoded, with its path, and sends nothing", async () => {
    const { client, channel, watched } = await run(way);
    await client.empty({});
    const bytes = channel.stats().bytesOut;
    for (const wrong of [() => {}, Symbol("no"), "text", 7]) {
      const error = (await failure(client.echo({ body: wrong as unknown as Uint8Array }))) as RpcError;
      expect(error).toMatchObject({ code: "INVALID_ARGUMENT", origin: "local", executed: "no" });
      expect(error.details[0]).toMatchObject({ type: "taut.Violation", data: { path: "body" } });
    }
    expect(channel.stats().bytesOut).toBe(bytes);
    expect(watched.entered).toBe(1);
    expect((await client.echo({ body: new Uint8Array([1]) })).body).toEqual(new Uint8Array([1]));
  });

  it("UN-10 turns a result that cannot be encoded into INTERNAL, in each kind", async () => {
    const wrong = { seq: 0, body: "no bytes" };
    const { client, serverErrors } = await run(way, {
      handler: {
        echo: () => wrong,
        sum: () => ({ messages: "many", total_bytes: 0 }),
        list: () => [wrong],
        chat: () => [wrong],
      },
    });
    const calls: Promise<unknown>[] = [
      client.echo({ body: new Uint8Array() }),
      client.sum([]),
      client.list({ steps: [] })[Symbol.asyncIterator]().next(),
      client.chat([])[Symbol.asyncIterator]().next(),
    ];
    for (const call of calls) expect(await failure(call)).toMatchObject({ code: "INTERNAL", origin: "remote" });
    expect(serverErrors.map((error) => (error as { path: string }).path).sort()).toEqual(
      ["body", "body", "body", "messages"].sort(),
    );
    expect(await client.empty({})).toEqual({});
  });

  it("UN-11 finds no methods on Object.prototype", async () => {
    const { channel, watched } = await run(way);
    for (const name of ["toString", "constructor", "__proto__", "hasOwnProperty", "valueOf", ""]) {
      const error = await failure(callAny(channel, anyMethod("conformance.v1.Conformance", name)));
      expect(error).toMatchObject({ code: "UNIMPLEMENTED", executed: "no" });
    }
    expect(watched.entered).toBe(0);
  });
});

describe("unary calls", () => {
  it("UN-6 gives void, scalar and list results the declared type", async () => {
    const { ThriftTestClient, ThriftTestService } = await import("../../.generated/schemas/thrift/v1/thrift.ts");
    const { server, channel } = await run(ways[0] as (typeof ways)[number]);
    const handler = {
      testVoid: () => {},
      testString: (thing: string) => thing,
      testBool: (thing: boolean) => thing,
      testI64: (thing: bigint) => thing,
      testList: (thing: number[]) => thing,
    };
    const rest = new Proxy(handler, { get: (target, key) => Reflect.get(target, key) ?? (() => {}) });
    server.add(ThriftTestService, rest as never);
    const client = new ThriftTestClient(channel);
    expect(await client.testVoid()).toBeUndefined();
    expect(await client.testString("text")).toBe("text");
    expect(await client.testBool(true)).toBe(true);
    expect(await client.testI64(-7_000_000_000_000_000_123n)).toBe(-7_000_000_000_000_000_123n);
    expect(await client.testList([1, -2, 3])).toEqual([1, -2, 3]);
  });

  it("never throws synchronously, whatever it is given", async () => {
    const { client } = await run(ways[0] as (typeof ways)[number]);
    const promise = client.echo({ body: new Uint8Array() }, { timeoutMs: Number.NaN });
    await expect(promise).rejects.toBeInstanceOf(TypeError);
    await expect(client.sum(7 as never)).rejects.toBeInstanceOf(TypeError);
    const stream = client.list({ steps: [] }, { timeoutMs: "1" as never });
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toBeInstanceOf(TypeError);
    expect(isRpcError(await failure(promise))).toBe(false);
  });

  it("passes the very object that a getter throws", async () => {
    const { client } = await run(ways[0] as (typeof ways)[number]);
    const thrown = new Error("from the getter");
    const request = {
      get body(): Uint8Array {
        throw thrown;
      },
    };
    expect(await failure(client.echo(request))).toBe(thrown);
  });

  it("refuses a channel that is none", () => {
    expect(() => new ConformanceClient({} as never)).toThrow(TypeError);
  });
});
