/**
 * Small calls at a fixed rate, first alone, then while 100 MB come down the same channel: what bulk does to the calls beside it.
 */

import { runOpenLoop } from "./open-loop.mjs";

const CHUNK_BYTES = 64 * 1024;

export async function runTransfer([client], { rate, windowMs, transferBytes }) {
  const unloaded = await runOpenLoop([client], { rate, windowMs });
  const count = Math.ceil(transferBytes / CHUNK_BYTES);
  let isOver = false;
  const startedAt = performance.now();
  let transferMs = 0;
  const transfer = download(client, count).finally(() => {
    transferMs = performance.now() - startedAt;
    isOver = true;
  });
  const [loaded] = await Promise.all([runOpenLoop([client], { rate, windowMs: 30_000 }, () => isOver), transfer]);
  return {
    calls: loaded.calls,
    totalCalls: loaded.totalCalls,
    elapsedMs: loaded.elapsedMs,
    latency: loaded.latency,
    unloaded: unloaded.latency,
    transferMBps: (count * CHUNK_BYTES) / 1e6 / (transferMs / 1000),
  };
}

async function download(client, count) {
  if (client.callbacks !== undefined) {
    return new Promise((resolve) => {
      client.callbacks.download(count, CHUNK_BYTES, resolve);
    });
  }
  let received = 0;
  for await (const { data } of client.download(count, CHUNK_BYTES)) if (data !== undefined) received++;
  if (received !== count) throw new Error(`${received} chunks of ${count}`);
}
