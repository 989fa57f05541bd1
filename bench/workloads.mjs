/**
 * What is measured: one entry a row of the report.
 *
 * `kind` names the runner (`driver/client.mjs`, or the parent's own for memory and cold start); `needs` the method of a peer's client
 * that it calls; `sets` where it runs without being asked for; `measures` what its figure is.
 */

const KIB = 1024;
const closed = (operation, concurrency, more = {}) => ({
  kind: "closed",
  needs: operation,
  settings: { operation, concurrency, ...more },
  measures: more.bytes === undefined ? "calls/s" : "MB/s",
});

const connections = (count) => ({
  ...closed("echoSmall", 1000),
  title: `small echo, 1,000 in flight over ${count.toLocaleString("en")} connection${count === 1 ? "" : "s"}`,
  sets: ["all"],
  connections: count,
  ...(count > 1 ? { needs: "manyConnections" } : {}),
});

const idle = (count) => ({
  kind: "idle",
  needs: "manyConnections",
  title: `${count.toLocaleString("en")} idle connections`,
  sets: ["all"],
  measures: "KiB/connection",
  settings: { connections: count },
});

export const workloads = {
  "small-1": { title: "small echo, 1 in flight", sets: ["default", "all"], ...closed("echoSmall", 1) },
  "small-64": { title: "small echo, 64 in flight", sets: ["quick", "default", "all", "guard"], ...closed("echoSmall", 64) },
  "small-256": { title: "small echo, 256 in flight", sets: ["default", "all", "guard"], ...closed("echoSmall", 256) },
  "order-64": {
    title: "order (1 KB, nested), 64 in flight",
    sets: ["quick", "default", "all", "guard"],
    ...closed("echoOrder", 64),
  },
  "bytes-64k": { title: "64 KiB of bytes, 8 in flight", sets: ["default", "all"], ...closed("echoBlob", 8, { bytes: 64 * KIB }) },
  "bytes-1m": { title: "1 MiB of bytes, 4 in flight", sets: ["default", "all"], ...closed("echoBlob", 4, { bytes: KIB * KIB }) },
  stream: {
    title: "server stream of small messages",
    sets: ["quick", "default", "all"],
    kind: "stream",
    needs: "stream",
    measures: "messages/s",
    settings: {},
  },
  "ping-pong": {
    title: "ping-pong in one bidirectional stream",
    sets: ["default", "all"],
    kind: "ping-pong",
    needs: "pingPong",
    measures: "exchanges/s",
    settings: { concurrency: 1 },
  },
  "ping-pong-64": {
    title: "ping-pong in 64 bidirectional streams",
    sets: ["all"],
    kind: "ping-pong",
    needs: "pingPong",
    measures: "exchanges/s",
    settings: { concurrency: 64 },
  },
  "cold-start": {
    title: "cold start to first answer",
    sets: ["default", "all"],
    kind: "cold",
    needs: "echoSmall",
    measures: "ms",
    settings: {},
  },
  "open-loop": {
    title: "small calls at a fixed rate, latency from when they were due",
    sets: ["all"],
    kind: "open-loop",
    needs: "echoSmall",
    measures: "calls/s",
    settings: { rate: 2000 },
    minWindowMs: 3000,
  },
  transfer: {
    title: "small calls (1,000/s) beside a transfer of 100 MB",
    sets: ["all"],
    kind: "transfer",
    needs: "download",
    measures: "calls/s",
    settings: { rate: 1000, transferBytes: 100e6 },
    runTimeoutMs: 90_000,
  },
  context: {
    title: "small echo, 64 in flight, from a server that has a channel: context inheritance off and on",
    ...closed("echoSmall", 64),
    sets: ["all"],
    variants: [
      { peer: "taut", label: "inheritance off", options: { hasChannel: true, inheritContext: false } },
      { peer: "taut", label: "inheritance on", options: { hasChannel: true, inheritContext: true } },
    ],
  },
  "connections-1": connections(1),
  "connections-10": connections(10),
  "connections-100": connections(100),
  "connections-1000": connections(1000),
  "idle-1000": idle(1000),
  "idle-10000": idle(10_000),
};
