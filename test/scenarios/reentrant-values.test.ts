/**
 * Getters of messages are user code that runs while a frame is being written. What they send, abort or close meanwhile must reach
 * the peer as if it had been done before the call.
 */

import type { Channel, Server } from "taut";
import { createTestChannel, createTestServer } from "taut/testing";
import { afterEach, describe, expect, it } from "vitest";
import {
  type Chunk,
  ConformanceClient,
  type ConformanceHandler,
  ConformanceService,
  type Payload,
} from "../.generated/schemas/conformance/v1/service.ts";
import { conformanceHandler } from "../conformance/cases/conformance-handler.ts";

let server: Server;
let channel: Channel;
let client: ConformanceClient;

async function open(handler: Partial<ConformanceHandler> = {}, limits: object = {}): Promise<void> {
  const complete = { ...conformanceHandler(() => client).handler, ...handler };
  server = createTestServer(limits).add(ConformanceService, complete);
  channel = createTestChannel(server);
  client = new ConformanceClient(channel);
  await channel.ready();
}

afterEach(async () => {
  await channel.close();
  await server.close();
  expect(channel.stats()).toMatchObject({ open: 0, connections: 0 });
  expect(server.stats()).toMatchObject({ open: 0 });
});

const bytes = (size: number, fill: number): Uint8Array => new Uint8Array(size).fill(fill);

/** A payload whose text is read from `get` each time. */
function payload(body: Uint8Array, get: () => string): Payload {
  return {
    body,
    get text() {
      return get();
    },
  };
}

