/** Misuse is a TypeError at once where something is made, and a rejection where something is called; and what the classes promise. */

import {
  Code,
  CodecError,
  connect,
  createContextKey,
  createServer,
  type Interceptor,
  isRpcError,
  Metadata,
  RpcError,
} from "taut";
import { createTestChannel } from "taut/testing";
import { describe, expect, it } from "vitest";
import {
  ConformanceClient,
  ConformanceService,
  encodePayload,
  FirstError,
  SecondError,
} from "../.generated/schemas/conformance/v1/service.ts";
import { conformanceHandler } from "../conformance/cases/conformance-handler.ts";
import { empty, failureOf, type Scene, scene } from "./contract.ts";

const passOn: Interceptor = (call, next) => next(call);

describe("an option that is no function", () => {
  it.each(["onError", "credentials", "resolve"])("of connect(): %s", (name) => {
    const options = { [name]: { token: "t" } };
    expect(() => connect("localhost:1", options as never)).toThrow(new TypeError(`${name} must be a function, not object`));
  });

  it.each(["onError", "authenticate"])("of createServer(): %s", (name) => {
    expect(() => createServer({ [name]: "x" } as never)).toThrow(new TypeError(`${name} must be a function, not string`));
  });
});

describe("connect()", () => {
  it.each([
    "",
    "localhost",
    "localhost:",
    ":80",
    "localhost:x",
    "localhost:65536",
    "localhost:-1",
    "http://localhost:80",
    "unix://",
    "tcp://user@host:1",
    "tcp://host:1/path",
    "host:1 ",
  ])("refuses the target %j", (target) => {
    expect(() => connect(target)).toThrow(TypeError);
  });

  it.each([undefined, null, 5, {}, [], [undefined], ["host:1", "bad"]])("refuses %j", (target) => {
    expect(() => connect(target as never)).toThrow(TypeError);
  });

  it.each([
    { timeoutMs: Number.NaN },
    { timeoutMs: "5" },
    { connectTimeoutMs: 0 },
    { connectTimeoutMs: -1 },
    { idleTimeoutMs: Number.NaN },
    { reconnect: { minMs: 0 } },
    { reconnect: { maxMs: "x" } },
    { keepalive: { idleMs: 0 } },
    { retry: { attempts: 0, codes: [] } },
    { retry: { attempts: 2, codes: ["NOPE"] } },
    { interceptors: [5] },
    { interceptors: () => {} },
    { limits: { maxMessageBytes: 0 } },
    { limits: { maxMessageBytes: Number.NaN } },
    { limits: { maxCalls: 1.5 } },
    { limits: { noLimit: 1 } },
    { tls: 5 },
    { credentials: "secret" },
    { onError: 5 },
    { timeout: 5 },
  ])("refuses the options %j", (options) => {
    expect(() => connect("127.0.0.1:1", options as never)).toThrow(TypeError);
  });

  it("takes every documented target and never throws for one that cannot be reached", async () => {
    for (const target of [
      "127.0.0.1:1",
      "localhost:1",
      "[::1]:1",
      "tcp://127.0.0.1:1",
      "tls://127.0.0.1:1",
      "unix:///nowhere/at.all",
      "dns:///localhost:1",
      ["127.0.0.1:1", "127.0.0.1:2"],
    ]) {
      await using channel = connect(target);
      expect(channel.state).toBe("idle");
      expect(await failureOf(new ConformanceClient(channel).empty({}))).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
    }
  });
});

