/**
 * What a schema folder takes from the nearest tsconfig.json: where modules are found (`paths`, `baseUrl`, `customConditions`) and
 * which global types there are (`types`).
 *
 * Everything else is fixed: a schema means the same under every tsconfig.
 */

import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ts } from "ts-morph";

export interface TsconfigOptions {
  /** The file they are from. */
  readonly path?: string;
  readonly options: ts.CompilerOptions;
  /** What is wrong with the file. */
  readonly error?: string;
}

const taken = ["paths", "baseUrl", "customConditions", "types", "pathsBasePath", "typeRoots", "configFilePath"] as const;

export function readTsconfig(root: string, given: string | undefined): TsconfigOptions {
  const path = given === undefined ? ts.findConfigFile(root, existsSync) : resolve(given);
  if (path === undefined) return { options: {} };
  const { config, error } = ts.readConfigFile(path, (file) => ts.sys.readFile(file));
  if (error !== undefined) return { path, options: {}, error: messageOf(error) };
  // Which files the project has is not asked: a large one would be searched for nothing.
  const host: ts.ParseConfigHost = { ...ts.sys, readDirectory: () => [] };
  const parsed = ts.parseJsonConfigFileContent(config, host, dirname(path), undefined, path);
  const options = Object.fromEntries(
    taken.filter((name) => parsed.options[name] !== undefined).map((name) => [name, parsed.options[name]]),
  );
  const broken = parsed.errors.find((diagnostic) => concernsUs(diagnostic));
  return broken === undefined ? { path, options } : { path, options, error: messageOf(broken) };
}

/** "No inputs were found", "the files list is empty": true here, and nothing to say. */
const noInputs: ReadonlySet<number> = new Set([18002, 18003]);
/** Options that the compiler does not know, or values that it does not: other tools' business, or a newer compiler's. */
const unknownOptions: ReadonlySet<number> = new Set([5023, 5024, 5025, 6046]);

function concernsUs(diagnostic: ts.Diagnostic): boolean {
  if (noInputs.has(diagnostic.code)) return false;
  return !unknownOptions.has(diagnostic.code) || taken.some((name) => messageOf(diagnostic).includes(`'${name}'`));
}

function messageOf(diagnostic: ts.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(diagnostic.messageText, " ");
}
