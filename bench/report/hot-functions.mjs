/**
 * Where the time of a CPU profile went: `node bench/report/hot-functions.mjs <file.cpuprofile> [lines]`.
 *
 * Time in a function itself, and with what it called, in per cent of the time that was not idle.
 */

import { readFileSync } from "node:fs";

const [file, lines = "30"] = process.argv.slice(2);
const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8"));
const byId = new Map(nodes.map((node) => [node.id, node]));
const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));

const nameOf = ({ callFrame: { functionName, url, lineNumber } }) => {
  const place = url === "" ? "" : ` ${url.split("/").slice(-2).join("/")}:${lineNumber + 1}`;
  return `${functionName || "(anonymous)"}${place}`;
};

const own = new Map();
const whole = new Map();
const add = (map, name, time) => map.set(name, (map.get(name) ?? 0) + time);
let busy = 0;
for (const [index, id] of samples.entries()) {
  const time = timeDeltas[index];
  const leaf = byId.get(id);
  if (leaf.callFrame.functionName === "(idle)") continue;
  busy += time;
  add(own, nameOf(leaf), time);
  const seen = new Set();
  for (let at = id; at !== undefined; at = parents.get(at)) {
    const name = nameOf(byId.get(at));
    if (!seen.has(name)) add(whole, name, time);
    seen.add(name);
  }
}

const share = (time) => ((100 * time) / busy).toFixed(1).padStart(6);
console.log(`${(busy / 1e6).toFixed(2)} s busy\n  self   with callees`);
for (const [name, time] of [...own].sort((a, b) => b[1] - a[1]).slice(0, Number(lines)))
  console.log(`${share(time)} ${share(whole.get(name))}  ${name}`);
