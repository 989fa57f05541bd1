/** Calls of every kind, each checked to its last message: the load of the long suites. */

import type { CallOptions } from "taut";
import type { Document, PlainClient } from "../support/plain-service.ts";
import type { SeededRandom } from "../support/seeded-random.ts";
import { isNumber, numbered } from "./counting-handler.ts";

/** A call that ended well with something else than was asked for. */
export class WrongAnswer extends Error {}

interface MixedCall {
  readonly name: string;
  /** Of a hundred calls. */
  readonly share: number;
  readonly idempotent?: boolean;
  make(client: PlainClient, id: number, options: CallOptions): Promise<void>;
}

const streamed = 5;

const echo =
  (method: string, bytes = 0) =>
  async (client: PlainClient, id: number, options: CallOptions): Promise<void> => {
    const request = bytes === 0 ? numbered(id) : { ...numbered(id), body: new Uint8Array(bytes) };
    const answer = await client.unary(method, request, options);
    expectAnswer(isNumber(id, answer), method, answer);
  };

export const mixedCalls: readonly MixedCall[] = [
  { name: "unary", share: 56, make: echo("echo") },
  { name: "unary, idempotent", share: 24, idempotent: true, make: echo("echoSafely") },
  { name: "unary, in fragments", share: 1, make: echo("echo", 150_000) },
  {
    name: "server stream",
    share: 5,
    async make(client, id, options) {
      let got = 0;
      for await (const message of client.list({ ...numbered(id), n: streamed, size: 500 }, options)) {
        expectAnswer(message.i === got, "list", message);
        got += 1;
      }
      expectAnswer(got === streamed, "list", { got });
    },
  },
  {
    name: "client stream",
    share: 5,
    async make(client, id, options) {
      const answer = await client.sum(several(id), options);
      expectAnswer(answer.messages === streamed, "sum", answer);
    },
  },
  {
    name: "bidi",
    share: 5,
    async make(client, id, options) {
      let got = 0;
      for await (const message of client.chat(several(id), options)) {
        expectAnswer(isNumber(id, message) && message.n === got, "chat", message);
        got += 1;
      }
      expectAnswer(got === streamed, "chat", { got });
    },
  },
  { name: "one-way", share: 4, make: (client, id, options) => client.tell(numbered(id), options) },
];

function* several(id: number): Iterable<Document> {
  for (let n = 0; n < streamed; n += 1) yield { ...numbered(id), n };
}

function expectAnswer(holds: boolean, method: string, answer: Document): void {
  if (!holds) throw new WrongAnswer(`${method} answered ${JSON.stringify(answer).slice(0, 200)}`);
}

/** One of them, as often as its share says. */
export function pickCall(random: SeededRandom): MixedCall {
  let at = random.below(100);
  for (const call of mixedCalls) {
    at -= call.share;
    if (at < 0) return call;
  }
  throw new Error("the shares of mixed calls do not add up to 100");
}
