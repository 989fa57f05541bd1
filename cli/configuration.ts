/**
 * What `taut.config.json` or the `taut` key of package.json says. Flags win over it; its paths count from its own folder.
 *
 * The same rules stand in `config.schema.json`, for editors; a test holds the two together.
 */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "./usage-error.ts";

export interface Configuration {
  /** The schema folder. */
  readonly schemas?: string;
  /** The output folder. */
  readonly out?: string;
  readonly emit?: "ts" | "js";
  readonly importExtension?: "js" | "ts" | "none";
}

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === "string" && value !== "";

const keys: Readonly<Record<keyof Configuration, { readonly is: Check; readonly expected: string }>> = {
  schemas: { is: isText, expected: "a folder" },
  out: { is: isText, expected: "a folder" },
  emit: { is: (value) => value === "ts" || value === "js", expected: '"ts" or "js"' },
  importExtension: {
    is: (value) => value === "js" || value === "ts" || value === "none",
    expected: '"js", "ts" or "none"',
  },
};

/**
 * The configuration that holds in a folder: the nearest one upwards, up to and including the first folder with a package.json.
 * Folders in it are absolute. UsageError for what is not as it should be.
 */
export function readConfiguration(folder: string): Configuration {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const own = join(at, "taut.config.json");
    if (existsSync(own)) return validate(parse(own), own, at);
    const packageFile = join(at, "package.json");
    if (existsSync(packageFile)) {
      const { taut } = parse(packageFile) as { taut?: unknown };
      return taut === undefined ? {} : validate(taut, `"taut" in ${packageFile}`, at);
    }
    if (dirname(at) === at) return {};
  }
}

/** UsageError for what is no value of a key, wherever it was said. */
export function checkSetting(key: keyof Configuration, given: unknown, where = ""): void {
  const { is, expected } = keys[key];
  if (!is(given)) throw new UsageError(`${where}${key} must be ${expected}, not ${JSON.stringify(given)}`);
}

function parse(file: string): unknown {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof value === "object" && value !== null) return value;
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }
  throw new UsageError(`${file}: not an object`);
}

function validate(value: unknown, where: string, folder: string): Configuration {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new UsageError(`${where}: not an object`);
  const configuration: Record<string, unknown> = {};
  for (const [key, given] of Object.entries(value)) {
    if (key === "$schema") continue;
    if (!Object.hasOwn(keys, key)) {
      throw new UsageError(`${where}: unknown key ${JSON.stringify(key)}; known: ${Object.keys(keys).join(", ")}`);
    }
    checkSetting(key as keyof Configuration, given, `${where}: `);
    configuration[key] = key === "schemas" || key === "out" ? resolve(folder, given as string) : given;
  }
  return configuration;
}
