/** The process that calls one peer: opens its connections, and runs what the parent asks for. */

import { countCollections, runCalls } from "../measure/allocation.mjs";
import { runClosedLoop } from "../measure/closed-loop.mjs";
import { runOpenLoop } from "../measure/open-loop.mjs";
import { processCost, settledMemory } from "../measure/process-cost.mjs";
import { runPingPong, runStream } from "../measure/streams.mjs";
import { runTransfer } from "../measure/transfer.mjs";
import { answerParent } from "./answer-parent.mjs";
import { verify } from "./verify.mjs";

/** Connections that are opened at a time. */
const OPENING_AT_ONCE = 50;

const runners = {
  closed: runClosedLoop,
  stream: runStream,
  "ping-pong": runPingPong,
  "open-loop": runOpenLoop,
  transfer: runTransfer,
  calls: runCalls,
};

const clients = [];

answerParent({
  async connect({ peer, port, connections }) {
    countCollections();
    const { connect } = await import(`../peers/${peer}.mjs`);
    while (clients.length < connections) {
      const batch = Math.min(OPENING_AT_ONCE, connections - clients.length);
      const opened = await Promise.all(Array.from({ length: batch }, () => connect(port)));
      // one call each, so that a connection is one that has been used
      if (connections > 1)
        await Promise.all(opened.map((client) => client.echoSmall({ id: 7919, name: "customer-0000001", active: false })));
      clients.push(...opened);
    }
  },
  verify: (workload) => verify(clients[0], workload),
  async run({ kind, settings }) {
    const before = processCost();
    const result = await runners[kind](clients, settings);
    const after = processCost();
    return { ...result, cpuUs: after.cpuUs - before.cpuUs };
  },
  cost: () => processCost(),
  memory: settledMemory,
  exit: () => Promise.all(clients.map((client) => client.close())),
});
