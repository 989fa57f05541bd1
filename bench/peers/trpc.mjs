/**
 * tRPC 11 over one WebSocket (`applyWSSHandler`, `wsLink`), with `ws` on both ends. No validator library and no data transformer:
 * inputs pass through a function and a date arrives as a string, which is tRPC at its fastest. Bytes travel as base64, as JSON
 * cannot carry them. A tRPC subscription goes one way: there is no ping-pong in one stream.
 */

import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { initTRPC } from "@trpc/server";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import WebSocket, { WebSocketServer } from "ws";
import { smallMessages } from "../data/messages.mjs";
import { ItemQueue } from "./item-queue.mjs";

export async function serve() {
  const small = smallMessages();
  const { router, procedure } = initTRPC.create();
  const passed = (input) => input;
  const appRouter = router({
    echoSmall: procedure.input(passed).mutation(async ({ input }) => input),
    echoOrder: procedure.input(passed).mutation(async ({ input }) => input),
    echoBlob: procedure.input(passed).mutation(async ({ input }) => {
      const data = Buffer.from(input.data, "base64");
      return { data: data.toString("base64") };
    }),
    stream: procedure.input(passed).subscription(async function* ({ input }) {
      for (let i = 0; i < input.count; i++) yield small[i & 0xff];
    }),
    download: procedure.input(passed).subscription(async function* ({ input }) {
      const data = Buffer.alloc(input.bytes, 1);
      for (let i = 0; i < input.count; i++) yield { data: data.toString("base64") };
    }),
  });
  const wss = new WebSocketServer({ host: "127.0.0.1", port: 0, backlog: 1024, perMessageDeflate: false });
  await new Promise((resolve) => wss.once("listening", resolve));
  applyWSSHandler({ wss, router: appRouter });
  return {
    port: wss.address().port,
    close: () => {
      for (const socket of wss.clients) socket.terminate();
      wss.close();
    },
  };
}

export async function connect(port) {
  let client;
  let socket;
  await new Promise((resolve, reject) => {
    socket = createWSClient({ url: `ws://127.0.0.1:${port}`, WebSocket, onOpen: resolve, onError: reject });
    client = createTRPCClient({ links: [wsLink({ client: socket })] });
  });
  function subscription(procedure, input) {
    const items = new ItemQueue();
    procedure.subscribe(input, {
      onData: (item) => items.push(item),
      onError: (error) => items.fail(error),
      onComplete: () => items.end(),
    });
    return items;
  }
  return {
    echoSmall: (request) => client.echoSmall.mutate(request),
    echoOrder: (request) => client.echoOrder.mutate(request),
    echoBlob: async (request) => {
      const answer = await client.echoBlob.mutate({ data: Buffer.from(request.data).toString("base64") });
      return { data: Buffer.from(answer.data, "base64") };
    },
    stream: (count) => subscription(client.stream, { count }),
    download: (count, bytes) => subscription(client.download, { count, bytes }),
    close: () => socket.close(),
  };
}
