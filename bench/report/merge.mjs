/**
 * Several runs as one: `node bench/report/merge.mjs <file.json>...` writes docs/bench-rpc.json and draws docs/bench-rpc.svg from it, and
 * prints which targets were met. For machines that are free only for minutes at a time; peers of one workload stay within one run.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { chartOf } from "./chart.mjs";
import { targetsOf } from "./targets.mjs";

const runs = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")));
const [first] = runs;
for (const run of runs) {
  if (run.nodeUnderTest !== first.nodeUnderTest || run.machine.cpu !== first.machine.cpu)
    throw new Error("the runs are of different machines or versions of Node");
}
const merged = { ...first, workloads: Object.assign({}, ...runs.map(({ workloads }) => workloads)) };
writeFileSync(new URL("../../docs/bench-rpc.json", import.meta.url), `${JSON.stringify(merged, null, 1)}\n`);
writeFileSync(new URL("../../docs/bench-rpc.svg", import.meta.url), chartOf(merged));
console.log(targetsOf(merged.workloads));