describe("createServer()", () => {
  it.each([
    { handshakeTimeoutMs: 0 },
    { idleTimeoutMs: -1 },
    { maxTimeoutMs: Number.NaN },
    { maxConnections: 0 },
    { maxConnectionAgeMs: "x" },
    { interceptors: [undefined] },
    { authenticate: true },
    { onError: "log" },
    { inheritContext: "no" },
    { tls: "yes" },
    { port: 80 },
  ])("refuses the options %j", (options) => {
    expect(() => createServer(options as never)).toThrow(TypeError);
  });

  it("refuses handlers that lack methods, services that are there, and what is no service", () => {
    const server = createServer();
    const { handler } = conformanceHandler(() => undefined as never);
    const { echo: _echo, sum: _sum, ...rest } = handler;
    expect(() => server.add(ConformanceService, rest as never)).toThrow(/lacks echo, sum/);
    expect(() => server.add(ConformanceService, { ...handler, echo: 5 } as never)).toThrow(TypeError);
    expect(() => server.add(ConformanceService, undefined as never)).toThrow(TypeError);
    for (const none of [undefined, null, {}, { fullName: "a.B" }, ConformanceClient])
      expect(() => server.add(none as never, {})).toThrow(TypeError);
    expect(server.add(ConformanceService, handler)).toBe(server);
    expect(() => server.add(ConformanceService, handler)).toThrow(/was added already/);
  });

  it("takes handlers whose methods are inherited, and calls them with their object as this", async () => {
    class Handler {
      text = "mine";
      echo() {
        return { body: empty, text: this.text };
      }
    }
    const { handler } = conformanceHandler(() => undefined as never);
    const one = Object.assign(Object.create(Handler.prototype), handler, new Handler());
    delete one.echo;
    await using server = createServer().add(ConformanceService, one);
    await using channel = createTestChannel(server);
    expect(await new ConformanceClient(channel).echo({ body: empty })).toEqual({ body: empty, text: "mine" });
  });

  it("answers typed errors for addresses that cannot be listened on", async () => {
    await using server = createServer();
    // A path of a socket that Node 20 would cut, and one without what TLS needs.
    for (const bad of ["", "localhost", "http://x:1", `unix:///tmp/${"x".repeat(200)}`, "tls://127.0.0.1:0", undefined, 5]) {
      expect(await failureOf(server.listen(bad as never))).toBeInstanceOf(TypeError);
    }
    const { url, host, port } = await server.listen("127.0.0.1:0");
    expect(url).toBe(`tcp://127.0.0.1:${port}`);
    expect(host).toBe("127.0.0.1");
    const error = await failureOf(server.listen(`127.0.0.1:${port}`));
    expect(error).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
    expect(error.message).toContain(String(port));
    expect(error.message).toContain("EADDRINUSE");
    await server.close();
    await server.close();
    expect(await failureOf(server.listen("127.0.0.1:0"))).toMatchObject({ code: "FAILED_PRECONDITION" });
    expect(await server.drain()).toEqual({ finished: 0, cancelled: 0 });
    const never = createServer();
    await never.close();
    expect(await failureOf(createServer().drain({ graceMs: -1 }))).toBeInstanceOf(TypeError);
  });
});

describe("a call's options", () => {
  it.each([
    { metadata: { "bad key": "v" } },
    { metadata: { "taut-x": "v" } },
    { metadata: { k: 5 } },
    { metadata: 5 },
    { retry: { attempts: -1, codes: [] } },
    { retry: 5 },
    { signal: {} },
    { signal: "abort" },
    { parent: {} },
    { onMetadata: "log" },
    { onTrailers: null },
    { timeoutMs: "5" },
    null,
    5,
  ])("that make no sense reject with a TypeError: %j", async (options) => {
    for (const interceptors of [[], [passOn]]) {
      const { client, channel } = scene({}, { channel: { interceptors } });
      expect(await failureOf(client.empty({}, options as never))).toBeInstanceOf(TypeError);
      const stream = client.list({ steps: [] }, options as never);
      expect(await failureOf(stream[Symbol.asyncIterator]().next())).toBeInstanceOf(TypeError);
      expect(await client.empty({})).toEqual({});
      expect(channel.stats().open).toBe(0);
    }
  });
});

describe("Metadata", () => {
  it("is an ordered multimap with folded keys", () => {
    const bytes = new Uint8Array([1]);
    const metadata = new Metadata({ B: "1", a: ["2", bytes] }).append("b", "3").set("C", "4");
    expect([...metadata]).toEqual([
      ["b", "1"],
      ["a", "2"],
      ["a", bytes],
      ["b", "3"],
      ["c", "4"],
    ]);
    expect([metadata.get("A"), metadata.getAll("B"), metadata.has("c"), metadata.get("d"), metadata.getAll("d")]).toEqual([
      "2",
      ["1", "3"],
      true,
      undefined,
      [],
    ]);
    expect([...metadata.set("b", ["x", "y"])].map(([key, value]) => `${key}${String(value)}`)).toEqual([
      "bx",
      "by",
      "a2",
      "a1",
      "c4",
    ]);
    expect(new Metadata(metadata).set("a", []).has("a")).toBe(false);
    expect([metadata.delete("B"), metadata.delete("b"), metadata.has("b")]).toEqual([true, false, false]);
    const copy = new Metadata(metadata);
    copy.set("a", "changed");
    expect(metadata.getAll("a")).toEqual(["2", bytes]);
  });

  it("takes the Metadata of another copy of the package", () => {
    const foreign = {
      *[Symbol.iterator]() {
        yield* [
          ["k", "1"],
          ["k", "2"],
        ];
      },
    };
    expect(new Metadata(foreign as never).getAll("k")).toEqual(["1", "2"]);
  });

  it("refuses bad keys and values with a TypeError, in each way to set them", () => {
    for (const key of ["", " ", "a b", "ä", "a:b", "a/b", "k".repeat(129), "taut-", "Taut-Attempt", 5, undefined, null]) {
      for (const way of [
        () => new Metadata({ [String(key)]: "v" }),
        () => new Metadata().set(key as string, "v"),
        () => new Metadata().append(key as string, "v"),
      ]) {
        if (typeof key === "string" || way.toString().includes("new Metadata().")) expect(way, String(key)).toThrow(TypeError);
      }
    }
    for (const value of [undefined, null, 5, true, {}, ["a", 5], "\ud800"]) {
      expect(() => new Metadata().set("k", value as never)).toThrow(TypeError);
    }
    expect(new Metadata().append("k".repeat(128), "").has("k".repeat(128))).toBe(true);
    expect(new Metadata({ "a.b_c-1": "v" }).get("A.B_C-1")).toBe("v");
  });
});

