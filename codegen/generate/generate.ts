/**
 * From a schema folder to generated modules on disk.
 *
 * The one place that knows all steps: read, emit, compare or write. Nothing is written while a diagnostic is an error.
 */

import { resolve } from "node:path";
import { hasHeader, type ImportExtension, ModuleEmitter } from "../emit/index.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { type ReadResult, readSchemas } from "../read/index.ts";
import { compareFolder, type Difference, writeFiles } from "../write/index.ts";
import { checkFolders, posixRelative } from "./folders.ts";
import { defaultImportExtension } from "./import-extension.ts";

/** From where to where, and how. */
export interface GenerateOptions {
  /** The schema folder. */
  readonly root: string;
  /**
   * The output folder. It may neither lie in the schema folder nor hold it: modules in it that an earlier run wrote and this one does
   * not are deleted, so it should be for one schema folder alone.
   */
  readonly out: string;
  /**
   * `ts` (default): modules that take their types from the schema sources. `js`: JavaScript and declarations that stand alone, to be
   * published without them.
   */
  readonly emit?: "ts" | "js";
  /**
   * How relative imports end. Default: from the tsconfig nearest to the output folder, `ts` with `allowImportingTsExtensions` or
   * `rewriteRelativeImportExtensions`, else `js`; without a tsconfig `ts`, which Node runs as it is.
   */
  readonly importExtension?: ImportExtension;
  /** Write nothing, only say what would be. Default false. */
  readonly check?: boolean;
}

/** What was found, and which files were written, or would be. */
export interface GenerateResult extends Difference {
  /** Everything found, errors and warnings. */
  readonly diagnostics: readonly Diagnostic[];
  /** False when a diagnostic is an error, and for `check` when anything is missing, changed or stale. */
  readonly ok: boolean;
}

/** @throws OptionError for folders that cannot be meant so; what the file system says, as it is */
export async function generate(options: GenerateOptions): Promise<GenerateResult> {
  checkFolders(options);
  return writeModel(options, emitterFor(options), readSchemas({ root: resolve(options.root) }));
}

/** Says how modules are emitted for these folders; the tsconfig is read now. */
export function emitterFor({ root, out, emit, importExtension }: GenerateOptions): ModuleEmitter {
  return new ModuleEmitter({
    emit: emit ?? "ts",
    importExtension: importExtension ?? defaultImportExtension(out),
    schemaRoot: posixRelative(out, root),
  });
}

/** The second half of `generate`, for what was read already. */
export async function writeModel(
  { out, check = false }: GenerateOptions,
  emitter: ModuleEmitter,
  { model, diagnostics }: ReadResult,
): Promise<GenerateResult> {
  if (diagnostics.some(({ severity }) => severity === "error")) return { ...nothing, diagnostics, ok: false };
  const folder = { out, files: emitter.emit(model), isOurs: hasHeader };
  const difference = check ? await compareFolder(folder) : await writeFiles(folder);
  const { missing, changed, stale, foreign } = difference;
  const drift = missing.length + changed.length + stale.length + foreign.length > 0;
  return { ...difference, diagnostics, ok: !check || !drift };
}

const nothing: Difference = { missing: [], changed: [], stale: [], foreign: [], unchanged: 0 };
