/** Drives a call with a fixed number in flight and measures what comes back, once code and connections are warm. */

export interface Measured {
  calls: number;
  seconds: number;
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

const warmUpMs = 500;

/** Keeps `inFlight` calls under way until `seconds` have been measured. */
export async function measure(
  call: (caller: number) => Promise<unknown>,
  options: { inFlight: number; seconds: number },
): Promise<Measured> {
  const latencies: number[] = [];
  const started = performance.now() + warmUpMs;
  const end = started + options.seconds * 1_000;
  async function caller(index: number): Promise<void> {
    for (let before = performance.now(); before < end; ) {
      await call(index);
      const after = performance.now();
      if (before >= started) latencies.push(after - before);
      before = after;
    }
  }
  await Promise.all(Array.from({ length: options.inFlight }, (_, index) => caller(index)));
  const seconds = (performance.now() - started) / 1_000;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor((latencies.length - 1) * share)] ?? Number.NaN;
  return { calls: latencies.length, seconds, perSecond: latencies.length / seconds, p50: at(0.5), p99: at(0.99) };
}

export function describe({ perSecond, p50, p99 }: Measured, unit: string): string {
  return `${Math.round(perSecond).toLocaleString("en")} ${unit}, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
}
