/**
 * Messages of a stream that arrived and wait for the user's loop: an async iterator over a queue.
 *
 * Bounded by the stream's window: the peer may not send what was not granted, and `release` grants it again only when the user has
 * taken the message. Errors wait for the iterator, so a stream that nobody reads never becomes an unhandled rejection. Single-use.
 */

export interface InboxOwner {
  /** A message was taken: its cost may be granted again. */
  release(cost: number): void;
  /** The user leaves before the end. */
  leave(): void;
}

const done: IteratorResult<never> = Object.freeze({ value: undefined, done: true }) as IteratorResult<never>;

interface Waiter<T> {
  resolve(result: IteratorResult<T>): void;
  reject(error: unknown): void;
}

export class Inbox<T> implements AsyncIterableIterator<T> {
  readonly #owner: InboxOwner;
  #values: T[] = [];
  #costs: number[] = [];
  /** The next message in `#values`: shifting an array of thousands would move them all. */
  #head = 0;
  #waiters: Waiter<T>[] = [];
  #state: "open" | "ended" | "failed" | "left" = "open";
  #error: unknown;

  constructor(owner: InboxOwner) {
    this.#owner = owner;
  }

  push(value: T, cost: number): void {
    if (this.#state !== "open") {
      this.#owner.release(cost);
      return;
    }
    const waiter = this.#waiters.shift();
    if (waiter === undefined) {
      this.#values.push(value);
      this.#costs.push(cost);
      return;
    }
    this.#owner.release(cost);
    waiter.resolve({ value, done: false });
  }

  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(done);
  }

  /** What has arrived is still handed out, then the error. */
  fail(error: unknown): void {
    if (this.#state !== "open") return;
    this.#state = "failed";
    this.#error = error;
    const [first, ...others] = this.#waiters.splice(0);
    if (first === undefined) return;
    this.#state = "ended";
    first.reject(error);
    for (const waiter of others) waiter.resolve(done);
  }

  /**
   * Fails at once: what waits to be read is dropped (the reader itself has given up). A stream that had ended by then fails as well if
   * something of it was dropped: a part must never look like the whole.
   */
  abort(error: unknown): void {
    const isCut = this.#head < this.#values.length;
    this.#drop();
    if (this.#state === "ended" && isCut) this.#state = "open";
    this.fail(error);
  }

  next(): Promise<IteratorResult<T>> {
    const head = this.#head;
    if (head < this.#values.length) {
      const value = this.#values[head] as T;
      const cost = this.#costs[head] as number;
      this.#head = head + 1;
      if (this.#head === this.#values.length) {
        this.#values = [];
        this.#costs = [];
        this.#head = 0;
      } else {
        this.#values[head] = undefined as T;
      }
      this.#owner.release(cost);
      return Promise.resolve({ value, done: false });
    }
    switch (this.#state) {
      case "open":
        return new Promise((resolve, reject) => {
          this.#waiters.push({ resolve, reject });
        });
      case "failed":
        this.#state = "ended";
        return Promise.reject(this.#error);
      case "ended":
      case "left":
        return Promise.resolve(done);
      default:
        return this.#state satisfies never;
    }
  }

  return(): Promise<IteratorResult<T>> {
    const wasOpen = this.#state === "open";
    this.#state = "left";
    this.#drop();
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(done);
    if (wasOpen) this.#owner.leave();
    return Promise.resolve(done);
  }

  throw(error?: unknown): Promise<IteratorResult<T>> {
    return this.return().then(() => {
      throw error;
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #drop(): void {
    for (let i = this.#head; i < this.#costs.length; i += 1) this.#owner.release(this.#costs[i] as number);
    this.#values = [];
    this.#costs = [];
    this.#head = 0;
  }
}
