/** What a process has used so far: CPU of all its threads, memory now and at its peak. Of helper processes too, given their ids. */

import { readFileSync } from "node:fs";

/** A connection that has not been used for so long is idle. */
const IDLE_MS = 500;
/** Linux counts other processes' time in these. */
const CLOCK_TICK_US = 10_000;

/** @param {readonly number[]} helpers ids of processes whose CPU and memory count here too, such as a broker's */
export function processCost(helpers = []) {
  const { user, system } = process.cpuUsage();
  const cost = { cpuUs: user + system, rssBytes: process.memoryUsage.rss(), peakRssBytes: process.resourceUsage().maxRSS * 1024 };
  for (const pid of helpers) addHelper(cost, pid);
  return cost;
}

function addHelper(cost, pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  cost.cpuUs += (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_US;
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  cost.rssBytes += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  cost.peakRssBytes += Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}

/** Bytes in use after a full collection. Needs `--expose-gc`. */
export async function settledMemory() {
  // a connection that has just been used is not idle yet
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rssBytes: rss, heapBytes: heapUsed, externalBytes: external };
}