describe("RpcError", () => {
  it("has the facts of an error that a user makes", () => {
    const cause = new Error("why");
    const metadata = { hint: "h" };
    const error = new RpcError({
      code: "ABORTED",
      message: "m",
      details: [{ type: "a.B", data: 1 }],
      metadata,
      retryAfterMs: 5,
      cause,
    });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "RpcError",
      code: "ABORTED",
      message: "m",
      scope: "call",
      origin: "local",
      details: [{ type: "a.B", data: 1 }],
      retryAfterMs: 5,
      cause,
    });
    expect(error.metadata).toBeInstanceOf(Metadata);
    expect(error.metadata.get("hint")).toBe("h");
    expect([error.method, error.timings]).toEqual([undefined, undefined]);
    expect(String(error)).toBe("RpcError: m");
    expect(new RpcError({ code: "UNKNOWN", message: "" })).toMatchObject({ details: [], message: "" });
    expect("cause" in new RpcError({ code: "UNKNOWN", message: "" })).toBe(false);
  });

  it.each([
    undefined,
    null,
    "ABORTED",
    {},
    { code: "OK", message: "" },
    { code: "aborted", message: "" },
    { code: 5, message: "" },
    { code: "toString", message: "" },
    { code: "ABORTED", message: "", details: {} },
    { code: "ABORTED", message: "", details: [{ data: 1 }] },
    { code: "ABORTED", message: "", metadata: { "a b": "" } },
    { code: "ABORTED", message: "", retryAfterMs: Number.NaN },
    { code: "ABORTED", message: "", retryAfterMs: -1 },
  ])("refuses %j", (init) => {
    expect(() => new RpcError(init as never)).toThrow(TypeError);
  });

  it("is known by its brand, of another copy too, and nothing else is", () => {
    const brand = Symbol.for("taut.RpcError");
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(isRpcError(new RpcError({ code: "ABORTED", message: "" }))).toBe(true);
    expect(isRpcError({ [brand]: true, code: "ABORTED" })).toBe(true);
    for (const other of [new Error("x"), { code: "ABORTED", message: "" }, "ABORTED", null, undefined, 5, proxy])
      expect(isRpcError(other)).toBe(false);
    expect(Object.keys(Code)).toHaveLength(16);
    expect(Object.entries(Code).every(([key, value]) => key === value)).toBe(true);
    expect(Object.isFrozen(Code)).toBe(true);
  });
});

describe("RpcError.from()", () => {
  it("makes an RpcError of whatever was caught", () => {
    const own = new RpcError({ code: "ABORTED", message: "own" });
    expect(RpcError.from(own)).toBe(own);
    const timeout = new DOMException("too late", "TimeoutError");
    expect(RpcError.from(timeout)).toMatchObject({ code: "DEADLINE_EXCEEDED", cause: timeout });
    expect(RpcError.from(AbortSignal.abort().reason)).toMatchObject({ code: "CANCELLED" });
    const error = new TypeError("words");
    expect(RpcError.from(error)).toMatchObject({ code: "UNKNOWN", message: "words", cause: error });
    for (const other of [undefined, null, 5, "text", {}]) {
      expect(RpcError.from(other)).toMatchObject({ code: "UNKNOWN", message: String(other), cause: other });
    }
  });
});

