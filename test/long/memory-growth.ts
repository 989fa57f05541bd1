/** How much memory is in use once everything that can be collected has been: what grows from look to look has been lost. */

import { setImmediate as turn } from "node:timers/promises";

/** Bytes of live objects and buffers, after garbage collection. */
export async function bytesInUse(): Promise<number> {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error("memory is measured under --expose-gc");
  // Finalizers and promises get turns in between.
  for (let i = 0; i < 4; i += 1) {
    await turn();
    gc();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Growth by time: the slope of a straight line through the samples, least squares, in units of `y` by units of `x`. */
export function slopeOf(samples: readonly { readonly x: number; readonly y: number }[]): number {
  const n = samples.length;
  const meanX = samples.reduce((sum, { x }) => sum + x, 0) / n;
  const meanY = samples.reduce((sum, { y }) => sum + y, 0) / n;
  const above = samples.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const below = samples.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return below === 0 ? 0 : above / below;
}
