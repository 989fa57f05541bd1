/** `npm ci` refuses a lock file that lacks a package, if only one for another platform; and nobody's registry belongs into it. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface LockedPackage {
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describe.each(["package-lock.json", "bench/package-lock.json"])("%s", (path) => {
  const lockfile = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const packages = Object.entries((JSON.parse(lockfile) as { packages: Record<string, LockedPackage> }).packages);

  it("has an entry for every package that another one needs, on every platform", () => {
    const locked = new Set(packages.map(([at]) => at.slice(at.lastIndexOf("node_modules/") + "node_modules/".length)));
    const missing = packages.flatMap(([at, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies })
        .filter((name) => !locked.has(name))
        .map((name) => `${at} needs ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it("names no registry", () => {
    expect(packages.filter(([, { resolved }]) => resolved?.includes("://"))).toEqual([]);
  });
});
