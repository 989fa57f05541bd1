/**
 * One workload, all its peers: a server and a client process each, started and warmed together, then measured in turns, so that a
 * machine that slows down slows everyone. Fresh processes for each workload: its figures do not depend on what else was run.
 */

import { isQuiet, machineCpuUs } from "../measure/machine.mjs";
import { Child } from "./child.mjs";

/** `--patient`: so many times the rounds are tried until each peer has them undisturbed. */
const PATIENCE = 10;
const RUN_GRACE_MS = 30_000;
const CONNECT_TIMEOUT_MS = 120_000;

/**
 * @returns {Promise<object[]>} one entry a contestant: what it is, its rounds, its peak memory, or the error that ended it
 */
export async function contest(workload, contestants, options, onProgress = () => {}) {
  const entries = contestants.map((contestant) => ({ ...contestant, rounds: [] }));
  const pairs = new Map();
  try {
    for (const entry of entries) await attempt(entry, async () => pairs.set(entry, await startPair(entry, workload, options)));
    for (const entry of entries) {
      onProgress(`${entry.label}: warming up`);
      await attempt(entry, () => measure(pairs.get(entry), workload, { ...options, windowMs: options.warmMs }));
    }
    const windowMs = Math.max(options.windowMs, workload.minWindowMs ?? 0);
    const lastRound = options.rounds * (options.isPatient ? PATIENCE : 1);
    for (let round = 0; round < lastRound; round++) {
      // each round begins with another peer
      for (let i = 0; i < entries.length; i++) {
        const entry = entries[(i + round) % entries.length];
        onProgress(`${entry.label}: round ${round + 1}`);
        await attempt(entry, async () => entry.rounds.push(await measure(pairs.get(entry), workload, { ...options, windowMs })));
      }
      if (round + 1 >= options.rounds && entries.every((entry) => hasEnough(entry, options.rounds))) break;
    }
    for (const entry of entries) {
      await attempt(entry, async () => {
        const { server, client } = pairs.get(entry);
        const [serverCost, clientCost] = await Promise.all([server.ask("cost"), client.ask("cost")]);
        entry.peakBytes = { server: serverCost.peakRssBytes, client: clientCost.peakRssBytes };
      });
    }
  } finally {
    await Promise.all([...pairs.values()].map(endPair));
  }
  return entries;
}

function hasEnough({ rounds, error }, wanted) {
  return error !== undefined || rounds.filter(isQuiet).length >= wanted;
}

/** Does one step of a contestant that has not failed yet; what it throws is its result. */
export async function attempt(entry, step) {
  if (entry.error !== undefined) return;
  try {
    await step();
  } catch (error) {
    [entry.error] = error.message.split("\n");
    console.error(`> ${entry.label} failed: ${error.message}`);
  }
}

export async function startPair(entry, workload, { node, nodeArgs, cores = [], isUrgent }) {
  const server = new Child("server.mjs", { node, nodeArgs, isUrgent, core: cores[0] });
  const client = new Child("client.mjs", { node, nodeArgs, isUrgent, core: cores[1] });
  const pair = { server, client };
  try {
    const { port } = await server.ask("start", { peer: entry.peer, options: entry.options ?? {} });
    pair.port = port;
    await client.ask("connect", { peer: entry.peer, port, connections: workload.connections ?? 1 }, CONNECT_TIMEOUT_MS);
    await client.ask("verify", { kind: workload.kind, settings: workload.settings });
  } catch (error) {
    await endPair(pair);
    throw error;
  }
  return pair;
}

export async function endPair({ server, client }) {
  await client.end();
  await server.end();
}

/** One run of the client, with what both processes spent on it, a call. */
async function measure({ server, client }, workload, { windowMs, isUrgent }) {
  const settings = { ...workload.settings, windowMs };
  const before = await server.ask("cost");
  const machineBefore = machineCpuUs();
  const startedAt = performance.now();
  const timeoutMs = (workload.runTimeoutMs ?? windowMs) + RUN_GRACE_MS;
  const { cpuUs, totalCalls, calls, elapsedMs, bytesPerCall, ...result } = await client.ask(
    "run",
    { kind: workload.kind, settings },
    timeoutMs,
  );
  const othersUs = machineCpuUs() - machineBefore - cpuUs;
  const after = await server.ask("cost");
  const serverUs = after.cpuUs - before.cpuUs;
  const perSecond = calls / (elapsedMs / 1000);
  return {
    ...result,
    calls: totalCalls,
    perSecond,
    ...(bytesPerCall === undefined ? {} : { MBps: (perSecond * bytesPerCall) / 1e6 }),
    clientCpuUs: cpuUs / totalCalls,
    serverCpuUs: serverUs / totalCalls,
    // cores that neither process used; with --urgent others get only what the two leave
    ...(isUrgent ? {} : { othersCores: Math.max(0, othersUs - serverUs) / 1000 / (performance.now() - startedAt) }),
  };
}
