/** The cases of `valid/`: schemas, and what is emitted for them in both languages. */

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type EmittedFile, emitModules } from "../../codegen/emit/index.ts";
import { readSchemas } from "../../codegen/read/index.ts";

export const validFolder = fileURLToPath(new URL("./valid", import.meta.url));

export const emits = ["ts", "js"] as const;
export type Emit = (typeof emits)[number];

/** Names of the cases, sorted. */
export function caseNames(): string[] {
  return readdirSync(validFolder)
    .filter((name) => statSync(join(validFolder, name)).isDirectory())
    .sort();
}

export function schemasOf(name: string): string {
  return join(validFolder, name, "schemas");
}

/** What a case emits, or all its diagnostics as an error. */
export function emitFolder(root: string, emit: Emit): EmittedFile[] {
  const { model, diagnostics } = readSchemas({ root });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map((error) => JSON.stringify(error)).join("\n"));
  return emitModules(model, { emit, importExtension: emit === "ts" ? "ts" : "js", schemaRoot: "../schemas" });
}
