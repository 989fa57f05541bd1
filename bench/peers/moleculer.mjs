/**
 * Moleculer's TCP transporter between two nodes of one machine, discovery by address instead of broadcasts. Metrics, tracing, the
 * cacher and logging are off, as they are by default or in its own benchmarks; JSON is its default serializer, and its fastest here.
 */

import { ServiceBroker } from "moleculer";

let brokers = 0;

function brokerOf(nodeID, urls, port) {
  return new ServiceBroker({
    nodeID,
    logger: false,
    metrics: false,
    tracing: false,
    requestTimeout: 0,
    transporter: {
      type: "TCP",
      options: { udpDiscovery: false, urls, port, maxPacketSize: 64 * 1024 * 1024 },
    },
  });
}

export async function serve() {
  const broker = brokerOf("server", null, null);
  broker.createService({
    name: "bench",
    actions: {
      echoSmall: async ({ params }) => params,
      echoOrder: async ({ params }) => params,
      echoBlob: async ({ params }) => ({ data: Buffer.from(params.data, "base64").toString("base64") }),
    },
  });
  await broker.start();
  return { port: broker.transit.tx.opts.port, close: () => broker.stop() };
}

export async function connect(port) {
  const broker = brokerOf(`client-${process.pid}-${brokers++}`, `127.0.0.1:${port}/server`, null);
  await broker.start();
  await broker.waitForServices("bench", 20_000, 10);
  return {
    echoSmall: (request) => broker.call("bench.echoSmall", request),
    echoOrder: (request) => broker.call("bench.echoOrder", request),
    echoBlob: async ({ data }) => {
      const answer = await broker.call("bench.echoBlob", { data: Buffer.from(data).toString("base64") });
      return { data: Buffer.from(answer.data, "base64") };
    },
    close: () => broker.stop(),
  };
}
