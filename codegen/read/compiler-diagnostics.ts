/** What the compiler itself says of the schema files. */

import { ts } from "ts-morph";
import type { DiagnosticName } from "../check/index.ts";
import type { Place } from "../model/schema-model.ts";
import type { SourceOfSchema } from "./exported-names.ts";
import { platformRemedy } from "./known-classes.ts";
import type { Trouble } from "./owners.ts";
import { type Places, shortText } from "./places.ts";
import { otherStreams } from "./streams.ts";

export function compilerTroubles(program: ts.Program, files: readonly SourceOfSchema[], places: Places): Trouble[] {
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

function trouble(source: ts.SourceFile, diagnostic: ts.Diagnostic, places: Places): Trouble {
  const { start = 0, length = 0, code } = diagnostic;
  const place: Place = places.at(source, start);
  const text = source.text.slice(start, start + length);
  const name: DiagnosticName | undefined = code >= 2000 ? missingGlobal(text) : undefined;
  if (name !== undefined) {
    return {
      name,
      place,
      typeText: text,
      message: `${text} is not data`,
      remedy: name === "platform-class" ? platformRemedy(text) : undefined,
    };
  }
  const said = ts.flattenDiagnosticMessageText(diagnostic.messageText, " ");
  return { name: "not-typescript", place, typeText: shortText(text), message: `TypeScript says: ${said} (TS${code})` };
}

/** A global that schemas do not have, because it is nothing that could travel. */
function missingGlobal(name: string): DiagnosticName | undefined {
  if (otherStreams.has(name)) return "other-stream";
  return platformRemedy(name) === undefined ? undefined : "platform-class";
}
