/** Cap'n Web over one WebSocket, with `ws` on both ends: an `RpcTarget` and its stub, streams as its `ReadableStream`s. */

import { newWebSocketRpcSession, RpcTarget } from "capnweb";
import WebSocket, { WebSocketServer } from "ws";
import { smallMessages } from "../data/messages.mjs";

// Node 20 has no WebSocket of its own; Cap'n Web asks for its constants
globalThis.WebSocket ??= WebSocket;

const small = smallMessages();

function streamOf(count, item) {
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent < count) controller.enqueue(item(sent++));
      else controller.close();
    },
  });
}

class Bench extends RpcTarget {
  async echoSmall(request) {
    return request;
  }
  async echoOrder(request) {
    return request;
  }
  async echoBlob(request) {
    return request;
  }
  async stream(count) {
    return streamOf(count, (index) => small[index & 0xff]);
  }
  async download(count, bytes) {
    return streamOf(count, () => ({ data: new Uint8Array(bytes).fill(1) }));
  }
  async pingPong(messages) {
    const reader = messages.getReader();
    return new ReadableStream({
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    });
  }
}

export async function serve() {
  const wss = new WebSocketServer({ host: "127.0.0.1", port: 0, backlog: 1024, perMessageDeflate: false });
  await new Promise((resolve) => wss.once("listening", resolve));
  wss.on("connection", (socket) => newWebSocketRpcSession(socket, new Bench()));
  return {
    port: wss.address().port,
    close: () => {
      for (const socket of wss.clients) socket.terminate();
      wss.close();
    },
  };
}

export async function connect(port) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  const stub = newWebSocketRpcSession(socket);
  async function* read(stream) {
    yield* await stream;
  }
  return {
    echoSmall: async (request) => stub.echoSmall(request),
    echoOrder: async (request) => stub.echoOrder(request),
    echoBlob: async (request) => stub.echoBlob(request),
    stream: (count) => read(stub.stream(count)),
    download: (count, bytes) => read(stub.download(count, bytes)),
    pingPong() {
      let messages;
      // a plain ReadableStream: one that a TransformStream made is refused on Node 20
      const readable = new ReadableStream({
        start(controller) {
          messages = controller;
        },
      });
      const answers = read(stub.pingPong(readable));
      return {
        async exchange(message) {
          messages.enqueue(message);
          return (await answers.next()).value;
        },
        end: () => messages.close(),
      };
    },
    close: () => socket.terminate(),
  };
}
