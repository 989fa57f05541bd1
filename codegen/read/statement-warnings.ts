/** Declarations that TypeScript accepts and that do not mean what they seem to: local widths, and types in namespaces. */

import { ts } from "ts-morph";
import type { SourceOfSchema } from "./exported-names.ts";
import type { Trouble } from "./owners.ts";
import { shortText } from "./places.ts";
import type { Reading } from "./reading.ts";

export function statementWarnings(reading: Reading, files: readonly SourceOfSchema[]): Trouble[] {
  return files.flatMap(({ source }) =>
    source.statements.flatMap((statement) => localWidth(reading, statement) ?? namespace(reading, statement) ?? []),
  );
}

const widths: ReadonlySet<string> = new Set(["Int32", "Uint32", "Int53", "Double", "Int64", "Uint64", "Uuid"]);

function localWidth({ checker, places }: Reading, statement: ts.Statement): Trouble | undefined {
  if (!ts.isTypeAliasDeclaration(statement) || !widths.has(statement.name.text)) return undefined;
  const type = checker.getTypeAtLocation(statement.name);
  if (!(type.flags & (ts.TypeFlags.Number | ts.TypeFlags.BigInt | ts.TypeFlags.String))) return undefined;
  const { text } = statement.name;
  return {
    name: "local-width",
    place: places.of(statement.name),
    typeText: shortText(statement.getText()),
    message: `this ${text} is a plain ${checker.typeToString(type)}`,
    remedy: `write \`import type { ${text} } from "taut/schema"\``,
  };
}

function namespace({ places }: Reading, statement: ts.Statement): Trouble | undefined {
  if (!ts.isModuleDeclaration(statement) || !isExported(statement) || statement.body === undefined) return undefined;
  const inner = ts.isModuleBlock(statement.body) ? statement.body.statements : [];
  const type = inner.find((node) => (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) && isExported(node));
  if (type === undefined && ts.isModuleBlock(statement.body)) return undefined;
  const message = `what the namespace ${statement.name.text} exports has no full name`;
  return { name: "namespace", place: places.of(statement.name), typeText: shortText(statement.getText()), message };
}

function isExported(node: ts.Declaration): boolean {
  return (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export) !== 0;
}
