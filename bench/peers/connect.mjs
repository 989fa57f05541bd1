/**
 * Connect for Node speaking the gRPC protocol over one HTTP/2 session, as its documentation sets it up: `connectNodeAdapter` on
 * `http2.createServer`, `createGrpcTransport`, protobuf-es messages given as plain objects. Compression off on both sides.
 */

import http2 from "node:http2";
import { createClient } from "@connectrpc/connect";
import { connectNodeAdapter, createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { smallMessages } from "../data/messages.mjs";
import { Bench } from "../generated/protobuf-es/bench_pb.js";
import { ItemQueue } from "./item-queue.mjs";

export async function serve() {
  const small = smallMessages();
  const sessions = new Set();
  const routes = (router) =>
    router.service(Bench, {
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
  const server = http2.createServer(connectNodeAdapter({ routes, acceptCompression: [] }));
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  });
  await new Promise((resolve) => server.listen({ host: "127.0.0.1", port: 0, backlog: 1024 }, resolve));
  return {
    port: server.address().port,
    close: () => {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

export async function connect(port) {
  const baseUrl = `http://127.0.0.1:${port}`;
  const sessionManager = new Http2SessionManager(baseUrl);
  const client = createClient(Bench, createGrpcTransport({ baseUrl, sessionManager, acceptCompression: [] }));
  await sessionManager.connect();
  return {
    prepareOrder: (order) => ({ ...order, placed: BigInt(order.placed.getTime()) }),
    echoSmall: (request) => client.echoSmall(request),
    echoOrder: (request) => client.echoOrder(request),
    echoBlob: (request) => client.echoBlob(request),
    stream: (count) => client.stream({ count }),
    download: (count, bytes) => client.download({ count, bytes }),
    pingPong() {
      const requests = new ItemQueue();
      const answers = client.pingPong(requests)[Symbol.asyncIterator]();
      return {
        async exchange(message) {
          requests.push(message);
          return (await answers.next()).value;
        },
        end: () => requests.end(),
      };
    },
    close: () => sessionManager.abort(),
  };
}
