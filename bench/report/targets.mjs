/** The ratios that Taut has set itself, held against one run. What the run did not measure is left out. */

import { figuresOf } from "./figures.mjs";

const others = ["rsocket", "moleculer", "thrift", "http", "capnweb", "nats", "trpc", "connect"];

/** A ratio of one figure of two peers in one workload: `atLeast` it, or `atMost`. */
const targets = [
  ["small-1", "calls/s against the floor", rate("floor"), { atLeast: 0.8, aim: 0.95 }],
  ["small-64", "calls/s against the floor", rate("floor"), { atLeast: 0.7, aim: 0.85 }],
  ["small-256", "calls/s against the floor", rate("floor"), { atLeast: 0.55, aim: 0.75 }],
  ["order-64", "calls/s against the floor, which has no codec", rate("floor"), { atLeast: 0.25, aim: 0.35 }],
  ["small-64", "calls/s against naive net + bson", rate("naive"), { atLeast: 4, aim: 5 }],
  ["small-64", "CPU a call: grpc-js against Taut", (f) => f["grpc-js"]?.cpuUs / f.taut?.cpuUs, { atLeast: 30, aim: 75 }],
  ["small-64", "CPU a call: the best other framework against Taut", bestOther, { atLeast: 4, aim: 7 }],
  ["bytes-1m", "MB/s against a floor that copies nothing", (f) => f.taut?.MBps / f.floor?.MBps, { atLeast: 0.6, aim: 0.85 }],
  ["stream", "messages/s against grpc-js", rate("grpc-js"), { atLeast: 12, aim: 30 }],
  ["stream", "messages/s against NATS", rate("nats"), { atLeast: 3, aim: 6 }],
  ["small-256", "CPU a call against the floor", (f) => f.taut?.cpuUs / f.floor?.cpuUs, { atMost: 1.8, aim: 1.4 }],
  ["transfer", "p99 beside the transfer against alone", (f) => f.taut?.p99 / f.taut?.unloadedP99, { atMost: 10, aim: 3 }],
  [
    "idle-10000",
    "memory of a connection against the floor",
    (f) => f.taut?.serverBytes / f.floor?.serverBytes,
    { atMost: 1.2, aim: 0.8 },
  ],
  ["cold-start", "first answer against the floor", (f) => f.taut?.clientMs / f.floor?.clientMs, { atMost: 1.3, aim: 1.1 }],
  ["context", "CPU a call with inheritance against without", onAgainstOff, { atMost: 1.35, aim: 1.15 }],
];

function rate(peer) {
  return (figures) => figures.taut?.perSecond / figures[peer]?.perSecond;
}

function bestOther(figures) {
  const costs = others.map((peer) => figures[peer]?.cpuUs).filter((cost) => cost !== undefined);
  return costs.length === 0 ? Number.NaN : Math.min(...costs) / figures.taut?.cpuUs;
}

function onAgainstOff(_, entries) {
  const [off, on] = entries.map((entry) => figuresOf(entry)?.cpuUs);
  return on / off;
}

export function targetsOf(workloads) {
  const lines = [];
  for (const [name, says, ratioOf, { atLeast, atMost, aim }] of targets) {
    const workload = workloads[name];
    if (workload === undefined) continue;
    const figures = Object.fromEntries(workload.entries.map((entry) => [entry.peer, figuresOf(entry)]));
    const ratio = ratioOf(figures, workload.entries);
    if (!Number.isFinite(ratio)) continue;
    const isMet = atMost === undefined ? ratio >= atLeast : ratio <= atMost;
    const isAimed = atMost === undefined ? ratio >= aim : ratio <= aim;
    const bound = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
    lines.push(
      `  ${(isAimed ? "aim" : isMet ? "met" : "MISSED").padEnd(6)}  ${ratio.toPrecision(3).padStart(6)}  ${name}: ${says} (${bound}, aim ${aim})\n`,
    );
  }
  return lines.length === 0 ? "" : `Taut's targets in this run\n${lines.join("")}`;
}
