/**
 * Bytes that a call leaves behind for the garbage collector.
 *
 * Deterministic where times are not: the process runs with a young generation so large that nothing is collected during the
 * measurement (`ALLOCATION_NODE_ARGS`), so that the growth of the heap is what was allocated.
 */

import { PerformanceObserver } from "node:perf_hooks";
import { ClosedLoop } from "./closed-loop.mjs";

export const ALLOCATION_NODE_ARGS = ["--expose-gc", "--min-semi-space-size=256", "--max-semi-space-size=256"];

let collections = 0;

/** Only in a process that can collect at will: the observer is not free. */
export function countCollections() {
  if (globalThis.gc === undefined) return;
  new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  }).observe({ entryTypes: ["gc"] });
}

/** Empties the heap, and says where it stands. Needs `--expose-gc`. */
export async function heapNow({ collect }) {
  if (collect) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
    globalThis.gc();
  }
  // entries of collections reach the observer in a later turn
  await new Promise((resolve) => setTimeout(resolve, 20));
  const { heapUsed, external } = process.memoryUsage();
  return { heapBytes: heapUsed, externalBytes: external, collections };
}

export async function runCalls(clients, { calls, ...settings }) {
  const loop = new ClosedLoop(clients, settings);
  const before = await heapNow({ collect: true });
  await loop.run(calls);
  const after = await heapNow({ collect: false });
  return { totalCalls: loop.done, before, after };
}
