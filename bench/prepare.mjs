/**
 * What must be there before anything can be measured: this package's dependencies, a build of Taut, and the code that each peer's own
 * generator makes of the benchmark's contract. Says what it does; does only what is missing or older than its source.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const bench = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("..", import.meta.url));
const generated = join(bench, "generated");

/** A step of the preparation failed and has said why. */
export class PreparationError extends Error {}

/** @param {readonly string[]} peers whose code is needed */
export function prepare(peers) {
  mkdirSync(generated, { recursive: true });
  if (!existsSync(join(bench, "node_modules", ".package-lock.json"))) {
    step("npm ci in bench/ (the peers; they never reach Taut's users)", "npm", [
      "ci",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ]);
  }
  if (peers.includes("taut") || peers.includes("bare")) prepareTaut();
  if (peers.includes("grpc-js")) prepareProtobufJs();
  if (peers.includes("connect")) prepareProtobufEs();
  if (peers.includes("thrift")) prepareThrift();
}

function prepareTaut() {
  const cli = join(root, "cli", "dist", "main.js");
  step("building taut", process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b"], root);
  step("bundling it, as it is published", process.execPath, [join(root, "scripts/bundle.mjs")], root);
  const out = join(generated, "taut");
  step(
    "taut generate bench/schemas",
    process.execPath,
    [cli, "generate", join(bench, "schemas"), "--out", out, "--emit", "js"],
    root,
  );
}

/** protobufjs: static code, without what a service does not use. */
function prepareProtobufJs() {
  const target = join(generated, "bench.pb.mjs");
  const source = join(bench, "schemas", "bench.proto");
  if (isNewer(target, source)) return;
  const pbjs = join(bench, "node_modules/protobufjs-cli/bin/pbjs");
  const without = ["verify", "convert", "delimited", "comments", "service", "typeurl", "create"].map((part) => `--no-${part}`);
  step("pbjs: static protobuf code for grpc-js", process.execPath, [
    ...[pbjs, "-t", "static-module", "-w", "esm", "--force-number", ...without],
    ...["-o", target, source],
  ]);
}

function prepareProtobufEs() {
  const target = join(generated, "protobuf-es", "bench_pb.js");
  if (isNewer(target, join(bench, "schemas", "bench.proto"))) return;
  const buf = createRequire(import.meta.url).resolve("@bufbuild/buf/bin/buf");
  step("buf generate: protobuf-es code for Connect", process.execPath, [
    buf,
    "generate",
    "--template",
    "schemas/buf.gen.yaml",
    "schemas",
  ]);
}

function prepareThrift() {
  const folder = join(generated, "gen-nodejs");
  const source = join(bench, "schemas", "bench.thrift");
  if (isNewer(join(folder, "Bench.js"), source)) return;
  step("thrift: code for the Thrift peer", "thrift", ["--gen", "js:node,es6", "-o", generated, source]);
  // the compiler writes CommonJS
  writeFileSync(join(folder, "package.json"), '{ "type": "commonjs" }\n');
}

/** Debian puts servers where an ordinary user's PATH does not look. */
export function isInstalled(program) {
  return [...(process.env.PATH ?? "").split(":"), "/usr/sbin"].some(
    (folder) => folder !== "" && existsSync(join(folder, program)),
  );
}

function isNewer(target, source) {
  if (!existsSync(target)) return false;
  return statSync(target).mtimeMs >= statSync(source).mtimeMs;
}

function step(says, command, args, cwd = bench) {
  process.stderr.write(`> ${says}\n`);
  const path = [join(bench, "node_modules", ".bin"), process.env.PATH].join(":");
  const { status, error } = spawnSync(command, args, { cwd, stdio: ["ignore", 2, 2], env: { ...process.env, PATH: path } });
  if (error !== undefined) throw error;
  if (status !== 0) throw new PreparationError(`${says}: exit ${status}`);
}

/** The versions that are measured, for the report. */
export function versions() {
  const found = {};
  const { dependencies } = createRequire(import.meta.url)("./package.json");
  const folder = join(bench, "node_modules");
  const scoped = readdirSync(folder).length === 0 ? [] : Object.keys(dependencies);
  for (const name of scoped) found[name] = createRequire(import.meta.url)(join(folder, name, "package.json")).version;
  return found;
}
