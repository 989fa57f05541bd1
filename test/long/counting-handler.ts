/**
 * The plain service with a handler that counts how often each call ran.
 *
 * A call carries its number and a check of it: what a broken middlebox has changed is not taken for another call's second run.
 */

import type { Document } from "../support/plain-service.ts";

export function numbered(id: number): Document {
  return { id, check: checkOf(id) };
}

export function isNumber(id: number, { id: got, check }: Document): boolean {
  return got === id && check === checkOf(id);
}

function checkOf(id: number): number {
  return Math.imul(id, 0x9e3779b1);
}

export class CountingHandler {
  /** Runs by the call's number. */
  #runs = new Uint8Array(1 << 16);
  readonly handler: object;

  constructor() {
    const run = (request: Document): Document => {
      this.#count(request);
      return request;
    };
    const count = (request: Document): void => this.#count(request);
    this.handler = {
      echo: run,
      echoSafely: run,
      sleep: run,
      sleepSafely: run,
      hang: run,
      fail: run,
      block: run,
      peer: run,
      async *list(request: Document) {
        count(request);
        const body = new Uint8Array(Number(request.size ?? 0));
        for (let i = 0; i < Number(request.n); i += 1) yield { i, body };
      },
      async sum(requests: AsyncIterable<Document>) {
        let messages = 0;
        for await (const request of requests) {
          if (messages === 0) count(request);
          messages += 1;
        }
        return { messages };
      },
      async *chat(requests: AsyncIterable<Document>) {
        let isFirst = true;
        for await (const request of requests) {
          if (isFirst) count(request);
          isFirst = false;
          yield request;
        }
      },
      tell: count,
    };
  }

  #count({ id, check }: Document): void {
    if (typeof id !== "number" || !Number.isInteger(id) || check !== checkOf(id)) return;
    if (id >= this.#runs.length) {
      const larger = new Uint8Array(Math.max(id + 1, this.#runs.length * 2));
      larger.set(this.#runs);
      this.#runs = larger;
    }
    this.#runs[id] = Math.min(255, (this.#runs[id] as number) + 1);
  }

  runsOf(id: number): number {
    return this.#runs[id] ?? 0;
  }
}
