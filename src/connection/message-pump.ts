/**
 * Moves what a user's iterable gives into a call, as fast as the windows allow and no faster: back-pressure that cannot be got wrong.
 *
 *     PULLING --item--> send --room--> PULLING        the iterable ends  --> finish
 *                         |                           it throws          --> fail, with that very object
 *                         +--no room--> WAITING --resume()--> PULLING
 *
 * Callbacks rather than an async function: one promise less a message. Synchronous iterables are walked without any.
 */

export interface PumpTarget {
  /** Takes one item. Throws when it cannot be encoded. */
  send(item: unknown): void;
  /** Whether another item may be taken; if not, somebody calls `resume` later. */
  canSend(): boolean;
  /** The iterable has ended; a generator may have returned something. */
  finish(returned: unknown): void;
  /** The iterable threw, or an item could not be sent. */
  fail(error: unknown, from: "iterable" | "send"): void;
}

type State = "waiting" | "pulling" | "done";

/** Items of a synchronous iterable sent in one go before the event loop gets a turn. */
const syncBatch = 1_024;

export class MessagePump {
  readonly #target: PumpTarget;
  readonly #source: AsyncIterable<unknown> | Iterable<unknown>;
  #iterator: AsyncIterator<unknown> | Iterator<unknown> | undefined;
  #isAsync = true;
  #state: State = "waiting";
  readonly #onItem = (result: IteratorResult<unknown>): void => this.#receive(result);
  readonly #onError = (error: unknown): void => this.#fail(error, "iterable");

  /** TypeError when the source is no iterable. */
  constructor(source: AsyncIterable<unknown> | Iterable<unknown>, target: PumpTarget) {
    checkIterable(source);
    this.#source = source;
    this.#target = target;
  }

  /** Starts, or goes on after there was no room. */
  resume(): void {
    if (this.#state !== "waiting") return;
    if (this.#iterator === undefined && !this.#open()) return;
    this.#state = "pulling";
    this.#pull();
  }

  /**
   * Nothing more is wanted: the iterable gets `return()`. Answers a promise when that takes time: it settles when the iterable's
   * `finally` blocks have run, and rejects with what they throw. Callers who do not care must still handle the rejection.
   */
  stop(): Promise<unknown> | undefined {
    if (this.#state === "done") return undefined;
    this.#state = "done";
    try {
      const answer: unknown = this.#iterator?.return?.();
      return answer instanceof Promise ? answer : undefined;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** `stop` for a side that has nobody to tell what the iterable throws at its end. */
  drop(): void {
    this.stop()?.catch(() => {});
  }

  #open(): boolean {
    try {
      const asyncSource = this.#source as Partial<AsyncIterable<unknown>>;
      this.#isAsync = typeof asyncSource[Symbol.asyncIterator] === "function";
      this.#iterator = this.#isAsync
        ? (this.#source as AsyncIterable<unknown>)[Symbol.asyncIterator]()
        : (this.#source as Iterable<unknown>)[Symbol.iterator]();
      return true;
    } catch (error) {
      this.#fail(error, "iterable");
      return false;
    }
  }

  #pull(): void {
    if (!this.#isAsync) return this.#pullAll();
    try {
      const answer = (this.#iterator as AsyncIterator<unknown>).next();
      if (answer instanceof Promise) answer.then(this.#onItem, this.#onError);
      else Promise.resolve(answer).then(this.#onItem, this.#onError);
    } catch (error) {
      this.#fail(error, "iterable");
    }
  }

  #pullAll(): void {
    const iterator = this.#iterator as Iterator<unknown>;
    for (let sent = 0; this.#state === "pulling"; sent += 1) {
      if (sent === syncBatch) {
        setImmediate(() => {
          if (this.#state === "pulling") this.#pullAll();
        });
        return;
      }
      let isDone: boolean;
      let item: unknown;
      try {
        const result = iterator.next();
        isDone = Boolean(result.done);
        item = result.value;
      } catch (error) {
        return this.#fail(error, "iterable");
      }
      if (isDone) return this.#finish(item);
      if (!this.#send(item)) return;
    }
  }

  #receive(result: IteratorResult<unknown>): void {
    if (this.#state !== "pulling") return;
    let isDone: boolean;
    let item: unknown;
    try {
      // An iterator of the user's own may answer no result at all, or one whose getters throw.
      isDone = Boolean(result.done);
      item = result.value;
    } catch (error) {
      return this.#fail(error, "iterable");
    }
    if (isDone) return this.#finish(item);
    if (this.#send(item)) this.#pull();
  }

  /** True when the next item may be pulled at once. */
  #send(item: unknown): boolean {
    try {
      this.#target.send(item);
    } catch (error) {
      this.#fail(error, "send");
      return false;
    }
    if (this.#state !== "pulling") return false;
    if (this.#target.canSend()) return true;
    this.#state = "waiting";
    return false;
  }

  #finish(returned: unknown): void {
    if (this.#state === "done") return;
    this.#state = "done";
    this.#target.finish(returned);
  }

  #fail(error: unknown, from: "iterable" | "send"): void {
    if (this.#state === "done") return;
    if (from === "send") this.drop();
    this.#state = "done";
    this.#target.fail(error, from);
  }
}

/** TypeError for what is neither an AsyncIterable nor an Iterable; a text is none either. */
export function checkIterable(source: unknown): void {
  const given = source as { [Symbol.asyncIterator]?: unknown; [Symbol.iterator]?: unknown } | null | undefined;
  if (
    typeof given !== "object" ||
    given === null ||
    (typeof given[Symbol.asyncIterator] !== "function" && typeof given[Symbol.iterator] !== "function")
  ) {
    throw new TypeError("a stream needs an AsyncIterable or an Iterable");
  }
}
