import { isQuiet } from "../measure/machine.mjs";

/**
 * One figure from a contestant's rounds. Rates and CPU: the best round, as whatever else the machine does can only make a round worse;
 * rounds that other programs disturbed count only where there are no others.
 * Latencies: the median of the rounds' percentiles. Memory: the peak.
 */

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Undefined where the workload has no such figure. */
function best(rounds, of, choose) {
  const values = rounds.map(of).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : choose(...values);
}

const medianOf = (rounds, of) => best(rounds, of, (...values) => median(values));

export function figuresOf({ rounds: all, peakBytes }) {
  if (all.length === 0) return undefined;
  const quiet = all.filter(isQuiet);
  const rounds = quiet.length === 0 ? all : quiet;
  return {
    perSecond: best(rounds, (round) => round.perSecond, Math.max),
    MBps: best(rounds, (round) => round.MBps, Math.max),
    p50: medianOf(rounds, (round) => round.latency?.p50),
    p99: medianOf(rounds, (round) => round.latency?.p99),
    p999: medianOf(rounds, (round) => round.latency?.p999),
    clientCpuUs: best(rounds, (round) => round.clientCpuUs, Math.min),
    serverCpuUs: best(rounds, (round) => round.serverCpuUs, Math.min),
    cpuUs: best(
      rounds,
      (round) => (round.clientCpuUs === undefined ? undefined : round.clientCpuUs + round.serverCpuUs),
      Math.min,
    ),
    clientPeakBytes: peakBytes?.client,
    serverPeakBytes: peakBytes?.server,
    othersCores: medianOf(rounds, (round) => round.othersCores),
    // transfer
    unloadedP99: medianOf(rounds, (round) => round.unloaded?.p99),
    transferMBps: best(rounds, (round) => round.transferMBps, Math.max),
    isOverloaded: rounds.some((round) => round.isOverloaded) || undefined,
    // cold start
    clientMs: best(rounds, (round) => round.clientMs, Math.min),
    clientMsMedian: medianOf(rounds, (round) => round.clientMs),
    serverMs: best(rounds, (round) => round.serverMs, Math.min),
    // idle connections
    serverBytes: best(rounds, (round) => round.serverBytes, Math.min),
    serverHeapBytes: best(rounds, (round) => round.serverHeapBytes, Math.min),
    clientBytes: best(rounds, (round) => round.clientBytes, Math.min),
  };
}
