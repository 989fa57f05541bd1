/**
 * The RPC benchmark: `npm run bench` at the repository's root, `npm run bench -- --help` for what it can be told.
 *
 * The tables go to stdout, progress to stderr, every round's figures to a JSON file, and a chart of them to docs/.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeBinary, versionOf } from "../scripts/node-binary.mjs";
import { coldStart } from "./driver/cold-start.mjs";
import { contest } from "./driver/contest.mjs";
import { idleConnections } from "./driver/idle.mjs";
import { readOptions, UsageError, usage } from "./options.mjs";
import { peers } from "./peers/index.mjs";
import { isInstalled, PreparationError, prepare, versions } from "./prepare.mjs";
import { chartOf } from "./report/chart.mjs";
import { tableNotes, tableOf } from "./report/table.mjs";
import { targetsOf } from "./report/targets.mjs";
import { workloads } from "./workloads.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const docs = fileURLToPath(new URL("../docs", import.meta.url));
const runners = { cold: coldStart, idle: idleConnections };

try {
  process.exitCode = await main(readOptions(process.argv.slice(2)));
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
  } else if (error instanceof PreparationError) {
    console.error(error.message);
    process.exitCode = 1;
  } else throw error;
}

async function main(options) {
  if (options.isHelp) {
    console.log(usage);
    return 0;
  }
  const skipped = new Map();
  for (const peer of options.peers) {
    const { program } = peers[peer];
    if (program !== undefined && !isInstalled(program.name))
      skipped.set(peer, `${program.name} is not installed (Debian: ${program.package})`);
  }
  prepare(options.peers.filter((peer) => !skipped.has(peer)));
  if (/^\d+$/.test(options.node)) options.node = nodeBinary(Number(options.node));
  options.nodeVersion = versionOf(options.node);
  options.cores = options.wantsPin ? coresToKeepTo() : undefined;
  if (options.set === "guard") {
    // Needs what was prepared just now, so it cannot stand above.
    const { guard } = await import("./guard.mjs");
    return guard(options);
  }

  const startedAt = new Date();
  const result = {
    startedAt: startedAt.toISOString(),
    set: options.set,
    nodeUnderTest: options.nodeVersion,
    machine: { cpu: cpus()[0]?.model, cores: cpus().length },
    isPinned: options.cores !== undefined,
    isUrgent: options.isUrgent,
    rounds: options.rounds,
    windowMs: options.windowMs,
    versions: versions(),
    workloads: {},
  };
  console.log(
    `Node.js ${result.nodeUnderTest}, ${result.machine.cores} cores (${result.machine.cpu}), ${options.rounds} rounds of ${options.windowMs} ms${
      result.isPinned ? ", a core for each process" : ""
    }\n`,
  );
  for (const name of options.workloads) {
    const entries = await runWorkload(workloads[name], options, skipped);
    if (entries.length === 0) continue;
    const { title, kind, measures } = workloads[name];
    result.workloads[name] = { title, kind, measures, entries };
    console.log(tableOf(result.workloads[name]));
  }
  console.log(tableNotes);
  console.log(targetsOf(result.workloads));
  save(result, options);
  return Object.values(result.workloads).some(({ entries }) => entries.some(({ error }) => error !== undefined)) ? 1 : 0;
}

/**
 * One core for the server and one for the client. Left alone, the kernel now and then puts both on one core, where waking each other is
 * nearly free: the floor's rate then triples for as long as it lasts, and no ratio means anything.
 */
function coresToKeepTo() {
  const count = cpus().length;
  return process.platform === "linux" && count >= 2 && isInstalled("taskset") ? [count - 2, count - 1] : undefined;
}

/** The entries of the peers that can do it, and of the others why not. */
async function runWorkload(workload, options, skipped) {
  const contestants = [];
  const absent = [];
  const variants = workload.variants ?? options.peers.map((peer) => ({ peer, label: peers[peer].title }));
  for (const variant of variants) {
    const reason = skipped.get(variant.peer) ?? peers[variant.peer].lacks?.[workload.needs];
    if (!options.peers.includes(variant.peer)) continue;
    if (reason === undefined) contestants.push(variant);
    else absent.push({ ...variant, rounds: [], skipped: reason });
  }
  if (contestants.length === 0) return [];
  const show = (text) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${workload.title} | ${text}`);
  };
  const run = runners[workload.kind] ?? contest;
  const entries = await run(workload, contestants, options, show);
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  return [...entries, ...absent];
}

function save(result, options) {
  const file = options.json ?? join(here, "results", `${result.startedAt.replaceAll(/[:.]/g, "-")}.json`);
  write(resolve(file), `${JSON.stringify(result, null, 1)}\n`);
  if (!options.wantsChart && !(options.set === "default" && options.isWholeSet)) return;
  write(join(docs, "bench-rpc.json"), `${JSON.stringify(result, null, 1)}\n`);
  write(join(docs, "bench-rpc.svg"), chartOf(result));
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.error(`> wrote ${file}`);
}
