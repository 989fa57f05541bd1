import { type CallKind, Code, type Metadata, RpcError } from "taut";
import { describe, expect, it } from "vitest";
import { callerOf } from "../../../src/contract/caller.ts";
import {
  type ChatRequest,
  type Chunk,
  ConformanceClient,
  FirstError,
  SecondError,
} from "../../.generated/schemas/conformance/v1/service.ts";
import { anyMethod, anyService, callAny, streamKinds } from "./foreign-schemas.ts";
import { collect, failure, run, ways } from "./transports.ts";

const empty = new Uint8Array();

describe.each(ways)("errors over $name", (way) => {
  it("ER-1 carry code and message", async () => {
    const { client } = await run(way);
    const fail = { code: "UNKNOWN", message: "test status message" };
    expect(await failure(client.fail(fail))).toMatchObject({
      ...fail,
      origin: "remote",
      executed: "yes",
      method: "conformance.v1.Conformance/fail",
    });
    expect(await failure(collect(client.chat([{ steps: [], fail }])))).toMatchObject(fail);
  });

  it("ER-2 carry a special message byte for byte", async () => {
    const { client } = await run(way);
    const message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
    expect(((await failure(client.fail({ code: "UNKNOWN", message }))) as RpcError).message).toBe(message);
  });

  it("ER-3 call unknown methods UNIMPLEMENTED, in each kind", async () => {
    const { client, channel } = await run(way);
    for (const kind of streamKinds) {
      const error = await failure(callAny(channel, anyMethod("conformance.v1.Conformance", "newer", kind)));
      expect(error).toMatchObject({ code: "UNIMPLEMENTED", executed: "no" });
    }
    expect(await client.empty({})).toEqual({});
  });

  it("ER-3 call a method of another kind UNIMPLEMENTED", async () => {
    const { channel } = await run(way);
    const error = (await failure(callAny(channel, anyMethod("conformance.v1.Conformance", "list", "unary")))) as RpcError;
    expect(error.code).toBe("UNIMPLEMENTED");
    expect(error.message).toContain("server-stream");
  });

  it("ER-4 name a service that is not served", async () => {
    const { channel } = await run(way);
    const error = (await failure(callAny(channel, anyMethod("nowhere.v1.Nothing", "any")))) as RpcError;
    expect(error.code).toBe("UNIMPLEMENTED");
    expect(error.message).toContain("nowhere.v1.Nothing");
  });

  it("ER-5 carry every code", async () => {
    const { client } = await run(way);
    for (const code of Object.values(Code)) {
      expect(await failure(client.fail({ code, message: `as ${code}` }))).toMatchObject({ code, message: `as ${code}` });
    }
  });

  it("ER-6 carry details and both metadata sets, in each kind", async () => {
    const service = anyService("failing.v1.Failing", Object.fromEntries(streamKinds.map((kind) => [kind, kind])));
    const fail = (_request: unknown, context: { setMetadata(m: object): void; setTrailers(m: object): void }): never => {
      context.setMetadata({ leading: "l" });
      context.setTrailers({ trailing: "t" });
      const details = [
        { type: "a.A", data: { n: 1, at: new Date(5) } },
        { type: "b.B", data: { list: [1n << 40n, "two", null] } },
      ];
      throw new RpcError({ code: "ABORTED", message: "with everything", details, metadata: { own: "o" }, retryAfterMs: 250 });
    };
    const { server, channel } = await run(way);
    server.add(service, Object.fromEntries(streamKinds.map((kind) => [kind, fail])));
    for (const kind of streamKinds) {
      let leading: Metadata | undefined;
      const onMetadata = (metadata: Metadata): void => {
        leading = metadata;
      };
      const error = (await failure(callWith(channel, kind, { onMetadata }))) as RpcError;
      expect(error).toMatchObject({ code: "ABORTED", message: "with everything", retryAfterMs: 250 });
      expect(error.details).toEqual([
        { type: "a.A", data: { n: 1, at: new Date(5) } },
        { type: "b.B", data: { list: [1n << 40n, "two", null] } },
      ]);
      expect(leading?.get("leading")).toBe("l");
      expect(error.metadata.get("trailing")).toBe("t");
      expect(error.metadata.get("own")).toBe("o");
    }
  });

  it("ER-7 are typed when they are declared", async () => {
    const { client } = await run(way);
    const first = await failure(client.failTyped({ which: "first" }));
    expect(FirstError.is(first) && first.data).toEqual({ number: 1, text: "the first" });
    expect(first).toBeInstanceOf(FirstError);
    const second = await failure(client.failTyped({ which: "second" }));
    expect(SecondError.is(second) && second.data).toEqual({ number: 2, inner: { body: new Uint8Array([2]) } });
    expect(FirstError.is(second)).toBe(false);
    expect(await client.failTyped({ which: "none" })).toEqual({ body: empty });
    const settled = await client.settled.failTyped({ which: "first" });
    expect(settled.ok).toBe(false);
    expect(!settled.ok && FirstError.is(settled.error) && settled.error.data.number).toBe(1);
    expect(await client.settled.failTyped({ which: "none" })).toEqual({ ok: true, value: { body: empty } });
  });

  it("ER-7 arrive as a detail at a client that does not declare them", async () => {
    const { channel } = await run(way);
    const error = (await failure(
      callAny(channel, anyMethod("conformance.v1.Conformance", "failTyped"), { which: "first" }),
    )) as RpcError;
    expect(error.code).toBe("FAILED_PRECONDITION");
    expect(error.details[0]).toEqual({ type: "conformance.v1.FirstError", data: { number: 1, text: "the first" } });
  });

  it("ER-8 leak nothing of what was not declared", async () => {
    const { client, serverErrors } = await run(way);
    const error = (await failure(client.fail({ code: "UNKNOWN", message: "secret /etc/path", undeclared: true }))) as RpcError;
    expect(error.code).toBe("INTERNAL");
    expect(JSON.stringify([error.message, error.details, [...error.metadata]])).not.toContain("secret");
    expect(serverErrors).toHaveLength(1);
    expect(serverErrors[0]).toMatchObject({ name: "TypeError", message: "secret /etc/path" });
  });

  it("ER-9 reach a client that is still sending, and stop it", async () => {
    const { client } = await run(way, {
      handler: {
        async sum(requests: AsyncIterable<Chunk>) {
          for await (const _chunk of requests) throw new RpcError({ code: "OUT_OF_RANGE", message: "the first is enough" });
          return { messages: 0, total_bytes: 0 };
        },
      },
    });
    let pulled = 0;
    let returned = false;
    async function* thousand(): AsyncIterable<Chunk> {
      try {
        for (; pulled < 1_000; pulled += 1) {
          yield { seq: pulled, body: new Uint8Array(2_000) };
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        returned = true;
      }
    }
    expect(await failure(client.sum(thousand()))).toMatchObject({ code: "OUT_OF_RANGE" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(returned).toBe(true);
    expect(pulled).toBeLessThan(1_000);
  });

  it("ER-10 of a draining server say that a retry is safe", async () => {
    const { client, server, watched } = await run(way);
    const slow = client.sleep({ ms: 100 });
    while (watched.entered === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    const draining = server.drain();
    const error = (await failure(client.echo({ body: empty }, { timeoutMs: 2_000 }))) as RpcError;
    expect(error).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
    await slow;
    expect(await draining).toEqual({ finished: 1, cancelled: 0 });
  });

  it("ER-11 name the path in an answer that cannot be decoded, in each kind, and harm no other call", async () => {
    const wrong = { body: "text", messages: "many", seq: "one" };
    const { server, channel } = await run(way);
    const name = "wrong.v1.Wrong";
    const kinds: Record<string, CallKind> = { echo: "unary", sum: "client-stream", list: "server-stream", chat: "bidi" };
    const answers = { echo: () => wrong, sum: () => wrong, list: () => [wrong], chat: () => [wrong] };
    server.add(anyService(name, kinds), answers);
    const { ConformanceService } = await import("../../.generated/schemas/conformance/v1/service.ts");
    const methods = (ConformanceService as unknown as { methods: ReturnType<typeof anyMethod>[] }).methods;
    for (const [method, kind] of Object.entries(kinds)) {
      const known = methods.find((one) => one.name === method) as ReturnType<typeof anyMethod>;
      const asked = { ...known, path: `${name}/${method}` };
      const request = method === "echo" ? { body: empty } : { steps: [] };
      const caller = callerOf(channel);
      const call =
        kind === "unary"
          ? caller.unary(asked, request)
          : kind === "client-stream"
            ? caller.clientStream(asked, [])
            : collect(kind === "bidi" ? caller.bidi(asked, []) : caller.serverStream(asked, request));
      const error = (await failure(call)) as RpcError;
      expect(error).toMatchObject({ code: "INTERNAL", origin: "local" });
      expect(
        error.details
          .map(({ data }) => (data as { path: string }).path)
          .some((path) => ["body", "messages", "seq"].includes(path)),
      ).toBe(true);
    }
    expect(await new ConformanceClient(channel).empty({})).toEqual({});
    expect(server.stats().connections).toBe(1);
  });

  it("ER-12 refuse a request that cannot be decoded, in each kind, without running the handler", async () => {
    const { channel, client, watched, server } = await run(way);
    const name = "conformance.v1.Conformance";
    for (const [method, kind, path] of [
      ["echo", "unary", "body"],
      ["list", "server-stream", "steps"],
    ] as const) {
      const error = (await failure(callAny(channel, anyMethod(name, method, kind), { body: 7, steps: 7 }))) as RpcError;
      expect(error).toMatchObject({ code: "INVALID_ARGUMENT", executed: "no", origin: "remote" });
      expect(error.details.map(({ data }) => (data as { path: string }).path)).toContain(path);
    }
    expect(watched.entered).toBe(0);
    for (const [method, kind] of [
      ["sum", "client-stream"],
      ["chat", "bidi"],
    ] as const) {
      const error = (await failure(callAny(channel, anyMethod(name, method, kind), { body: 7, steps: 7 }))) as RpcError;
      expect(error.code).toBe("INVALID_ARGUMENT");
    }
    expect(await client.empty({})).toEqual({});
    expect(server.stats().connections).toBe(1);
  });

  it("ER-13 look the same however the handler fails", async () => {
    const error = (): RpcError => new RpcError({ code: "NOT_FOUND", message: "the same" });
    const { client } = await run(way, {
      handler: {
        echo: () => {
          throw error();
        },
        sleep: async () => {
          throw error();
        },
        // biome-ignore lint/correctness/useYield: it throws before it could
        *list() {
          throw error();
        },
        // biome-ignore lint/correctness/useYield: it throws before it could
        async *chat(_requests: AsyncIterable<ChatRequest>) {
          throw error();
        },
      },
    });
    const seen = await Promise.all([
      failure(client.echo({ body: empty })),
      failure(client.sleep({ ms: 1 })),
      failure(collect(client.list({ steps: [] }))),
      failure(collect(client.chat([]))),
    ]);
    for (const one of seen)
      expect(one).toMatchObject({ code: "NOT_FOUND", message: "the same", executed: "yes", origin: "remote" });
  });

  it("ER-13 look the same where an async function stands for a generator", async () => {
    const fail = (): Promise<never> => Promise.reject(new RpcError({ code: "NOT_FOUND", message: "the same" }));
    const { client, serverErrors } = await run(way, { handler: { list: fail, chat: fail } });
    for (const stream of [client.list({ steps: [] }), client.chat([])])
      expect(await failure(collect(stream))).toMatchObject({ code: "NOT_FOUND", message: "the same", executed: "yes" });
    expect(serverErrors).toEqual([]);
  });

  it("of another call do not pass through a handler as its own", async () => {
    const { client, serverErrors } = await run(way, {
      handler: { chain: (_request: unknown) => client.fail({ code: "PERMISSION_DENIED", message: "for the handler alone" }) },
    });
    const error = (await failure(client.chain({ hops: 0, work_ms: 0 }))) as RpcError;
    expect(error.code).toBe("INTERNAL");
    expect(error.message).not.toContain("alone");
    expect(serverErrors[0]).toMatchObject({ code: "PERMISSION_DENIED" });
  });
});

function callWith(channel: Parameters<typeof callerOf>[0], kind: CallKind, options: object): Promise<unknown> {
  const caller = callerOf(channel);
  const method = anyMethod("failing.v1.Failing", kind, kind);
  if (kind === "unary") return caller.unary(method, {}, options);
  if (kind === "client-stream") return caller.clientStream(method, [{}], options);
  return collect(kind === "bidi" ? caller.bidi(method, [{}], options) : caller.serverStream(method, {}, options));
}
