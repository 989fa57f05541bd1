/** What a connection that does nothing costs the server in memory, and its client: once for each peer, after full collections. */

import { Child } from "./child.mjs";
import { attempt } from "./contest.mjs";

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
    // what the first connections load and compile is no cost of the later ones
    await client.ask("connect", { peer, port, connections: 50 });
    const before = await server.ask("memory");
    const beforeClient = await client.ask("memory");
    await client.ask("connect", { peer, port, connections: connections + 50 }, CONNECT_TIMEOUT_MS);
    const after = await server.ask("memory");
    const afterClient = await client.ask("memory");
    const each = (from, to, what) => (to[what] - from[what]) / connections;
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
