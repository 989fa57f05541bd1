/** Apache Thrift with its binary protocol over framed transport, code from its own compiler. */

import Int64 from "node-int64";
import thrift from "thrift";
import Bench from "../generated/gen-nodejs/Bench.js";
import types from "../generated/gen-nodejs/bench_types.js";

const options = { transport: thrift.TFramedTransport, protocol: thrift.TBinaryProtocol };

export async function serve() {
  const server = thrift.createServer(
    Bench,
    {
      echoSmall: async (request) => request,
      echoOrder: async (request) => request,
      echoBlob: async (request) => request,
    },
    options,
  );
  const sockets = new Set();
  server.on("connection", (socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("error", () => {});
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
  const connection = thrift.createConnection("127.0.0.1", port, options);
  await new Promise((resolve, reject) => {
    connection.once("connect", resolve);
    connection.once("error", reject);
  });
  connection.on("error", () => {});
  const client = thrift.createClient(Bench, connection);
  return {
    prepareOrder: (order) => new types.Order({ ...order, placed: new Int64(order.placed.getTime()) }),
    echoSmall: (request) => client.echoSmall(new types.Small(request)),
    echoOrder: (request) => client.echoOrder(request),
    echoBlob: (request) => client.echoBlob(new types.Blob({ data: Buffer.from(request.data.buffer) })),
    close: () => connection.destroy(),
  };
}
