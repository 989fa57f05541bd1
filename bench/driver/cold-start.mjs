/**
 * From the start of a process to its first answer, and to its first listening socket. Node alone is measured too, as its share is in
 * every figure.
 */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { commandPrefix } from "./child.mjs";
import { attempt, endPair, startPair } from "./contest.mjs";

const STARTS_PER_ROUND = 3;
const TIMEOUT_MS = 20_000;
const script = (name) => fileURLToPath(new URL(name, import.meta.url));

export async function coldStart(workload, contestants, options, onProgress) {
  const entries = [
    { peer: undefined, label: "node itself", rounds: [] },
    ...contestants.map((entry) => ({ ...entry, rounds: [] })),
  ];
  const pairs = new Map();
  try {
    for (const entry of entries) {
      if (entry.peer !== undefined) await attempt(entry, async () => pairs.set(entry, await startPair(entry, workload, options)));
    }
    for (let i = 0; i < options.rounds * STARTS_PER_ROUND; i++) {
      for (const entry of entries) {
        onProgress(`${entry.label}: start ${i + 1}`);
        await attempt(entry, async () =>
          entry.rounds.push(await startOnce(entry, pairs.get(entry), [...commandPrefix(options), options.node])),
        );
      }
    }
  } finally {
    await Promise.all([...pairs.values()].map(endPair));
  }
  return entries;
}

async function startOnce({ peer }, pair, command) {
  if (peer === undefined) return { clientMs: await untilOutput([...command, "-e", 'process.stdout.write("up")']) };
  const serverMs = await untilOutput([...command, script("cold-server.mjs"), peer]);
  const clientMs = await untilOutput([...command, script("cold-client.mjs"), peer, String(pair.port)]);
  return { serverMs, clientMs };
}

/** Milliseconds until the process printed something. It ends by itself; it is killed if it does not. */
function untilOutput([program, ...args]) {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let elapsedMs;
    let stderr = "";
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
    child.stdout.once("data", () => {
      elapsedMs = performance.now() - startedAt;
    });
    child.stderr.on("data", (chunk) => {
      stderr = `${stderr}${chunk}`.slice(-1000);
    });
    child.once("error", reject);
    child.once("close", () => {
      clearTimeout(timer);
      if (elapsedMs === undefined) reject(new Error(`printed nothing: ${stderr.trim().split("\n").at(-1)}`));
      else resolve(elapsedMs);
    });
  });
}
