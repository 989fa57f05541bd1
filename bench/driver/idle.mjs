/** What a connection that does nothing costs the server in memory, and its client: once for each peer, after full collections. */

import { Child } from "./child.mjs";
import { attempt } from "./contest.mjs";

/** These load and compile what all share. They count among the others: no server has to let in more than it says. */
const WARMING = 50;
const CONNECT_TIMEOUT_MS = 180_000;

export async function idleConnections(workload, contestants, options, onProgress) {
  const entries = contestants.map((contestant) => ({ ...contestant, rounds: [] }));
  for (const entry of entries) {
    onProgress(entry.label);
    await attempt(entry, async () => entry.rounds.push(await measureOnce(entry, workload.settings.connections, options.node)));
  }
  return entries;
}

async function measureOnce({ peer, options = {} }, connections, node) {
  const nodeArgs = ["--expose-gc"];
  const server = new Child("server.mjs", { node, nodeArgs });
  const client = new Child("client.mjs", { node, nodeArgs });
  try {
    const { port } = await server.ask("start", { peer, options });
    await client.ask("connect", { peer, port, connections: WARMING });
    const before = await server.ask("memory");
    const beforeClient = await client.ask("memory");
    await client.ask("connect", { peer, port, connections }, CONNECT_TIMEOUT_MS);
    const after = await server.ask("memory");
    const afterClient = await client.ask("memory");
    const each = (from, to, what) => (to[what] - from[what]) / (connections - WARMING);
    return {
      serverBytes: each(before, after, "rssBytes"),
      serverHeapBytes: each(before, after, "heapBytes"),
      clientBytes: each(beforeClient, afterClient, "rssBytes"),
    };
  } finally {
    await client.end();
    await server.end();
  }
}
