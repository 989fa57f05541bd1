/**
 * After a test nothing may be left: no open call, connection, socket, timer or abort listener.
 *
 * `const leaks = watchLeaks()` before, `await leaks.expectNone({ servers, channels, signals })` after everything was closed. What the
 * test runner holds itself was there before and is not counted.
 */

import { getEventListeners } from "node:events";
import type { Stats } from "../../src/contract/stats.ts";

interface WithStats {
  stats(): Stats;
}

/** What Node keeps alive for sockets and timers; promises and ticks come and go. */
const watched: ReadonlySet<string> = new Set([
  "TCPSocketWrap",
  "TCPServerWrap",
  "TLSWrap",
  "PipeWrap",
  "PipeServerWrap",
  "Timeout",
  "Immediate",
]);

function resources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) if (watched.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

export interface LeakWatch {
  /** Fails with what is left once it has not gone within a second. */
  expectNone(ends: {
    servers?: readonly WithStats[];
    channels?: readonly WithStats[];
    signals?: readonly AbortSignal[];
  }): Promise<void>;
}

export function watchLeaks(): LeakWatch {
  const before = resources();
  const leftovers = (ends: Parameters<LeakWatch["expectNone"]>[0]): string[] => {
    const left: string[] = [];
    for (const [name, count] of resources()) {
      const more = count - (before.get(name) ?? 0);
      if (more > 0) left.push(`${more} ${name}`);
    }
    for (const [what, all] of [
      ["server", ends.servers],
      ["channel", ends.channels],
    ] as const) {
      for (const { open, connections, started, succeeded, failed, cancelled } of (all ?? []).map((one) => one.stats())) {
        if (open !== 0) left.push(`${open} calls at a ${what}`);
        if (connections !== 0) left.push(`${connections} connections at a ${what}`);
        if (started !== succeeded + failed + cancelled) left.push(`a ${what} that has lost count`);
      }
    }
    for (const signal of ends.signals ?? []) {
      const listeners = getEventListeners(signal, "abort").length;
      if (listeners > 0) left.push(`${listeners} abort listeners`);
    }
    return left;
  };
  return {
    async expectNone(ends) {
      const until = performance.now() + 2_000;
      for (;;) {
        const left = leftovers(ends);
        if (left.length === 0) return;
        if (performance.now() > until) throw new Error(`left behind: ${left.join(", ")}`);
        await new Promise<void>((resolve) => {
          setTimeout(resolve, 10);
        });
      }
    },
  };
}