describe("a fault's class", () => {
  const data = { number: 1, text: "t" };

  it("is an RpcError with its data, its name as the first detail, and a message", () => {
    const fault = new FirstError(data);
    expect(fault).toBeInstanceOf(RpcError);
    expect(fault).toMatchObject({
      code: "FAILED_PRECONDITION",
      data,
      details: [{ type: "conformance.v1.FirstError", data }],
      message: "conformance.v1.FirstError",
    });
    const cause = new Error("why");
    expect(new FirstError(data, { message: "m", cause })).toMatchObject({ message: "m", cause });
    expect(FirstError.is(fault)).toBe(true);
    expect(SecondError.is(fault)).toBe(false);
    for (const other of [new RpcError({ code: "FAILED_PRECONDITION", message: "" }), undefined, null, "x", data])
      expect(FirstError.is(other)).toBe(false);
  });

  it("crosses whether it is thrown, rejected, returned or yielded", async () => {
    const first = (): FirstError => new FirstError(data, { message: "words" });
    const ways: (() => unknown)[] = [
      () => {
        throw first();
      },
      async () => {
        throw first();
      },
      () => first(),
      async () => first(),
    ];
    const both = ways.flatMap((failTyped) => [[], [passOn]].map((interceptors) => ({ failTyped, interceptors })));
    for (const { failTyped, interceptors } of both) {
      const { client, serverErrors } = scene({ failTyped }, { server: { interceptors } });
      const error = await failureOf(client.failTyped({ which: "first" }));
      expect(error).toBeInstanceOf(FirstError);
      expect(error).toMatchObject({ data, message: "words", origin: "remote", executed: "yes" });
      expect(error.details).toEqual([{ type: "conformance.v1.FirstError", data }]);
      expect(await client.settled.failTyped({ which: "first" })).toMatchObject({ ok: false, error: { data } });
      expect(serverErrors).toEqual([]);
    }
  });

  it("ends a stream whether it is thrown, yielded, or returned by a generator or in its place", async () => {
    const fault = (): RpcError => new RpcError({ code: "ABORTED", message: "words" });
    const item = { seq: 1, body: empty };
    const handlers: [items: number, list: () => unknown][] = [
      [0, fault],
      [0, async () => fault()],
      [
        1,
        function* () {
          yield item;
          return fault();
        },
      ],
      [
        1,
        async function* () {
          yield item;
          return fault();
        },
      ],
      [
        1,
        async function* () {
          yield item;
          yield fault();
        },
      ],
    ];
    for (const [items, list] of handlers) {
      for (const interceptors of [[], [passOn]]) {
        const { client, serverErrors } = scene({ list }, { server: { interceptors } });
        const seen: unknown[] = [];
        const reading = async (): Promise<void> => {
          for await (const one of client.list({ steps: [] })) seen.push(one);
        };
        expect(await failureOf(reading())).toMatchObject({ code: "ABORTED", message: "words", executed: "yes" });
        expect(seen).toHaveLength(items);
        expect(serverErrors).toEqual([]);
      }
    }
  });

  it("that the method does not declare is INTERNAL and told to onError, thrown, returned or yielded", async () => {
    const fault = new FirstError(data);
    const handler = {
      echo: () => {
        throw fault;
      },
      sleep: () => fault,
      *list() {
        yield { seq: 1, body: empty };
        yield fault;
      },
    };
    for (const interceptors of [[], [passOn]]) await expectHidden(scene(handler, { server: { interceptors } }));
  });

  async function expectHidden({ client, serverErrors }: Scene): Promise<void> {
    expect(await failureOf(client.echo({ body: empty }))).toMatchObject({ code: "INTERNAL", details: [] });
    expect(await failureOf(client.sleep({ ms: 0 }))).toMatchObject({ code: "INTERNAL" });
    const items: unknown[] = [];
    const error = await failureOf(
      (async () => {
        for await (const item of client.list({ steps: [] })) items.push(item);
      })(),
    );
    expect(error).toMatchObject({ code: "INTERNAL" });
    expect(items).toHaveLength(1);
    expect(serverErrors).toHaveLength(3);
  }

  it("whose data does not fit its schema is INTERNAL, with the path for onError", async () => {
    const { client, serverErrors } = scene({
      failTyped: () => {
        throw new FirstError({ number: 1.5, text: "t" });
      },
    });
    expect(await failureOf(client.failTyped({ which: "first" }))).toMatchObject({ code: "INTERNAL" });
    expect(serverErrors[0]).toBeInstanceOf(CodecError);
    expect((serverErrors[0] as CodecError).path).toBe("number");
  });
});

