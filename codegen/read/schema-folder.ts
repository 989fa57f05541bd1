/**
 * Which files below the root are schemas, and the package of each.
 *
 * Every `.ts` but `.d.ts` and `.test.ts`; `node_modules` and `.git` are not entered. Sorted by path, in code units: the same list on
 * every machine.
 */

import { readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { type DiagnosticName, diagnosticRows } from "../check/index.ts";
import { compare } from "../model/compare.ts";
import type { Diagnostic } from "../model/diagnostic.ts";

export interface FoundFile {
  /** Absolute, with `/`. */
  readonly fileName: string;
  /** Below the root, posix, without extension. */
  readonly path: string;
  readonly packageName: string;
}

export interface FoundFolder {
  readonly files: readonly FoundFile[];
  readonly diagnostics: readonly Diagnostic[];
}

const folderName = /^[A-Za-z0-9_-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controlCharacters = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const skippedFolders: ReadonlySet<string> = new Set(["node_modules", ".git"]);

export function findSchemas(root: string): FoundFolder {
  const files: FoundFile[] = [];
  const diagnostics: Diagnostic[] = [];
  const report = (name: DiagnosticName, file: string, message: string): void => {
    const { code, remedy } = diagnosticRows[name];
    diagnostics.push({ code, severity: "error", place: { file, line: 1, column: 1 }, typeText: file, message, remedy });
  };
  const visit = (folder: readonly string[], open: ReadonlySet<string>): void => {
    const absolute = join(root, ...folder);
    const real = realpathSync(absolute);
    if (open.has(real)) return;
    const entries = readdirSync(absolute).sort(compare);
    for (const name of entries) {
      const below = [...folder, name];
      const stats = statSync(join(absolute, name), { throwIfNoEntry: false });
      if (stats?.isDirectory() === true && !skippedFolders.has(name)) visit(below, new Set(open).add(real));
      else if (stats?.isFile() === true && isSchemaName(name)) add(folder, name);
    }
  };
  const add = (folder: readonly string[], name: string): void => {
    const path = [...folder, name].join("/");
    const bad = folder.find((part) => !folderName.test(part));
    if (bad !== undefined) report("folder-name", path, `the folder ${JSON.stringify(bad)} cannot be part of a package name`);
    else if (controlCharacters.test(name)) report("file-name", path, "the file's name holds control characters");
    else files.push({ fileName: posix(join(root, path)), path: path.slice(0, -".ts".length), packageName: folder.join(".") });
  };
  try {
    visit([], new Set());
  } catch (error) {
    report("root-missing", "", `the schema folder cannot be read: ${(error as Error).message}`);
  }
  return { files, diagnostics };
}

function isSchemaName(name: string): boolean {
  return name.endsWith(".ts") && !name.endsWith(".d.ts") && !name.endsWith(".test.ts");
}

function posix(path: string): string {
  return path.replaceAll("\\", "/");
}
