/** What the command line asks for. */

import { parseArgs } from "node:util";
import { peers } from "./peers/index.mjs";
import { workloads } from "./workloads.mjs";

export const usage = `npm run bench -- [options]

  (nothing)           the default set: 6 peers, 8 workloads and the cold start, under 10 minutes
  --quick             fewer and shorter: under a minute
  --all               every peer and the long workloads too: about an hour
  --guard             Taut against the raw floor and the recorded ratios; exit 1 on a regression
  --record            with --guard: record today's ratios instead of comparing
  --workload a,b      only these: ${Object.keys(workloads).join(", ")}
  --peer a,b          only these: ${Object.keys(peers).join(", ")}
  --rounds n          interleaved repetitions (3)
  --window ms         how long one measurement lasts (1000)
  --patient           repeat rounds that other programs disturbed, up to ten times
  --json file         where the figures go (bench/results/<time>.json)
  --chart             draw docs/bench-rpc.svg from this run even when it is not the default set
  --node n            another Node.js for the processes under test: 20, 22, 24, 26, or the path of a binary
  --urgent            real-time priority for the processes under test, for a machine that others use (needs root)
  --no-pin            let the kernel move the processes between cores
  --profile dir       write a CPU profile of each process there
  --help
`;

/** For each set: how long one measurement takes, how many there are, how long peers are warmed. */
const paces = {
  quick: { rounds: 3, windowMs: 300, warmMs: 500 },
  default: { rounds: 3, windowMs: 1000, warmMs: 1500 },
  all: { rounds: 3, windowMs: 1000, warmMs: 2000 },
  guard: { rounds: 7, windowMs: 300, warmMs: 1500 },
};

/** A wrong command line: its text is all that the user needs. */
export class UsageError extends Error {}

export function readOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        quick: { type: "boolean", default: false },
        all: { type: "boolean", default: false },
        guard: { type: "boolean", default: false },
        record: { type: "boolean", default: false },
        workload: { type: "string" },
        peer: { type: "string" },
        rounds: { type: "string" },
        window: { type: "string" },
        patient: { type: "boolean", default: false },
        json: { type: "string" },
        chart: { type: "boolean", default: false },
        node: { type: "string", default: process.execPath },
        profile: { type: "string" },
        urgent: { type: "boolean", default: false },
        "no-pin": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    throw new UsageError(error.message);
  }
  const chosen = ["quick", "all", "guard"].filter((name) => values[name]);
  if (chosen.length > 1) throw new UsageError(`--${chosen[0]} and --${chosen[1]} exclude each other`);
  if (values.urgent && process.getuid?.() !== 0) throw new UsageError("--urgent needs root");
  const set = chosen[0] ?? "default";
  return {
    ...paces[set],
    ...(values.rounds === undefined ? {} : { rounds: positive("rounds", values.rounds, 100) }),
    ...(values.window === undefined ? {} : { windowMs: positive("window", values.window, 60_000) }),
    set,
    isHelp: values.help,
    isRecording: values.record,
    peers: chosenOf(peers, values.peer, set, "peer"),
    workloads: chosenOf(workloads, values.workload, set, "workload"),
    isWholeSet: values.peer === undefined && values.workload === undefined,
    isPatient: values.patient,
    isUrgent: values.urgent,
    wantsPin: !values["no-pin"],
    wantsChart: values.chart,
    json: values.json,
    node: values.node,
    nodeArgs: values.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${values.profile}`],
  };
}

function positive(name, text, most) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > most)
    throw new UsageError(`--${name} ${text}: not a number from 1 to ${most}`);
  return number;
}

function chosenOf(table, names, set, what) {
  if (names === undefined) return Object.keys(table).filter((name) => table[name].sets.includes(set));
  const chosen = names.split(",").map((name) => name.trim());
  for (const name of chosen) {
    if (!Object.hasOwn(table, name)) throw new UsageError(`no ${what} "${name}"; there are ${Object.keys(table).join(", ")}`);
  }
  return Object.keys(table).filter((name) => chosen.includes(name));
}
