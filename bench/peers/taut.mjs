/** Taut as its README shows it: generated client and handlers, every default on. */

import { connect as connectChannel, createServer } from "taut";
import { smallMessages } from "../data/messages.mjs";
import { BenchClient, BenchService } from "../generated/taut/bench/v1/bench.js";
import { ItemQueue } from "./item-queue.mjs";

/** @param {{ inheritContext?: boolean, hasChannel?: boolean }} options of the workload about context inheritance */
export async function serve({ inheritContext = true, hasChannel = false }) {
  const small = smallMessages();
  const server = createServer({ inheritContext }).add(BenchService, {
    echoSmall: async (request) => request,
    echoOrder: async (request) => request,
    echoBlob: async (request) => request,
    async *stream({ count }) {
      for (let i = 0; i < count; i++) yield small[i & 0xff];
    },
    async *download({ count, bytes }) {
      const data = new Uint8Array(bytes).fill(1);
      for (let i = 0; i < count; i++) yield { data };
    },
    async *pingPong(messages) {
      yield* messages;
    },
  });
  const { port } = await server.listen("127.0.0.1:0");
  const channel = hasChannel ? connectChannel(`127.0.0.1:${port}`) : undefined;
  return {
    port,
    async close() {
      await channel?.close();
      await server.close();
    },
  };
}

export async function connect(port) {
  const channel = connectChannel(`127.0.0.1:${port}`);
  const client = new BenchClient(channel);
  await channel.ready();
  return {
    echoSmall: (request) => client.echoSmall(request),
    echoOrder: (request) => client.echoOrder(request),
    echoBlob: (request) => client.echoBlob(request),
    stream: (count) => client.stream({ count }),
    download: (count, bytes) => client.download({ count, bytes }),
    pingPong() {
      const messages = new ItemQueue();
      const answers = client.pingPong(messages)[Symbol.asyncIterator]();
      return {
        async exchange(message) {
          messages.push(message);
          return (await answers.next()).value;
        },
        end: () => messages.end(),
      };
    },
    close: () => channel.close(),
  };
}