/** A getter that does something and then answers. */
function when<T>(act: () => unknown, answer: T): () => T {
  return () => {
    act();
    return answer;
  };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** By content: the runner's own comparison looks at each byte and its key. */
function expectPayload(actual: Payload, body: Uint8Array, text?: string): void {
  expect(Buffer.compare(actual.body, body)).toBe(0);
  expect(actual.text).toBe(text);
}

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe.each([10, 3_000, 30_000, 200_000])("a getter of a request with %i bytes", (size) => {
  it("may call on the same connection", async () => {
    await open();
    const inner: Promise<Payload>[] = [];
    const answer = await client.echo(
      payload(bytes(size, 1), () => {
        inner.push(client.echo({ body: bytes(size, 2 + inner.length), text: `inner ${inner.length}` }));
        return "outer";
      }),
    );
    expectPayload(answer, bytes(size, 1), "outer");
    const answers = await Promise.all(inner);
    expect(answers.length).toBeGreaterThan(0);
    for (const [at, one] of answers.entries()) expectPayload(one, bytes(size, 2 + at), `inner ${at}`);
    expect(await client.echo({ body: bytes(3, 9) })).toEqual({ body: bytes(3, 9) });
    expect(server.stats().connections).toBe(1);
  });

  it("may call from the getters of its calls, four deep", async () => {
    await open();
    const inner: Promise<unknown>[] = [];
    const nested = (depth: number): Promise<Payload> =>
      client.echo(
        payload(bytes(size, depth), () => {
          if (depth < 4) inner.push(nested(depth + 1).then((answer) => expect(answer.text).toBe(`at ${depth + 1}`)));
          return `at ${depth}`;
        }),
      );
    expectPayload(await nested(0), bytes(size, 0), "at 0");
    await Promise.all(inner);
    expect(await client.empty({})).toEqual({});
  });

  it("may call and then throw: the error is its own, the other calls go on", async () => {
    await open();
    const inner: Promise<Payload>[] = [];
    const thrown = new Error("of the getter");
    const outer = client.echo(
      payload(bytes(size, 1), () => {
        inner.push(client.echo({ body: bytes(size, 2) }));
        throw thrown;
      }),
    );
    expect(await failureOf(outer)).toBe(thrown);
    for (const one of await Promise.all(inner)) expectPayload(one, bytes(size, 2));
    expect(await client.empty({})).toEqual({});
  });

  it("may make a call that cannot be encoded", async () => {
    await open();
    const inner: Promise<unknown>[] = [];
    const outer = client.echo(
      payload(bytes(size, 1), () => {
        inner.push(failureOf(client.echo({ body: "no bytes" as never })));
        return "outer";
      }),
    );
    expectPayload(await outer, bytes(size, 1), "outer");
    for (const one of await Promise.all(inner)) expect(one).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(await client.empty({})).toEqual({});
  });

  it("may abort another call", async () => {
    await open();
    const abort = new AbortController();
    const hanging = failureOf(client.hang({}, { signal: abort.signal }));
    await client.empty({});
    const answer = await client.echo(
      payload(bytes(size, 1), () => {
        abort.abort();
        return "outer";
      }),
    );
    expectPayload(answer, bytes(size, 1), "outer");
    expect(await hanging).toMatchObject({ code: "CANCELLED" });
    expect(await client.empty({})).toEqual({});
  });

  it("may abort its own call, which is then not sent", async () => {
    await open();
    const abort = new AbortController();
    const before = server.stats().started;
    const aborted = client.echo(
      payload(bytes(size, 1), () => {
        abort.abort("enough");
        return "outer";
      }),
      { signal: abort.signal },
    );
    expect(await failureOf(aborted)).toMatchObject({ code: "CANCELLED", cause: "enough" });
    expect(await client.empty({})).toEqual({});
    expect(server.stats().started).toBe(before + 1);
    expect(channel.stats()).toMatchObject({ open: 0, cancelled: 1, succeeded: 1 });
  });

  it("may close the channel", async () => {
    await open();
    const outer = client.echo(
      payload(bytes(size, 1), () => {
        void channel.close();
        return "outer";
      }),
    );
    expect(await failureOf(outer)).toMatchObject({ code: "CANCELLED", executed: "no" });
    expect(channel.stats().open).toBe(0);
  });

  it("may make one-way calls, and be read by one", async () => {
    const told: number[] = [];
    await open({ notify: ({ ms }) => void told.push(ms) });
    const inner: Promise<unknown>[] = [];
    const request = {
      get ms() {
        if (inner.length < 2) inner.push(client.notify({ ms: 2 }));
        return 1;
      },
    };
    await client.notify(request);
    const telling = payload(bytes(size, 1), () => {
      inner.push(client.notify({ ms: 3 }));
      return "x";
    });
    expect((await client.echo(telling)).text).toBe("x");
    await Promise.all(inner);
    await client.empty({});
    expect(told.filter((ms) => ms === 1)).toHaveLength(1);
    expect(told).toHaveLength(1 + inner.length);
  });
});

describe("a getter of a request", () => {
  it("may do all that while its call waits for a connection", async () => {
    await open();
    await channel.close();
    channel = createTestChannel(server);
    client = new ConformanceClient(channel);
    const inner: Promise<Payload>[] = [];
    const abort = new AbortController();
    const own = client.echo(
      payload(
        bytes(3, 0),
        when(() => abort.abort(), "own"),
      ),
      { signal: abort.signal },
    );
    const outer = client.echo(
      payload(
        bytes(3, 1),
        when(() => inner.push(client.echo({ body: bytes(3, 2) })), "outer"),
      ),
    );
    expect(await failureOf(own)).toMatchObject({ code: "CANCELLED" });
    expectPayload(await outer, bytes(3, 1), "outer");
    for (const one of await Promise.all(inner)) expectPayload(one, bytes(3, 2));
    expect(channel.stats()).toMatchObject({ open: 0, cancelled: 1 });
    expect(server.stats().started).toBe(1 + inner.length);
  });

  it("may close the channel while its call waits for a connection", async () => {
    await open();
    await channel.close();
    channel = createTestChannel(server);
    client = new ConformanceClient(channel);
    const closing = client.echo(
      payload(
        bytes(3, 0),
        when(() => channel.close(), "own"),
      ),
    );
    expect(await failureOf(closing)).toMatchObject({ code: "CANCELLED", executed: "no" });
    expect(channel.stats().open).toBe(0);
  });

  it("may take the last place that the server has", async () => {
    await open({}, { limits: { maxCalls: 1 } });
    const inner: Promise<Payload>[] = [];
    const outer = client.echo(
      payload(
        bytes(3, 1),
        when(() => inner.push(client.echo({ body: bytes(3, 2) })), "outer"),
      ),
    );
    expectPayload(await outer, bytes(3, 1), "outer");
    for (const one of await Promise.all(inner)) expectPayload(one, bytes(3, 2));
    expect(server.stats().failed).toBe(0);
  });

  it("that answers more the second time is told apart, and harms no other call", async () => {
    await open();
    for (const second of [40, 400, 70_000, 300_000]) {
      let asked = 0;
      const changing = client.echo(payload(bytes(3, 1), () => (asked++ === 0 ? "a" : "b".repeat(second))));
      const answer = await changing.catch((error: unknown) => error);
      if (answer instanceof Error) expect(answer).toMatchObject({ code: "INVALID_ARGUMENT", executed: "no" });
      else expect((answer as Payload).text).toBe("b".repeat(second));
      expect(await client.echo({ body: bytes(3, 9) })).toEqual({ body: bytes(3, 9) });
    }
    expect(server.stats().connections).toBe(1);
  });
});

describe.each([10, 30_000, 200_000])("a getter of a stream item with %i bytes", (size) => {
  /** A chunk whose number is read from `get`. */
  const chunk = (get: () => number): Chunk => ({
    get seq() {
      return get();
    },
    body: bytes(size, 7),
  });

  it("may call on the same connection, at the client", async () => {
    const sizes: number[] = [];
    await open({
      async sum(chunks) {
        let messages = 0;
        for await (const { seq, body } of chunks) {
          expect(Buffer.compare(body, bytes(size, 7))).toBe(0);
          expect(seq).toBe(messages);
          sizes.push(body.length);
          messages += 1;
        }
        return { messages, total_bytes: 0 };
      },
    });
    const inner: Promise<Payload>[] = [];
    const items = [0, 1, 2, 3].map((at) => chunk(when(() => inner.push(client.echo({ body: bytes(size, at) })), at)));
    expect(await client.sum(items)).toEqual({ messages: 4, total_bytes: 0 });
    for (const one of await Promise.all(inner)) expect(one.body).toHaveLength(size);
  });

  it("may leave the stream's own call, at the client", async () => {
    let ended: unknown;
    await open({
      async *chat(requests, context) {
        context.signal.addEventListener("abort", () => {
          ended = context.endedBy;
        });
        for await (const _request of requests) yield { seq: 0, body: bytes(1, 1) };
      },
    });
    const abort = new AbortController();
    const item = {
      payload: payload(bytes(size, 1), () => {
        abort.abort();
        return "x";
      }),
      steps: [],
    };
    const requests = [{ steps: [] }, item, { steps: [] }];
    expect(await failureOf(collect(client.chat(requests, { signal: abort.signal })))).toMatchObject({ code: "CANCELLED" });
    expect(await client.echo({ body: bytes(3, 9) })).toEqual({ body: bytes(3, 9) });
    await until(() => server.stats().open === 0);
    expect([undefined, "cancel"]).toContain(ended);
    expect(server.stats().connections).toBe(1);
  });

  it("may read the request stream, at the server", async () => {
    await open({
      async *chat(requests) {
        const iterator = requests[Symbol.asyncIterator]();
        for (let at = 0; at < 20; at += 1) {
          let next: Promise<IteratorResult<unknown>> | undefined;
          yield chunk(() => {
            next ??= iterator.next();
            return at;
          });
          await next;
        }
      },
    });
    const request = { payload: { body: bytes(50_000, 1) }, steps: [] };
    const answers = await collect(client.chat(Array.from({ length: 20 }, () => request)));
    expect(answers.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, seq) => seq));
    for (const { body } of answers) expect(Buffer.compare(body, bytes(size, 7))).toBe(0);
    expect(await client.empty({})).toEqual({});
  });

  it("may close the server", async () => {
    let closing: Promise<void> | undefined;
    await open({
      *list() {
        yield chunk(() => 0);
        yield chunk(() => {
          closing ??= server.close();
          return 1;
        });
      },
    });
    expect(await failureOf(collect(client.list({ steps: [] })))).toMatchObject({ code: "UNAVAILABLE" });
    await closing;
  });
});

describe.each([10, 30_000, 200_000])("a getter of an answer with %i bytes", (size) => {
  it("may close the server", async () => {
    let closing: Promise<void> | undefined;
    await open({
      echo: () =>
        payload(
          bytes(size, 1),
          when(() => {
            closing ??= server.close();
          }, "x"),
        ),
    });
    const outcome = await failureOf(client.echo({ body: bytes(1, 1) }));
    expect(outcome).toMatchObject({ code: "UNAVAILABLE" });
    await closing;
  });

  it("may call the server that it answers for, by the same channel", async () => {
    const inner: Promise<unknown>[] = [];
    await open({
      echo: () =>
        payload(
          bytes(size, 1),
          when(() => inner.push(client.sized({ response_size: size })), "answer"),
        ),
    });
    expect(await client.echo({ body: bytes(1, 1) })).toEqual({ body: bytes(size, 1), text: "answer" });
    for (const one of await Promise.all(inner)) expect((one as Payload).body).toHaveLength(size);
  });
});

async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 1) {
    if (waited > 1_000) throw new Error("not within 10 s");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
