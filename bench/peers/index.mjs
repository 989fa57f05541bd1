/**
 * Who takes part, in the order of the report. One file a peer; `README.md` says what such a file exports.
 *
 * `sets`: where a peer runs without being asked for. `lacks`: what it cannot do, and why. `program`: one that it needs on the machine,
 * and Debian's package of it.
 */

const streamsBytes = "its streams carry bytes, not messages";
const onlyEchoes = "only messages and promises on the floor's frames";
const noDuplex = "its streams go one way";

export const peers = {
  taut: { title: "Taut", sets: ["quick", "default", "all", "guard"] },
  floor: { title: "raw floor (node:net)", sets: ["quick", "default", "all", "guard"] },
  bare: {
    title: "floor with codec and promises",
    sets: ["default", "all"],
    lacks: Object.fromEntries(["echoBlob", "stream", "download", "pingPong", "manyConnections"].map((it) => [it, onlyEchoes])),
  },
  naive: { title: "naive net + bson + Map", sets: ["quick", "default", "all"] },
  "grpc-js": { title: "grpc-js", sets: ["quick", "default", "all"] },
  connect: { title: "Connect (gRPC)", sets: ["quick", "default", "all"] },
  trpc: { title: "tRPC over WebSocket", sets: ["quick", "default", "all"], lacks: { pingPong: noDuplex } },
  rsocket: { title: "rsocket-js TCP", sets: ["all"] },
  moleculer: {
    title: "Moleculer TCP",
    sets: ["all"],
    lacks: {
      stream: streamsBytes,
      download: streamsBytes,
      pingPong: streamsBytes,
      manyConnections: "a client is a node of the cluster, and each gossips with all",
    },
  },
  thrift: {
    title: "Thrift (binary, framed)",
    sets: ["all"],
    lacks: { stream: "no streams", download: "no streams", pingPong: "no streams" },
    program: { name: "thrift", package: "thrift-compiler" },
  },
  http: {
    title: "node:http + JSON (undici)",
    sets: ["all"],
    lacks: {
      pingPong: "HTTP/1.1 requests and answers do not interleave",
      download: "HTTP/1.1 gives a transfer a connection of its own",
    },
  },
  capnweb: { title: "capnweb over WebSocket", sets: ["all"] },
  nats: {
    title: "NATS request/reply",
    sets: ["all"],
    lacks: { pingPong: "requests have no streams both ways" },
    program: { name: "nats-server", package: "nats-server" },
  },
};
