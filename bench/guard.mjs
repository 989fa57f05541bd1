/**
 * Has Taut become slower? CPU a call against the raw floor and against the floor with codec and promises of the same run, and bytes
 * allocated a call, held against `guard.json`.
 *
 * Rounds in turns take out the machine's moods, but noise stays: CPU gets slack. The raw floor is nearly all kernel, whose cost differs from
 * machine to machine (small-64: 1.7 times it on one, 3.0 on another), so that figure finds gross regressions alone; the second floor does
 * what Taut does, in JavaScript. Allocated bytes hardly vary from run to run, so a tenth more is a regression.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { contest, endPair, startPair } from "./driver/contest.mjs";
import { ALLOCATION_NODE_ARGS } from "./measure/allocation.mjs";
import { figuresOf } from "./report/figures.mjs";
import { workloads } from "./workloads.mjs";

const file = new URL("guard.json", import.meta.url);
/** How much worse than recorded is still noise. */
const slack = { cpuAgainstFloor: 1.8, cpuAgainstBare: 1.35, clientBytesPerCall: 1.1, serverBytesPerCall: 1.1 };
const contestants = [
  { peer: "taut", label: "Taut" },
  { peer: "floor", label: "raw floor" },
  { peer: "bare", label: "floor with codec and promises" },
];
/** So many that what happens once does not show, and so few that the young generation holds it all. */
const CALLS = 20_000;

/** What looks worse is measured anew so many times, and the best counts: a busy machine disturbs a run, a regression all of them. */
const ATTEMPTS = 3;

export async function guard(options) {
  const major = options.nodeVersion.slice(1).split(".")[0];
  const recorded = JSON.parse(readFileSync(file, "utf8"));
  if (options.isRecording) {
    const measured = {};
    for (const name of options.workloads) measured[name] = await measure(name, options);
    recorded[major] = { ...recorded[major], ...measured };
    writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);
    console.log(`recorded for Node ${major}`);
    return 0;
  }
  if (recorded[major] === undefined) {
    console.log(`nothing is recorded for Node ${major}: npm run bench -- --guard --record`);
    return 0;
  }
  const best = {};
  for (const name of options.workloads) {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const measured = await measure(name, options);
      best[name] = lesserOf(measured, best[name]);
      if (Object.keys(measured).every((figure) => !isWorse(figure, best[name][figure], recorded[major][name]?.[figure]))) break;
    }
  }
  return compare(best, recorded[major]);
}

async function measure(name, options) {
  const measured = {
    ...(await cpuAgainstFloors(workloads[name], options)),
    ...(await allocation(workloads[name], options)),
  };
  console.error(`> ${name}: ${JSON.stringify(measured)}`);
  return measured;
}

function lesserOf(measured, before = measured) {
  return Object.fromEntries(Object.entries(measured).map(([figure, value]) => [figure, Math.min(value, before[figure])]));
}

function isWorse(figure, value, before) {
  return before !== undefined && value > before * slack[figure];
}

function compare(measured, recorded) {
  let worse = 0;
  for (const [name, figures] of Object.entries(measured)) {
    for (const [figure, value] of Object.entries(figures)) {
      const before = recorded[name]?.[figure];
      if (before === undefined) continue;
      const hasGrown = isWorse(figure, value, before);
      if (hasGrown) worse++;
      const most = round(before * slack[figure]);
      console.log(`${hasGrown ? "WORSE" : "ok   "}  ${name} ${figure}: ${value} (recorded ${before}, at most ${most})`);
    }
  }
  console.log(
    worse === 0
      ? "no regression"
      : `${worse} worse than recorded: find the cause, or record the new figures with --record and say why`,
  );
  return worse === 0 ? 0 : 1;
}

/** The best round of each: what else the machine does only ever adds. */
async function cpuAgainstFloors(workload, options) {
  const entries = await contest(workload, contestants, options);
  for (const { error, label } of entries) if (error !== undefined) throw new Error(`${label}: ${error}`);
  const [taut, floor, bare] = entries.map((entry) => figuresOf(entry).cpuUs);
  return { cpuAgainstFloor: round(taut / floor), cpuAgainstBare: round(taut / bare) };
}

async function allocation(workload, options) {
  const pair = await startPair(contestants[0], workload, { ...options, nodeArgs: ALLOCATION_NODE_ARGS });
  try {
    const run = (calls) => pair.client.ask("run", { kind: "calls", settings: { ...workload.settings, calls } });
    await run(CALLS);
    await run(CALLS);
    const before = await pair.server.ask("heap", { collect: true });
    const { totalCalls, ...client } = await run(CALLS);
    const after = await pair.server.ask("heap", { collect: false });
    return {
      clientBytesPerCall: perCall(client.before, client.after, totalCalls),
      serverBytesPerCall: perCall(before, after, totalCalls),
    };
  } finally {
    await endPair(pair);
  }
}

function perCall(before, after, calls) {
  if (after.collections !== before.collections)
    throw new Error("the garbage collector ran during the measurement: raise the young generation");
  return round((after.heapBytes - before.heapBytes) / calls);
}

const round = (value) => Number(value.toPrecision(4));
