/**
 * Reads a schema folder: once, or again and again as its files change.
 *
 * Never throws for what is in the files. What cannot be carried is a diagnostic, and all of them are there after one read.
 */

import { resolve } from "node:path";
import type { ts } from "ts-morph";
import { checkModel } from "../check/index.ts";
import { compare } from "../model/compare.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import type { Place, SchemaModel } from "../model/schema-model.ts";
import { compilerTroubles } from "./compiler-diagnostics.ts";
import { DocComments } from "./doc-comments.ts";
import type { SourceOfSchema } from "./exported-names.ts";
import { diagnosticOf, finishModel } from "./finish-model.ts";
import { FolderReading } from "./folder-reading.ts";
import { harmless, Places } from "./places.ts";
import { readExports } from "./read-exports.ts";
import { type FoundFile, findSchemas } from "./schema-folder.ts";
import { SchemaPrograms } from "./schema-program.ts";
import { encodingTroubles } from "./source-encoding.ts";
import { statementWarnings } from "./statement-warnings.ts";
import { readTsconfig } from "./tsconfig-options.ts";

/** What to read. */
export interface ReadOptions {
  /** The schema folder. */
  readonly root: string;
  /** The tsconfig.json to take `paths`, `baseUrl`, `customConditions` and `types` from. Default: the nearest to the root. */
  readonly tsconfig?: string;
}

/** What was read, and what is wrong with it. */
export interface ReadResult {
  /** All that can be carried. Incomplete when a diagnostic is an error. */
  readonly model: SchemaModel;
  /** By file, line and column. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads one folder as often as asked, and keeps what did not change. */
export interface SchemaReader {
  /** Reads the folder as it is now; files that did not change since the last time are not parsed again. */
  read(): ReadResult;
  /** The same, for files that are known to have changed. */
  update(changedFiles: readonly string[]): ReadResult;
}

/** Reads a folder once. */
export function readSchemas(options: ReadOptions): ReadResult {
  return createReader(options).read();
}

/** For whoever reads a folder more than once. */
export function createReader(options: ReadOptions): SchemaReader {
  const root = resolve(options.root);
  const programs = new SchemaPrograms(root.replaceAll("\\", "/"));
  const places = new Places(root);
  const docs = new DocComments(places);
  const read = (): ReadResult => readFolder({ root, tsconfig: options.tsconfig, programs, places, docs });
  return {
    read,
    update: (changedFiles) => {
      programs.forget(changedFiles);
      return read();
    },
  };
}

/** What is kept between reads. */
interface Kept {
  readonly programs: SchemaPrograms;
  readonly places: Places;
  readonly docs: DocComments;
}

interface Folder extends Kept {
  readonly root: string;
  readonly tsconfig: string | undefined;
}

function readFolder({ root, tsconfig, ...kept }: Folder): ReadResult {
  const { programs, places } = kept;
  const found = findSchemas(root);
  const config = readTsconfig(root, tsconfig);
  const diagnostics: Diagnostic[] = [...found.diagnostics];
  if (config.error !== undefined && config.path !== undefined) {
    const place = { file: places.file(config.path), line: 1, column: 1 };
    diagnostics.push(diagnosticOf({ name: "tsconfig", place, message: config.error }, "warning"));
  }
  try {
    const program = programs.program(
      found.files.map(({ fileName }) => fileName),
      config.options,
    );
    const read = readProgram(program, found.files, kept);
    diagnostics.push(...read.diagnostics);
    return { model: read.model, diagnostics: inOrder(diagnostics) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const [first] = found.files;
    const place = { file: first === undefined ? "" : places.file(first.fileName), line: 1, column: 1 };
    diagnostics.push(diagnosticOf({ name: "compiler-gave-up", place, message: `the compiler says: ${error.message}` }, "error"));
    return { model: { files: [], structures: new Map() }, diagnostics: inOrder(diagnostics) };
  }
}

function readProgram(program: ts.Program, files: readonly FoundFile[], { programs, places, docs }: Kept): ReadResult {
  const sources = files.flatMap((file): SourceOfSchema[] => {
    const source = program.getSourceFile(file.fileName);
    return source === undefined ? [] : [{ ...file, source }];
  });
  const isTautSchema = (fileName: string): boolean => programs.isTautSchema(fileName);
  const reading = new FolderReading({ program, files: sources, places, docs, isTautSchema });
  const read = readExports(reading, sources);
  reading.finish();
  const { model, diagnostics } = finishModel(reading, read);
  const told = new Set(diagnostics.map(({ place }) => placeKey(place)));
  const refused = compilerTroubles(program, sources, places)
    .filter(({ trouble, isMissing }) => !(isMissing && told.has(placeKey(trouble.place))))
    .map(({ trouble }) => diagnosticOf(trouble, "error"));
  const garbled = encodingTroubles(sources, places).map((trouble) => diagnosticOf(trouble, "error"));
  const warnings = statementWarnings(reading, sources).map((trouble) => diagnosticOf(trouble, "warning"));
  return { model, diagnostics: [...garbled, ...refused, ...diagnostics, ...warnings, ...checkModel(model)] };
}

/** Names and literals of schemas are hostile input for whoever prints them. */
function withHarmlessText(diagnostic: Diagnostic): Diagnostic {
  const { place, typeText, message, remedy } = diagnostic;
  return {
    ...diagnostic,
    place: { ...place, file: harmless(place.file) },
    typeText: harmless(typeText),
    message: harmless(message),
    remedy: harmless(remedy),
  };
}

function placeKey({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

/** By place; of two that say the same at one place the error stays. */
function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const sorted = diagnostics
    .map(withHarmlessText)
    .sort(
      (a, b) =>
        compare(a.place.file, b.place.file) ||
        a.place.line - b.place.line ||
        a.place.column - b.place.column ||
        compare(a.code, b.code) ||
        compare(a.severity, b.severity) ||
        compare(a.message, b.message),
    );
  const seen = new Set<string>();
  return sorted.filter(({ place, code, message }) => {
    const key = `${placeKey(place)} ${code} ${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
