/** One watcher's view of one status: each change once, in order. Whoever reads too slowly misses what has changed back meanwhile. */

import type { HealthStatus } from "./health-schema.ts";

/** Changes that may wait for a watcher. */
const maxUnread = 16;

export class StatusWatch implements AsyncIterable<HealthStatus> {
  readonly service: string;
  #unread: HealthStatus[];
  #last: HealthStatus;
  #isOver = false;
  #wake: () => void = () => {};

  constructor(service: string, status: HealthStatus) {
    this.service = service;
    this.#last = status;
    this.#unread = [status];
  }

  tell(status: HealthStatus): void {
    if (status === this.#last || this.#isOver) return;
    this.#last = status;
    if (this.#unread.length === maxUnread) this.#unread = [];
    this.#unread.push(status);
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  [Symbol.asyncIterator](): AsyncIterator<HealthStatus> {
    return {
      next: async () => {
        for (;;) {
          const value = this.#unread.shift();
          if (value !== undefined) return { value, done: false };
          if (this.#isOver) return { value: undefined, done: true };
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      },
      // A watcher that leaves while it waits must not be waited for.
      return: async () => {
        this.end();
        return { value: undefined, done: true };
      },
    };
  }
}
