/**
 * A service for tests of everything below the schema: any document is a message, so that nothing has to be generated.
 *
 * `PlainClient` is what `taut generate` would emit, by hand.
 */

import { setTimeout as sleep } from "node:timers/promises";
import type { CallContext, CallOptions, Channel } from "taut";
import { RpcError } from "taut";
import { decodePlainDocument, encodePlainDocument } from "../../src/bson/plain-document.ts";
import { callerOf } from "../../src/contract/caller.ts";
import type { Codec } from "../../src/contract/codec.ts";
import { type CallKind, defineService, type FullServiceDescription, methodOf } from "../../src/contract/service.ts";

export type Document = Record<string, unknown>;

export const plainCodec: Codec<Document> = {
  name: "test.Plain",
  bound: (value) => encodePlainDocument(value).length,
  write: (buffer, _view, offset, value) => offset + encodePlainDocument(value).copy(buffer, offset),
  read: (buffer, view, start, end) => decodePlainDocument(buffer, view, start, end),
};

export function plainService(
  fullName: string,
  methods: Record<string, { kind: CallKind; idempotent?: boolean }>,
): FullServiceDescription<object> {
  return defineService<object>({
    fullName,
    fingerprint: "00000000000000aa",
    methods: Object.entries(methods).map(([name, { kind, idempotent = false }]) => ({
      name,
      kind,
      idempotent,
      request: plainCodec,
      response: plainCodec,
      requestItem: "document",
      result: "document",
      faults: [],
      invoke: (handler, request, context) => handler[name](request, context),
    })),
  });
}

export const PlainService = plainService("test.v1.Plain", {
  echo: { kind: "unary" },
  echoSafely: { kind: "unary", idempotent: true },
  sleep: { kind: "unary" },
  sleepSafely: { kind: "unary", idempotent: true },
  hang: { kind: "unary" },
  fail: { kind: "unary" },
  block: { kind: "unary" },
  peer: { kind: "unary" },
  list: { kind: "server-stream" },
  sum: { kind: "client-stream" },
  chat: { kind: "bidi" },
  tell: { kind: "one-way" },
});

/** What a test wants to know of a handler's life. */
export interface PlainHandler {
  /** Calls that began, by method. */
  readonly begun: Map<string, number>;
  /** `id` of each request that ran, to find what ran twice. */
  readonly ids: unknown[];
  /** What `tell` was told. */
  readonly told: Document[];
  /** Messages that `list` has given and `sum` has taken. */
  given: number;
  taken: number;
  readonly endedBy: (string | undefined)[];
  readonly handler: object;
}

