/**
 * The responses of a stream that interceptors have had their hands on, as the stub's user reads them.
 *
 * Single-use. An error waits for the iterator; leaving before the reply is there ends the call all the same.
 */

import type { Reply } from "../contract/interceptor.ts";
import type { MethodDescription } from "../contract/service.ts";
import { isRpcError } from "../errors/rpc-error.ts";
import { Metadata } from "../metadata/metadata.ts";

const done: IteratorResult<never> = Object.freeze({ value: undefined, done: true }) as IteratorResult<never>;

/** The run that the stream belongs to. */
export interface StreamRun {
  readonly method: MethodDescription;
  readonly streams: StreamsBelow;
  /** Its end has come before the stream's. */
  readonly hasFailed: boolean;
  until<T>(promise: Promise<T>): Promise<T>;
  finish(): void;
}

/** How the user's callbacks hear of its end. Neither throws nor rejects. */
export interface StreamEnd {
  ended(reply: Reply): Promise<void>;
  /** Its reply had come; or the user has left, and there are none. */
  failed(trailers: Metadata): void;
}

export class InterceptedStream implements AsyncIterableIterator<unknown> {
  readonly #reply: Promise<Reply>;
  readonly #run: StreamRun;
  readonly #end: StreamEnd;
  #messages: AsyncIterator<unknown> | undefined;
  #isOver = false;

  constructor(reply: Promise<Reply>, run: StreamRun, end: StreamEnd) {
    this.#reply = reply;
    this.#run = run;
    this.#end = end;
    // It may never be read.
    reply.catch(() => {});
  }

  async next(): Promise<IteratorResult<unknown>> {
    if (this.#isOver) return done;
    let result: IteratorResult<unknown>;
    let reply: Reply;
    try {
      reply = await this.#reply;
      this.#messages ??= iteratorOf(reply);
      result = await this.#run.until(this.#messages.next());
    } catch (error) {
      if (this.#isOver) return done;
      this.#isOver = true;
      // It has not failed by itself.
      if (this.#run.hasFailed) this.#messages?.return?.().catch(() => {});
      this.#run.finish();
      if (this.#messages !== undefined && isRpcError(error)) this.#end.failed(error.metadata);
      throw error;
    }
    if (result.done === true) {
      if (this.#isOver) return done;
      this.#isOver = true;
      await this.#end.ended(reply);
      return done;
    }
    // Messages are `{ value }` documents where the user gets no documents.
    const unwraps = this.#run.method.result === "value";
    return unwraps ? { done: false, value: (result.value as { value: unknown }).value } : result;
  }

  async return(): Promise<IteratorResult<unknown>> {
    if (this.#isOver) return done;
    this.#isOver = true;
    const left = this.#messages?.return?.();
    this.#run.streams.leave();
    this.#run.finish();
    if (this.#messages !== undefined) this.#end.failed(new Metadata());
    await left;
    // An interceptor may still answer with a stream of its own.
    if (this.#messages === undefined) this.#reply.then((reply) => iteratorOf(reply).return?.()).catch(() => {});
    return done;
  }

  async throw(error?: unknown): Promise<IteratorResult<unknown>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Streams that one intercepted call has opened: usually one, more where an interceptor tries again. */
export class StreamsBelow {
  readonly #streams: AsyncIterator<unknown>[] = [];
  #hasLeft = false;

  get isEmpty(): boolean {
    return this.#streams.length === 0;
  }

  add(stream: AsyncIterator<unknown>): void {
    this.#streams.push(stream);
    if (this.#hasLeft) this.leave();
  }

  /** Nobody reads them any more. Harmless for those that have ended. */
  leave(): void {
    this.#hasLeft = true;
    for (const stream of this.#streams.splice(0)) stream.return?.().catch(() => {});
  }
}

function iteratorOf({ messages }: Reply): AsyncIterator<unknown> {
  return messages === undefined ? { next: () => Promise.resolve(done) } : messages[Symbol.asyncIterator]();
}

/** Looks whether a first message has come, without taking it from the reader. `over` runs when the reader has seen the end. */
export function peekFirst(
  messages: AsyncIterable<unknown>,
  over: () => void,
): { arrived: Promise<void>; messages: AsyncIterableIterator<unknown> } {
  const iterator = messages[Symbol.asyncIterator]();
  const take = async (): Promise<IteratorResult<unknown>> => {
    let isOver = true;
    try {
      const result = await iterator.next();
      isOver = result.done === true;
      return result;
    } finally {
      if (isOver) over();
    }
  };
  let first: Promise<IteratorResult<unknown>> | undefined = take();
  const arrived = first.then(
    () => {},
    () => {},
  );
  const replay: AsyncIterableIterator<unknown> = {
    next() {
      const result = first ?? take();
      first = undefined;
      return result;
    },
    async return() {
      first = undefined;
      over();
      await iterator.return?.();
      return done;
    },
    [Symbol.asyncIterator]: () => replay,
  };
  return { arrived, messages: replay };
}
