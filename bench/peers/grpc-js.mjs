/**
 * grpc-js with static protobufjs code (its fastest serialisers), one channel, channelz off, and a promise about each unary call, as
 * its callbacks are used nearly everywhere.
 */

import * as grpc from "@grpc/grpc-js";
import { smallMessages } from "../data/messages.mjs";
import { bench } from "../generated/bench.pb.mjs";

const { Small, Order, Blob, StreamRequest, DownloadRequest } = bench.v1;
const options = {
  "grpc.enable_channelz": 0,
  "grpc.max_receive_message_length": -1,
  "grpc-node.flow_control_window": 16 * 1024 * 1024,
};

function method(name, request, response, requestStream, responseStream) {
  return {
    path: `/bench.v1.Bench/${name}`,
    requestStream,
    responseStream,
    requestSerialize: (value) => request.encode(value).finish(),
    requestDeserialize: (bytes) => request.decode(bytes),
    responseSerialize: (value) => response.encode(value).finish(),
    responseDeserialize: (bytes) => response.decode(bytes),
  };
}

const definition = {
  EchoSmall: method("EchoSmall", Small, Small, false, false),
  EchoOrder: method("EchoOrder", Order, Order, false, false),
  EchoBlob: method("EchoBlob", Blob, Blob, false, false),
  Stream: method("Stream", StreamRequest, Small, false, true),
  Download: method("Download", DownloadRequest, Blob, false, true),
  PingPong: method("PingPong", Small, Small, true, true),
};

const echo = async (call, callback) => callback(null, call.request);

/** Writes as fast as the stream takes. */
async function writeAll(call, count, item) {
  for (let i = 0; i < count; i++) {
    if (!call.write(item(i))) await new Promise((resolve) => call.once("drain", resolve));
    if (call.cancelled) return;
  }
  call.end();
}

export async function serve() {
  const small = smallMessages();
  const server = new grpc.Server(options);
  server.addService(definition, {
    EchoSmall: echo,
    EchoOrder: echo,
    EchoBlob: echo,
    Stream: async (call) => writeAll(call, call.request.count, (i) => small[i & 0xff]),
    Download: async (call) => {
      const blob = { data: new Uint8Array(call.request.bytes).fill(1) };
      await writeAll(call, call.request.count, () => blob);
    },
    PingPong: async (call) => {
      call.on("data", (message) => call.write(message));
      call.on("end", () => call.end());
      call.on("error", () => {});
    },
  });
  const port = await new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, close: () => server.forceShutdown() };
}

const Client = grpc.makeGenericClientConstructor(definition, "Bench");

export async function connect(port) {
  // one connection a client: grpc-js otherwise shares them among the channels of one target
  const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
    ...options,
    "grpc.use_local_subchannel_pool": 1,
  });
  await new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + 10_000, (error) => (error ? reject(error) : resolve()));
  });
  const unary = (name) => (request) =>
    new Promise((resolve, reject) => {
      client[name](request, (error, response) => (error ? reject(error) : resolve(response)));
    });
  return {
    echoSmall: unary("EchoSmall"),
    prepareOrder: (order) => ({ ...order, placed: order.placed.getTime() }),
    echoOrder: unary("EchoOrder"),
    echoBlob: unary("EchoBlob"),
    stream: (count) => client.Stream({ count }),
    download: (count, bytes) => client.Download({ count, bytes }),
    pingPong() {
      const call = client.PingPong();
      let resolve;
      call.on("data", (message) => resolve(message));
      call.on("error", () => {});
      return {
        exchange: (message) =>
          new Promise((settle) => {
            resolve = settle;
            call.write(message);
          }),
        end: () => call.end(),
      };
    },
    close: () => client.close(),
  };
}
