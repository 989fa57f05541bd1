/**
 * The responses of a stream that interceptors have had their hands on, as the stub's user reads them.
 *
 * Single-use. An error waits for the iterator; leaving before the reply is there ends the call all the same.
 */

import type { Reply } from "../contract/interceptor.ts";
import type { MethodDescription } from "../contract/service.ts";
import { isRpcError, type RpcError } from "../errors/rpc-error.ts";
import { Metadata } from "../metadata/metadata.ts";
import { cancelled } from "./client-call.ts";

const done: IteratorResult<never> = Object.freeze({ value: undefined, done: true }) as IteratorResult<never>;

/** The run that the stream belongs to. */
export interface StreamRun {
  readonly method: MethodDescription;
  readonly error: RpcError | undefined;
  /** Of the last call below. */
  readonly messages: AsyncIterable<unknown> | undefined;
  end(error: RpcError): void;
  failWaiting(): void;
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
      const next = this.#messages.next();
      // What no interceptor stands before ends by itself.
      result = await (reply.messages === this.#run.messages ? next : this.#run.until(next));
    } catch (error) {
      if (this.#isOver) return done;
      this.#isOver = true;
      // It has not failed by itself.
      if (error === this.#run.error) this.#messages?.return?.().catch(() => {});
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
    this.#run.end(cancelled(undefined));
    this.#run.failWaiting();
    if (this.#messages !== undefined) this.#end.failed(new Metadata());
    try {
      // A generator that waits for good hears of it only then: it has its moment, as with any other end.
      if (left !== undefined) await this.#run.until(left);
    } catch (error) {
      if (error !== this.#run.error) throw error;
    } finally {
      this.#run.finish();
    }
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

/** Streams that one intercepted call has opened and that have not ended: usually one, more where an interceptor tries again. */
export class StreamsBelow {
  readonly #streams = new Set<AsyncIterator<unknown>>();
  #hasLeft = false;

  add(stream: AsyncIterator<unknown>): void {
    this.#streams.add(stream);
    if (this.#hasLeft) this.leave();
  }

  delete(stream: AsyncIterator<unknown>): void {
    this.#streams.delete(stream);
  }

  /** Nobody reads them any more. */
  leave(): void {
    this.#hasLeft = true;
    const streams = [...this.#streams];
    this.#streams.clear();
    for (const stream of streams) stream.return?.().catch(() => {});
  }
}

function iteratorOf({ messages }: Reply): AsyncIterator<unknown> {
  return messages === undefined ? { next: () => Promise.resolve(done) } : messages[Symbol.asyncIterator]();
}

/** Looks whether a first message has come, without taking it from the reader. */
export function peekFirst(messages: AsyncIterable<unknown>): {
  arrived: Promise<void>;
  messages: AsyncIterableIterator<unknown>;
} {
  const iterator = messages[Symbol.asyncIterator]();
  let first: Promise<IteratorResult<unknown>> | undefined = iterator.next();
  const arrived = first.then(
    () => {},
    () => {},
  );
  const replay: AsyncIterableIterator<unknown> = {
    next() {
      const result = first ?? iterator.next();
      first = undefined;
      return result;
    },
    async return() {
      first = undefined;
      await iterator.return?.();
      return done;
    },
    [Symbol.asyncIterator]: () => replay,
  };
  return { arrived, messages: replay };
}
