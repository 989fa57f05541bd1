/** Builds Taut and lets each generator make the code of the codec benchmark. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { documentNames, documentSchema } from "./documents.mjs";

const bench = fileURLToPath(new URL("..", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
const generated = join(bench, "generated");

export function prepareCodecs() {
  mkdirSync(generated, { recursive: true });
  if (!existsSync(join(bench, "node_modules/msgpackr")))
    step("npm ci in bench/", "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  step("building taut", process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b"], root);
  const schemas = join(generated, "codec-schemas");
  mkdirSync(join(schemas, "codec/v1"), { recursive: true });
  writeFileSync(join(schemas, "codec/v1/codec.ts"), readFileSync(join(bench, "codec/schemas/codec/v1/codec.ts")));
  mkdirSync(join(schemas, "documents"), { recursive: true });
  for (const name of documentNames()) writeFileSync(join(schemas, `documents/${name}.ts`), documentSchema(name));
  const cli = join(root, "cli/dist/main.js");
  step("taut generate", process.execPath, [cli, "generate", schemas, "--out", join(generated, "codec"), "--emit", "js"], root);
  const proto = join(bench, "codec/codec.proto");
  const pbjs = join(bench, "node_modules/protobufjs-cli/bin/pbjs");
  const without = ["verify", "convert", "delimited", "comments", "service", "typeurl", "create"].map((part) => `--no-${part}`);
  step("pbjs", process.execPath, [
    pbjs,
    "-t",
    "static-module",
    "-w",
    "esm",
    ...without,
    "-o",
    join(generated, "codec.pb.mjs"),
    proto,
  ]);
  const buf = createRequire(import.meta.url).resolve("@bufbuild/buf/bin/buf");
  step("buf generate", process.execPath, [buf, "generate", "--template", "codec/buf.gen.yaml", "codec"]);
}

function step(says, command, args, cwd = bench) {
  process.stderr.write(`> ${says}\n`);
  const path = [join(bench, "node_modules/.bin"), process.env.PATH].join(":");
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: ["ignore", "ignore", 2],
    env: { ...process.env, PATH: path },
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${says}: exit ${status}`);
}
