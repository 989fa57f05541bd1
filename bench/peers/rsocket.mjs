/**
 * rsocket-js 1.0 alpha over one TCP connection: the route as plain metadata, JSON payloads, bytes as they are. TCP_NODELAY is set on
 * both ends, without which its streams stall on Nagle's algorithm.
 */

import net from "node:net";
import rsocket from "rsocket-core";
import tcpClient from "rsocket-tcp-client";
import tcpServer from "rsocket-tcp-server";
import { smallMessages } from "../data/messages.mjs";
import { ItemQueue } from "./item-queue.mjs";

const { RSocketConnector, RSocketServer } = rsocket;
const encode = (value) => Buffer.from(JSON.stringify(value));
const decode = (data) => JSON.parse(data.toString());
const nothing = { cancel() {}, onExtension() {}, request() {} };

/** Items that a reader asks for at a time. */
const WINDOW = 1024;

const handlers = {
  echoSmall: async (data) => encode(decode(data)),
  echoOrder: async (data) => encode(decode(data)),
  echoBlob: async (data) => data,
};

export async function serve() {
  const small = smallMessages();
  const items = {
    stream: (_, index) => encode(small[index & 0xff]),
    download: ({ bytes }) => Buffer.alloc(bytes, 1),
  };
  let address;
  const connections = new Set();
  const server = new RSocketServer({
    transport: new tcpServer.TcpServerTransport({
      listenOptions: { host: "127.0.0.1", port: 0, backlog: 1024 },
      serverOptions: { noDelay: true },
      socketCreator: (options) => {
        address = createListener(options, connections);
        return address;
      },
    }),
    acceptor: {
      accept: async () => ({
        requestResponse({ data, metadata }, answer) {
          handlers[metadata.toString()](data).then(
            (result) => answer.onNext({ data: result }, true),
            (error) => answer.onError(error),
          );
          return nothing;
        },
        requestStream({ data, metadata }, initial, answer) {
          const request = decode(data);
          const item = items[metadata.toString()];
          let sent = 0;
          let isCancelled = false;
          const send = (count) => {
            for (let i = 0; i < count && sent < request.count && !isCancelled; i++) {
              sent++;
              answer.onNext({ data: item(request, sent - 1) }, sent === request.count);
            }
          };
          setImmediate(send, initial);
          return { ...nothing, request: send, cancel: () => (isCancelled = true) };
        },
        requestChannel(_first, _initial, _isCompleted, answer) {
          setImmediate(() => answer.request(0x7fffffff));
          return {
            ...nothing,
            onNext: (payload, isComplete) => answer.onNext({ data: encode(decode(payload.data)) }, isComplete),
            onComplete() {},
            onError() {},
          };
        },
      }),
    },
  });
  const closeable = await server.bind();
  return {
    port: address.address().port,
    close: () => {
      closeable.close();
      for (const socket of connections) socket.destroy();
    },
  };
}

function createListener(options, connections) {
  const listener = net.createServer(options);
  listener.on("connection", (socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
  });
  return listener;
}

export async function connect(port) {
  const connector = new RSocketConnector({
    setup: { keepAlive: 60_000, lifetime: 300_000 },
    transport: new tcpClient.TcpClientTransport({ connectionOptions: { host: "127.0.0.1", port, noDelay: true } }),
  });
  const socket = await connector.connect();
  const unary = (route, toData, fromData) => {
    const metadata = Buffer.from(route);
    return (request) =>
      new Promise((resolve, reject) => {
        socket.requestResponse(
          { data: toData(request), metadata },
          { onNext: ({ data }) => resolve(fromData(data)), onError: reject, onComplete() {}, onExtension() {} },
        );
      });
  };
  const streaming = (route, request, fromData) => {
    const queue = new ItemQueue();
    let received = 0;
    const stream = socket.requestStream({ data: encode(request), metadata: Buffer.from(route) }, WINDOW, {
      onNext({ data }, isComplete) {
        queue.push(fromData(data));
        if (isComplete) queue.end();
        else if (++received % (WINDOW / 2) === 0) stream.request(WINDOW / 2);
      },
      onError: (error) => queue.fail(error),
      onComplete: () => queue.end(),
      onExtension() {},
    });
    return queue;
  };
  return {
    echoSmall: unary("echoSmall", encode, decode),
    echoOrder: unary("echoOrder", encode, decode),
    echoBlob: unary(
      "echoBlob",
      ({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength),
      (data) => ({ data }),
    ),
    stream: (count) => streaming("stream", { count }, decode),
    download: (count, bytes) => streaming("download", { count, bytes }, (data) => ({ data })),
    pingPong() {
      let resolve;
      const answers = {
        onNext: ({ data }) => resolve?.(decode(data)),
        onError() {},
        onComplete() {},
        onExtension() {},
        request() {},
        cancel() {},
      };
      let channel;
      return {
        // the first message of an rsocket channel is its opening payload; the game's messages follow it
        exchange: (message) =>
          new Promise((settle) => {
            resolve = settle;
            channel ??= socket.requestChannel(
              { data: encode({}), metadata: Buffer.from("pingPong") },
              0x7fffffff,
              false,
              answers,
            );
            channel.onNext({ data: encode(message) }, false);
          }),
        end: () => channel?.onComplete(),
      };
    },
    close: () => socket.close(),
  };
}
