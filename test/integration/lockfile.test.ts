/** `npm ci` refuses a lock file that lacks a package, if only one for another platform; and nobody's registry belongs into it. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

interface LockedPackage {
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lockfile = readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8");
const packages = Object.entries((JSON.parse(lockfile) as { packages: Record<string, LockedPackage> }).packages);

it("the lock file has an entry for every package that another one needs, on every platform", () => {
  const locked = new Set(packages.map(([path]) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length)));
  const missing = packages.flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !locked.has(name))
      .map((name) => `${path} needs ${name}`),
  );
  expect(missing).toEqual([]);
});

it("the lock file names no registry", () => {
  expect(packages.filter(([, { resolved }]) => resolved?.includes("://"))).toEqual([]);
});
