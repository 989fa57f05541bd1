/**
 * Runs the whole suite on several lines of Node: `node scripts/test-nodes.mjs [--results DIR] [20 22 24 26] [-- vitest arguments]`.
 *
 * Expects a build (`npm run build`). Prints one line a version at the end; exit 1 if any of them failed. `--results` leaves vitest's
 * JSON report of each version there, for `.ci/run` to count.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeBinary, versionOf } from "./node-binary.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const supported = [20, 22, 24, 26];

const args = process.argv.slice(2);
const separator = args.indexOf("--");
const own = separator < 0 ? args : args.slice(0, separator);
const vitestArgs = separator < 0 ? [] : args.slice(separator + 1);

let results;
const majors = [];
for (let i = 0; i < own.length; i++) {
  if (own[i] === "--results" && own[i + 1] !== undefined) results = resolve(own[++i]);
  else if (supported.includes(Number(own[i]))) majors.push(Number(own[i]));
  else {
    console.error(
      `unknown argument ${own[i]}; usage: test-nodes.mjs [--results DIR] [${supported.join(" ")}] [-- vitest arguments]`,
    );
    process.exit(2);
  }
}
if (results !== undefined) mkdirSync(results, { recursive: true });

const summary = [];
let failed = false;
for (const major of majors.length > 0 ? majors : supported) {
  const binary = nodeBinary(major);
  const version = versionOf(binary);
  console.log(`\n=== the suite on Node ${version}`);
  const reporters = ["--reporter=default"];
  if (results !== undefined) reporters.push("--reporter=json", `--outputFile.json=${join(results, `node-${major}.json`)}`);
  const started = performance.now();
  const { status, signal } = spawnSync(binary, ["node_modules/vitest/vitest.mjs", "run", ...reporters, ...vitestArgs], {
    cwd: root,
    stdio: "inherit",
    // Tests that start `node`, `npm` or `npx` by name get this version, too.
    env: { ...process.env, PATH: `${dirname(binary)}${delimiter}${process.env.PATH}` },
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  if (status !== 0) failed = true;
  summary.push(`Node ${version}: ${status === 0 ? "passed" : `failed (${signal ?? `exit ${status}`})`}, ${seconds} s`);
}
console.log(`\n${summary.join("\n")}`);
process.exit(failed ? 1 : 0);
