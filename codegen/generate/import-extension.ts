/**
 * How relative imports of emitted modules end when nobody says: as the tsconfig that will compile them asks for.
 *
 * Reads tsconfig files as text, without a compiler: of all they hold, two options count here. What cannot be read or parsed counts
 * as not said; the compiler will complain of it in better words.
 */

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { ImportExtension } from "../emit/index.ts";

export function defaultImportExtension(out: string): ImportExtension {
  const tsconfig = nearestTsconfig(resolve(out));
  if (tsconfig === undefined) return "ts";
  return optionOf(tsconfig, "allowImportingTsExtensions") === true ||
    optionOf(tsconfig, "rewriteRelativeImportExtensions") === true
    ? "ts"
    : "js";
}

function nearestTsconfig(folder: string): string | undefined {
  const file = join(folder, "tsconfig.json");
  if (existsSync(file)) return file;
  const parent = dirname(folder);
  return parent === folder ? undefined : nearestTsconfig(parent);
}

interface Tsconfig {
  readonly extends?: unknown;
  readonly compilerOptions?: Readonly<Record<string, unknown>>;
}

/**
 * An option's value, inherited when the file itself does not have it; of several parents the last wins.
 *
 * @param known what was found out of files so far: each is asked once, and files that extend each other in a circle come to an end
 */
function optionOf(file: string, option: string, known = new Map<string, unknown>()): unknown {
  if (known.has(file)) return known.get(file);
  known.set(file, undefined);
  const config = parse(file);
  const own = config.compilerOptions?.[option];
  const value = own === undefined ? inheritedOf(file, config, (parent) => optionOf(parent, option, known)) : own;
  known.set(file, value);
  return value;
}

function inheritedOf(file: string, config: Tsconfig, ask: (parent: string) => unknown): unknown {
  const parents = Array.isArray(config.extends) ? config.extends : [config.extends];
  return parents
    .filter((parent) => typeof parent === "string")
    .map((parent) => parentFile(file, parent))
    .filter((parent) => parent !== undefined)
    .map(ask)
    .findLast((value) => value !== undefined);
}

function parentFile(file: string, parent: string): string | undefined {
  if (parent.startsWith(".") || isAbsolute(parent)) {
    const path = resolve(dirname(file), parent);
    return [path, `${path}.json`].find((candidate) => existsSync(candidate) && candidate.endsWith(".json"));
  }
  const require = createRequire(file);
  for (const candidate of [parent, `${parent}.json`, `${parent}/tsconfig.json`]) {
    try {
      const found = require.resolve(candidate);
      if (found.endsWith(".json")) return found;
    } catch {
      // the next way to write it
    }
  }
  return undefined;
}

function parse(file: string): Tsconfig {
  try {
    const value: unknown = JSON.parse(plainJson(readFileSync(file, "utf8")));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** JSON without comments, trailing commas and byte order mark. Strings are matched first, so what they hold is left alone. */
function plainJson(text: string): string {
  const withoutComments = text
    .replace(/^\ufeff/, "")
    .replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n\r]*|\/\*[\s\S]*?\*\//g, (match) => (match.startsWith('"') ? match : " "));
  return withoutComments.replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (match) => (match === "," ? "" : match));
}
