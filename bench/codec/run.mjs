/**
 * `npm run bench:codec`: Taut's codecs against other libraries', each measurement in a process of its own, repetitions interleaved.
 *
 * What is compared is the minimum over the repetitions. Options: `--rounds n` (3), `--only a,b` (types, or `type:condition`; `type:`
 * is the type under no condition),
 * `--library a,b`, `--node path` (another line of Node; preparing is done by this one), `--json file`, `--quick`, `--no-prepare`.
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { documentNames } from "./documents.mjs";
import { prepareCodecs } from "./prepare.mjs";
import { printTables } from "./report.mjs";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    only: { type: "string" },
    library: { type: "string" },
    node: { type: "string", default: process.execPath },
    json: { type: "string" },
    quick: { type: "boolean", default: false },
    "no-prepare": { type: "boolean", default: false },
  },
});

const all = ["taut", "taut-alone", "bson", "json", "msgpackr", "msgpackr-records", "cbor-x", "protobufjs", "protobuf-es", "avsc"];
const plan = [
  ...["small", "order", "table"].map((type) => ({ type, libraries: all })),
  ...["accented", "concatenated", "decoded"].flatMap((made) =>
    ["small", "order"].map((type) => ({ type: `${type}-${made}`, libraries: ["taut", "bson", "json", "msgpackr-records"] })),
  ),
  ...["reversed", "unknown", "trailing", "widened"].flatMap((condition) =>
    ["small", "order", "table"].map((type) => ({ type, condition, libraries: ["taut", "bson"] })),
  ),
  ...documentNames().map((type) => ({ type, libraries: ["taut", "taut-alone", "bson", "json"] })),
];
// Many short windows: the fastest of them is one that nothing else on the machine interrupted.
const pace = values.quick ? { windows: 30, windowMs: 10, warmMs: 400 } : { windows: 60, windowMs: 12, warmMs: 800 };
// Functions for 145 fields take the optimising compiler a second or more.
const documentWarmMs = 3000;
const only = values.only?.split(",");
const chosen = values.library?.split(",");
const child = fileURLToPath(new URL("child.mjs", import.meta.url));

if (!values["no-prepare"]) prepareCodecs();

const jobs = plan
  .filter(({ type, condition }) => only === undefined || only.includes(`${type}:${condition ?? ""}`) || only.includes(type))
  .flatMap(({ type, condition, libraries }) =>
    libraries
      .filter((library) => chosen === undefined || chosen.includes(library))
      .map((library) => ({ type, condition, library })),
  );
const results = jobs.map((job) => ({ ...job, encode: [], decode: [] }));
const rounds = Number(values.rounds);
for (let round = 0; round < rounds; round++) {
  // Each round begins elsewhere: a machine that slows down slows everyone.
  for (let i = 0; i < results.length; i++) {
    const result = results[(i + round * 7) % results.length];
    process.stderr.write(`\rround ${round + 1}/${rounds}: ${i + 1}/${results.length} `);
    const { type, condition, library } = result;
    const out = execFileSync(
      values.node,
      [
        child,
        JSON.stringify({
          type,
          condition,
          library,
          ...pace,
          ...(documentNames().includes(type) ? { warmMs: documentWarmMs } : {}),
        }),
      ],
      { encoding: "utf8" },
    );
    const { encode, decode } = JSON.parse(out);
    if (encode !== undefined) result.encode.push(encode);
    result.decode.push(decode);
  }
}
process.stderr.write("\n");
const missed = printTables(results);
const version = execFileSync(values.node, ["--version"], { encoding: "utf8" }).trim();
const folder = fileURLToPath(new URL("../results/", import.meta.url));
mkdirSync(folder, { recursive: true });
const file = values.json ?? `${folder}codec-${version}.json`;
writeFileSync(file, `${JSON.stringify({ node: version, rounds, missed, results }, null, 1)}\n`);
process.stderr.write(`every repetition: ${file}\n`);
