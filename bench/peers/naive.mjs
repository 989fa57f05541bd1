/**
 * What one writes on an afternoon: `node:net`, npm `bson` for the whole envelope, a Map of pending calls, a write a frame.
 */

import { connect as connectSocket, createServer } from "node:net";
import { deserialize, serialize } from "bson";
import { smallMessages } from "../data/messages.mjs";
import { ItemQueue } from "./item-queue.mjs";

const small = smallMessages();

const handlers = {
  echoSmall: async (request) => request,
  echoOrder: async (request) => request,
  echoBlob: async (request) => request,
  async *stream({ count }) {
    for (let i = 0; i < count; i++) yield small[i & 0xff];
  },
  async *download({ count, bytes }) {
    const data = Buffer.alloc(bytes, 1);
    for (let i = 0; i < count; i++) yield { data };
  },
  async *pingPong(messages) {
    yield* messages;
  },
};

/** A BSON document says its own length: no other framing is needed. */
function readDocuments(socket, onDocument) {
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 4) {
      const length = rest.readInt32LE(0);
      if (rest.length < length) break;
      onDocument(deserialize(rest.subarray(0, length)));
      rest = rest.subarray(length);
    }
  });
}

const drained = (socket) =>
  new Promise((resolve) => {
    socket.once("drain", resolve);
    socket.once("close", resolve);
  });

export async function serve() {
  const sockets = new Set();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    const requests = new Map();

    async function answer({ id, method, body, streams }) {
      const result = handlers[method](streams ? requests.get(id) : body);
      if (!(Symbol.asyncIterator in result)) return void socket.write(serialize({ id, body: await result }));
      for await (const item of result) {
        if (!socket.write(serialize({ id, body: item }))) await drained(socket);
        if (socket.destroyed) return;
      }
      socket.write(serialize({ id, end: true }));
      requests.delete(id);
    }

    readDocuments(socket, (message) => {
      if (message.method !== undefined) {
        if (message.streams) requests.set(message.id, new ItemQueue());
        answer(message);
      } else if (message.end) requests.get(message.id)?.end();
      else requests.get(message.id)?.push(message.body);
    });
  });
  await new Promise((resolve) => server.listen({ host: "127.0.0.1", port: 0, backlog: 1024 }, resolve));
  return {
    port: server.address().port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

export async function connect(port) {
  const socket = connectSocket({ host: "127.0.0.1", port, noDelay: true });
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  const pending = new Map();
  let lastId = 0;

  readDocuments(socket, ({ id, body, end }) => {
    const waiting = pending.get(id);
    if (waiting instanceof ItemQueue) {
      if (end) {
        pending.delete(id);
        waiting.end();
      } else waiting.push(body);
      return;
    }
    pending.delete(id);
    waiting.resolve(body);
  });

  const unary = (method) => (body) =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      pending.set(id, { resolve, reject });
      socket.write(serialize({ id, method, body }));
    });
  const streaming = (method, body, streams) => {
    const id = ++lastId;
    const items = new ItemQueue();
    pending.set(id, items);
    socket.write(serialize({ id, method, body, streams }));
    return { id, items };
  };
  return {
    echoSmall: unary("echoSmall"),
    echoOrder: unary("echoOrder"),
    echoBlob: unary("echoBlob"),
    stream: (count) => streaming("stream", { count }, false).items,
    download: (count, bytes) => streaming("download", { count, bytes }, false).items,
    pingPong() {
      const { id, items } = streaming("pingPong", {}, true);
      return {
        async exchange(value) {
          socket.write(serialize({ id, body: value }));
          return (await items.next()).value;
        },
        end: () => void socket.write(serialize({ id, end: true })),
      };
    },
    close: () => socket.destroy(),
  };
}