describe("settled", () => {
  it("answers what rejects with an RpcError, and rejects with anything else", async () => {
    const { client } = scene();
    expect(await client.settled.echo({ body: empty })).toEqual({ ok: true, value: { body: empty } });
    expect(await client.settled.sum([])).toMatchObject({ ok: true });
    expect(await client.settled.fail({ code: "ABORTED", message: "m" })).toMatchObject({ ok: false, error: { code: "ABORTED" } });
    expect(await client.settled.echo({ body: 5 as never })).toMatchObject({ ok: false, error: { code: "INVALID_ARGUMENT" } });
    const mine = new Error("mine");
    const throwing = {
      get body(): Uint8Array {
        throw mine;
      },
    };
    expect(await failureOf(client.settled.echo(throwing))).toBe(mine);
    expect("list" in client.settled || "notify" in client.settled).toBe(false);
  });
});

describe("what an error of the user's own may be", () => {
  it("harms nothing when it is frozen, wherever it is thrown", async () => {
    const frozen = Object.freeze(new RpcError({ code: "ABORTED", message: "frozen" }));
    const { client } = scene({
      echo: () => {
        throw frozen;
      },
      *list() {
        yield* [];
        throw frozen;
      },
    });
    expect(await failureOf(client.echo({ body: empty }))).toMatchObject({ code: "ABORTED", message: "frozen" });
    const requests = (function* () {
      yield* [];
      throw frozen;
    })();
    expect(await failureOf(client.sum(requests as never))).toBe(frozen);
    const request = {
      get body(): Uint8Array {
        throw frozen;
      },
    };
    expect(await failureOf(client.echo(request))).toBe(frozen);
  });

  it("is INTERNAL when it only looks like an RpcError, and harms no process", async () => {
    const brand = Symbol.for("taut.RpcError");
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const odd: unknown[] = [
      proxy,
      { [brand]: true },
      { [brand]: true, code: "NOPE", message: "m", details: [], metadata: new Metadata() },
      Object.assign(new RpcError({ code: "ABORTED", message: "m" }), { details: 5 }),
      Object.assign(new RpcError({ code: "ABORTED", message: "m" }), { metadata: undefined }),
      Object.assign(new RpcError({ code: "ABORTED", message: "m" }), { message: Symbol("m") }),
      new Proxy(new RpcError({ code: "ABORTED", message: "m" }), {
        get() {
          throw new Error("of a trap");
        },
      }),
    ];
    for (const thrown of odd) {
      const { client, serverErrors } = scene({
        echo: () => {
          throw thrown;
        },
        sleep: async () => {
          throw thrown;
        },
      });
      expect(await failureOf(client.echo({ body: empty }))).toMatchObject({ code: "INTERNAL" });
      expect(await failureOf(client.sleep({ ms: 0 }))).toMatchObject({ code: "INTERNAL" });
      expect(serverErrors).toHaveLength(2);
    }
  });
});

it("what a getter throws harms its own call alone, even where nothing may be asked of it", async () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const withTrap = {
    get body(): Uint8Array {
      throw proxy;
    },
  };
  const { client, channel, server, serverErrors } = scene({ echo: async () => withTrap });
  await expect(client.echo(withTrap)).rejects.toBeInstanceOf(Error);
  expect(await failureOf(client.echo({ body: empty }))).toMatchObject({ code: "INTERNAL" });
  expect(serverErrors).toHaveLength(1);
  expect([channel.stats().open, server.stats().open]).toEqual([0, 0]);
});

it("an answer whose prototype must not be asked for harms its own call alone", async () => {
  const untouchable = (): object =>
    new Proxy(
      { body: empty },
      {
        getPrototypeOf() {
          throw new Error("of a trap");
        },
      },
    );
  const { client } = scene({ echo: async () => untouchable() });
  await client.echo({ body: empty }).catch(() => {});
  expect(await client.empty({})).toEqual({});
});

it("a context key has its default, and two keys of one description are two", () => {
  const key = createContextKey("a", 5);
  expect(key).toMatchObject({ description: "a", defaultValue: 5 });
  expect(createContextKey("a", 5)).not.toBe(key);
});

it("CodecError names type and path, and every violation", () => {
  try {
    encodePayload({ body: 5, text: 6 } as never);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(CodecError);
    expect(error).toMatchObject({ name: "CodecError", path: "body" });
    expect((error as CodecError).message).toContain("conformance.v1.Payload.body");
    expect((error as CodecError).violations).toHaveLength(2);
  }
});
