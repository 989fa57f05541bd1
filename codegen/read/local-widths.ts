/** Aliases that are called like a width of `taut/schema` and are none. */

import { ts } from "ts-morph";
import type { SourceOfSchema } from "./exported-names.ts";
import type { Trouble } from "./owners.ts";
import { shortText } from "./places.ts";
import type { Reading } from "./reading.ts";

const widths: ReadonlySet<string> = new Set(["Int32", "Uint32", "Int53", "Double", "Int64", "Uint64", "Uuid"]);

export function localWidths({ checker, places }: Reading, files: readonly SourceOfSchema[]): Trouble[] {
  const troubles: Trouble[] = [];
  for (const { source } of files) {
    for (const statement of source.statements) {
      if (!ts.isTypeAliasDeclaration(statement) || !widths.has(statement.name.text)) continue;
      const type = checker.getTypeAtLocation(statement.name);
      if (!(type.flags & (ts.TypeFlags.Number | ts.TypeFlags.BigInt | ts.TypeFlags.String))) continue;
      const { text } = statement.name;
      troubles.push({
        name: "local-width",
        place: places.of(statement.name),
        typeText: shortText(statement.getText()),
        message: `this ${text} is a plain ${checker.typeToString(type)}`,
        remedy: `write \`import type { ${text} } from "taut/schema"\``,
      });
    }
  }
  return troubles;
}
