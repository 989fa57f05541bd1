/** The faults of the chaos suite, as what they do to the proxy between client and server. */

import type { FaultProxy, Side } from "../../support/fault-proxy.ts";
import type { SeededRandom } from "../../support/seeded-random.ts";

export interface NetworkFault {
  readonly name: string;
  /** Bytes may arrive changed, in a connection without TLS: answers may be wrong, calls may not run twice all the same. */
  readonly changesBytes?: boolean;
  /** Begins it. `FaultProxy.heal` ends it. */
  begin(proxy: FaultProxy, random: SeededRandom): void;
  /** Again and again while it lasts, for faults of a moment. */
  again?(proxy: FaultProxy, random: SeededRandom): void;
}

const sides: readonly Side[] = ["up", "down"];

function side(random: SeededRandom): Side {
  return random.pick(sides) ?? "up";
}

/** A fault of a moment, repeated. */
function moments(name: string, strike: (proxy: FaultProxy, random: SeededRandom) => void): NetworkFault {
  return { name, begin: strike, again: strike };
}

export const networkFaults: readonly NetworkFault[] = [
  { name: "none", begin() {} },
  { name: "delay", begin: (proxy, random) => proxy.set({ delayMs: random.between(5, 100) }) },
  { name: "throttle", begin: (proxy, random) => proxy.set({ bytesPerSecond: random.between(20_000, 500_000) }) },
  { name: "split", begin: (proxy, random) => proxy.set({ pieceBytes: random.between(1, 40) }) },
  { name: "stall, one way", begin: (proxy, random) => proxy.set({ isStalled: true }, side(random)) },
  { name: "stall, both ways", begin: (proxy) => proxy.set({ isStalled: true }) },
  moments("half-close by the server", (proxy) => proxy.halfClose("down")),
  moments("half-close by the client", (proxy) => proxy.halfClose("up")),
  moments("reset", (proxy) => proxy.reset()),
  {
    ...moments("corrupt", (proxy, random) => proxy.set({ corruptIn: random.below(4_000) }, side(random))),
    changesBytes: true,
  },
  {
    ...moments("duplicate", (proxy, random) => proxy.set({ duplicatesNext: true }, side(random))),
    changesBytes: true,
  },
  { name: "black hole, one way", changesBytes: true, begin: (proxy, random) => proxy.set({ isBlackHole: true }, side(random)) },
  { name: "black hole, both ways", changesBytes: true, begin: (proxy) => proxy.set({ isBlackHole: true }) },
  {
    name: "refused",
    begin(proxy) {
      proxy.isRefusing = true;
      proxy.reset();
    },
  },
  {
    name: "unreachable",
    begin(proxy) {
      proxy.isMute = true;
      proxy.reset();
    },
  },
];
