/** What the compiler itself says of the schema files. */

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

export function compilerTroubles(program: ts.Program, files: readonly SourceOfSchema[], places: Places): CompilerTrouble[] {
  return files.flatMap(({ source }) => {
    const diagnostics = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return diagnostics
      .filter((diagnostic) => isAboutTypes(source, diagnostic))
      .map((diagnostic) => trouble(source, diagnostic, places));
  });
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
  const text = source.text.slice(start, start + length).trim() || lineAt(source, place.line) || place.file;
  const missing = notFound.has(code) ? missingGlobal(text) : undefined;
  if (missing !== undefined) return { trouble: { ...missing, place, typeText: text }, isMissing: true };
  const said = ts.flattenDiagnosticMessageText(diagnostic.messageText, " ");
  const message = `TypeScript says: ${said} (TS${code})`;
  return { trouble: { name: "not-typescript", place, typeText: shortText(text), message }, isMissing: false };
}

/** What stands where the compiler has missed something. */
function lineAt(source: ts.SourceFile, line: number): string {
  const [from, to] = [source.getLineStarts()[line - 1], source.getLineStarts()[line]];
  return source.text.slice(from, to).trim();
}
