/**
 * Finds or fetches a Node of a given major version, for the scripts that run the suite on several.
 *
 * The `node` package of the npm registry carries the binaries; they go to `node_modules/.cache/nodes`, outside of every
 * package.json. Does not know what is run with them.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const cache = fileURLToPath(new URL("../node_modules/.cache/nodes/", import.meta.url));

/** @param {string} binary @returns {string} for example "v20.20.2" */
export function versionOf(binary) {
  return execFileSync(binary, ["--version"], { encoding: "utf8" }).trim();
}

/**
 * The path of a Node binary of this major version: the running one where it fits, else one from the cache, fetched if need be.
 * @param {number} major
 * @returns {string}
 */
export function nodeBinary(major) {
  if (process.versions.node.split(".")[0] === String(major)) return process.execPath;
  const folder = `${cache}${major}`;
  const binary = `${folder}/node_modules/.bin/node`;
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    // A package.json of its own: without one npm would install into the repository.
    writeFileSync(`${folder}/package.json`, '{ "private": true }\n');
    execFileSync("npm", ["install", "--no-save", "--no-package-lock", `node@${major}`], { cwd: folder, stdio: "inherit" });
  }
  const version = versionOf(binary);
  if (!version.startsWith(`v${major}.`)) throw new Error(`${binary} is ${version}, not Node ${major}`);
  return binary;
}