export function plainHandler(): PlainHandler {
  const begun = new Map<string, number>();
  const seen: PlainHandler = { begun, ids: [], told: [], given: 0, taken: 0, endedBy: [], handler: {} };
  const begin = (request: Document, context: CallContext): void => {
    const name = context.method.slice(context.method.lastIndexOf("/") + 1);
    begun.set(name, (begun.get(name) ?? 0) + 1);
    if (request.id !== undefined) seen.ids.push(request.id);
  };
  const slowly = async (request: Document, context: CallContext): Promise<Document> => {
    begin(request, context);
    try {
      await sleep(Number(request.ms ?? 0), undefined, { signal: context.signal });
    } finally {
      seen.endedBy.push(context.endedBy);
    }
    return { ...request, attempt: context.attempt };
  };
  const echo = (request: Document, context: CallContext): Document => {
    begin(request, context);
    return request;
  };
  return Object.assign(seen, {
    handler: {
      echo,
      echoSafely: echo,
      sleep: slowly,
      sleepSafely: slowly,
      async hang(request: Document, context: CallContext) {
        begin(request, context);
        await new Promise((resolve) => context.signal.addEventListener("abort", resolve, { once: true }));
        seen.endedBy.push(context.endedBy);
        return {};
      },
      /** Fails `times` times (always, without it) with `code`. */
      fail(request: Document, context: CallContext) {
        begin(request, context);
        if ((begun.get("fail") ?? 0) <= Number(request.times ?? Number.POSITIVE_INFINITY)) {
          throw new RpcError({ code: request.code as "UNAVAILABLE", message: "as asked" });
        }
        return { attempt: context.attempt };
      },
      /** Holds the event loop. */
      block(request: Document) {
        const end = performance.now() + Number(request.ms);
        while (performance.now() < end);
        return {};
      },
      peer(_request: Document, { peer }: CallContext) {
        const { certificate, ...rest } = peer;
        return { ...rest, subject: (certificate as { subject?: { CN?: string } } | undefined)?.subject?.CN ?? "" };
      },
      async *list(request: Document, context: CallContext) {
        begin(request, context);
        const body = new Uint8Array(Number(request.size ?? 0));
        try {
          for (let i = 0; i < Number(request.n ?? Number.POSITIVE_INFINITY); i += 1) {
            if (request.ms !== undefined) await sleep(Number(request.ms), undefined, { signal: context.signal });
            seen.given += 1;
            yield { i, body };
          }
        } finally {
          seen.endedBy.push(context.endedBy);
        }
      },
      /** Waits `wait-ms` (metadata) before it reads, and `pace-ms` after each message. */
      async sum(requests: AsyncIterable<Document>, context: CallContext) {
        begin({}, context);
        await sleep(Number(context.metadata.get("wait-ms") ?? 0));
        const pace = Number(context.metadata.get("pace-ms") ?? 0);
        let bytes = 0;
        for await (const { body } of requests) {
          seen.taken += 1;
          bytes += (body as Uint8Array | undefined)?.length ?? 0;
          if (pace > 0) await sleep(pace);
        }
        return { bytes, messages: seen.taken };
      },
      async *chat(requests: AsyncIterable<Document>, context: CallContext) {
        begin({}, context);
        for await (const request of requests) yield request;
      },
      tell(request: Document, context: CallContext) {
        begin(request, context);
        seen.told.push(request);
      },
    },
  });
}

export class PlainClient {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  unary(name: string, request: Document = {}, options?: CallOptions): Promise<Document> {
    return callerOf(this.#channel).unary(methodOf(PlainService, name), request, options) as Promise<Document>;
  }

  echo(request: Document = {}, options?: CallOptions): Promise<Document> {
    return this.unary("echo", request, options);
  }

  sleep(request: Document, options?: CallOptions): Promise<Document> {
    return this.unary("sleep", request, options);
  }

  sleepSafely(request: Document, options?: CallOptions): Promise<Document> {
    return this.unary("sleepSafely", request, options);
  }

  hang(options?: CallOptions): Promise<Document> {
    return this.unary("hang", {}, options);
  }

  list(request: Document, options?: CallOptions): AsyncIterable<Document> {
    return callerOf(this.#channel).serverStream(methodOf(PlainService, "list"), request, options) as AsyncIterable<Document>;
  }

  sum(requests: AsyncIterable<Document> | Iterable<Document>, options?: CallOptions): Promise<Document> {
    return callerOf(this.#channel).clientStream(methodOf(PlainService, "sum"), requests, options) as Promise<Document>;
  }

  chat(requests: AsyncIterable<Document> | Iterable<Document>, options?: CallOptions): AsyncIterable<Document> {
    return callerOf(this.#channel).bidi(methodOf(PlainService, "chat"), requests, options) as AsyncIterable<Document>;
  }

  tell(request: Document, options?: CallOptions): Promise<void> {
    return callerOf(this.#channel).oneWay(methodOf(PlainService, "tell"), request, options);
  }
}

/** The error that a promise rejects with; fails when it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<RpcError> {
  return promise.then(
    (value) => {
      throw new Error(`expected a failure, got ${JSON.stringify(value)}`);
    },
    (error: RpcError) => error,
  );
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Waits until something holds. */
export async function eventually(holds: () => boolean | Promise<boolean>, what: string, withinMs = 3_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(5);
  }
}
