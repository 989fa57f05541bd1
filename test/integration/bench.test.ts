/** The benchmark installs its own packages, so nothing that it loads before may need one of them. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const staticImport = /^(?:import|export)\b[^;]*?\bfrom\s*"([^"]+)";|^import\s*"([^"]+)";/gm;

/** What a file and all that it imports statically import beside each other. */
function packagesOf(url: URL, seen = new Set<string>()): string[] {
  if (seen.has(url.href)) return [];
  seen.add(url.href);
  const text = readFileSync(fileURLToPath(url), "utf8");
  return [...text.matchAll(staticImport)].flatMap(([, from, bare]) => {
    const name = (from ?? bare) as string;
    return name.startsWith(".") ? packagesOf(new URL(name, url), seen) : [name];
  });
}

it.each(["bench/run.mjs", "bench/codec/run.mjs"])("%s starts before anything is installed", (path) => {
  const url = new URL(`../../${path}`, import.meta.url);
  const packages = packagesOf(url);
  expect(packages).toContain("node:path");
  // What the repository itself has is there by then.
  const { devDependencies } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(packages.filter((name) => !name.startsWith("node:") && !(name in devDependencies))).toEqual([]);
});
