/** A production server installs no compiler and loads no `bson` that its schema does not need: each built entry of `taut` is loaded and watched. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "./architecture/source-files.ts";

const manifest = JSON.parse(readFileSync(join(root, "src/package.json"), "utf8")) as {
  exports: Record<string, { default: string } | string>;
};

/** The URLs of all modules that loading `file` loads, by Node itself in a process of its own. */
function loadedBy(file: string): string[] {
  const run = spawnSync(
    process.execPath,
    [
      "--no-warnings",
      "--import",
      join(root, "test/architecture/report-loads.mjs"),
      "--input-type=module",
      "--eval",
      `await import(${JSON.stringify(file)})`,
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "pipe", "pipe"] },
  );
  expect(run.stderr).toBe("");
  expect(run.status).toBe(0);
  return (run.output[3] ?? "").split("\n").filter((url) => url !== "");
}

const entries = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === "string" ? [] : [{ name, file: join(root, "src", target.default) }],
);

describe.each(entries)("the entry $name of taut", ({ name, file }) => {
  it("is built", () => expect(existsSync(file)).toBe(true));

  it("loads no compiler and only the packages that it needs", () => {
    const loaded = loadedBy(file);
    expect(loaded.some((url) => url.startsWith("file:"))).toBe(true);
    const packages = new Set(
      loaded.map((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]).filter((found) => found !== undefined),
    );
    expect([...packages]).toEqual(name === "./runtime/v1/bson" ? ["bson"] : []);
  });
});
