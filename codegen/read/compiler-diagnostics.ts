/** What the compiler itself says of the schema files, asked again for those alone that an edit touches. */

import { ts } from "ts-morph";
import type { Place } from "../model/schema-model.ts";
import type { SourceOfSchema } from "./exported-names.ts";
import { missingGlobal } from "./missing-globals.ts";
import type { Trouble } from "./owners.ts";
import { type Places, shortText } from "./places.ts";

export interface CompilerTrouble {
  readonly trouble: Trouble;
  /** A global that schemas do not have: said in the same words by whoever reads a type of it. */
  readonly isMissing: boolean;
}

interface Checked {
  /** The file and all that it imports, directly or not. */
  readonly sources: readonly ts.SourceFile[];
  readonly troubles: readonly CompilerTrouble[];
}

/** Remembers what was said of a file for as long as neither it nor anything that it imports changes: a watch checks what an edit touches. */
export class CompilerTroubles {
  readonly #importsOf: (fileName: string) => readonly string[];
  readonly #places: Places;
  #checked = new Map<string, Checked>();
  #ambient: readonly ts.SourceFile[] = [];

  constructor(importsOf: (fileName: string) => readonly string[], places: Places) {
    this.#importsOf = importsOf;
    this.#places = places;
  }

  of(program: ts.Program, files: readonly SourceOfSchema[]): CompilerTrouble[] {
    const ambient = program.getSourceFiles().filter(isAmbient);
    const known = sameFiles(ambient, this.#ambient) ? this.#checked : new Map<string, Checked>();
    this.#ambient = ambient;
    this.#checked = new Map();
    return files.flatMap(({ source }) => {
      const sources = this.#closure(program, source);
      const before = known.get(source.fileName);
      const checked =
        before !== undefined && sameFiles(before.sources, sources)
          ? before
          : { sources, troubles: troublesOf(program, source, this.#places) };
      this.#checked.set(source.fileName, checked);
      return checked.troubles;
    });
  }

  #closure(program: ts.Program, source: ts.SourceFile): ts.SourceFile[] {
    const found = new Set([source]);
    // A set's members are visited in the order of insertion, those that the loop adds included.
    for (const { fileName } of found) {
      for (const name of this.#importsOf(fileName)) {
        const imported = program.getSourceFile(name);
        if (imported !== undefined) found.add(imported);
      }
    }
    return [...found];
  }
}

/** Declares something for files that do not import it. */
function isAmbient(source: ts.SourceFile): boolean {
  if (!ts.isExternalModule(source)) return true;
  return source.statements.some(
    (statement) =>
      ts.isModuleDeclaration(statement) &&
      (ts.isStringLiteral(statement.name) || (statement.flags & ts.NodeFlags.GlobalAugmentation) !== 0),
  );
}

function sameFiles(before: readonly ts.SourceFile[], after: readonly ts.SourceFile[]): boolean {
  return before.length === after.length && before.every((source, index) => source === after[index]);
}

function troublesOf(program: ts.Program, source: ts.SourceFile, places: Places): CompilerTrouble[] {
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    .filter((diagnostic) => isAboutTypes(source, diagnostic))
    .map((diagnostic) => trouble(source, diagnostic, places));
}

/** A schema file may hold code, which other tools check under the project's own settings. */
function isAboutTypes(source: ts.SourceFile, { code, start, category }: ts.Diagnostic): boolean {
  if (category !== ts.DiagnosticCategory.Error || start === undefined) return false;
  if (code < 2000) return true;
  const statement = source.statements.find(({ pos, end }) => start >= pos && start < end);
  return statement === undefined || typeStatements.has(statement.kind);
}

const typeStatements: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.InterfaceDeclaration,
  ts.SyntaxKind.TypeAliasDeclaration,
  ts.SyntaxKind.EnumDeclaration,
  ts.SyntaxKind.ImportDeclaration,
  ts.SyntaxKind.ImportEqualsDeclaration,
  ts.SyntaxKind.ExportDeclaration,
  ts.SyntaxKind.ExportAssignment,
]);

/** "Cannot find name", "cannot find namespace", with and without a guess at what is missing. */
const notFound: ReadonlySet<number> = new Set([2304, 2318, 2503, 2552, 2580, 2581, 2582, 2583, 2584, 2591, 2592, 2593, 2868]);

function trouble(source: ts.SourceFile, diagnostic: ts.Diagnostic, places: Places): CompilerTrouble {
  const { start = 0, length = 0, code } = diagnostic;
  const place: Place = places.at(source, start);
  const text = source.text.slice(start, start + length);
  const missing = notFound.has(code) ? missingGlobal(text) : undefined;
  if (missing !== undefined) return { trouble: { ...missing, place, typeText: text }, isMissing: true };
  const said = ts.flattenDiagnosticMessageText(diagnostic.messageText, " ");
  const message = `TypeScript says: ${said} (TS${code})`;
  return { trouble: { name: "not-typescript", place, typeText: shortText(text), message }, isMissing: false };
}
