/** Faults: exported documents with a code, and the unions that declare them. */

import { ts } from "ts-morph";
import type { Fault } from "../model/schema-model.ts";
import type { Exported } from "./exported-names.ts";
import { newOwner, type Owner } from "./owners.ts";
import { nameNode } from "./places.ts";
import type { Reading, TroubleSite } from "./reading.ts";
import { fullName } from "./structure-names.ts";
import { armsOf } from "./union-names.ts";

export interface ReadFault {
  readonly fault: Fault;
  readonly owner: Owner;
}

/** True for what extends `Fault<Code>`. */
export function isFault({ marks }: Reading, type: ts.Type): boolean {
  return marks.marked(type, "fault") !== undefined;
}

export function readFault(reading: Reading, exported: Exported): ReadFault {
  const { symbol, type, name, file, node } = exported;
  const owner = newOwner(nameNode(node));
  const site = { at: owner.at, name: fullName({ name, file: file.path }), hint: name, owner, depth: 0 };
  const marked = reading.marks.marked(type, "fault");
  const code = marked?.isStringLiteral() === true ? marked.value : undefined;
  const structure = reading.document(type, site);
  if (code === undefined && structure.kind === "ref") {
    // Whoever reaches the fault reaches its structure.
    const draft = reading.structures.get(structure.id);
    reading.trouble({ at: owner.at, owner: draft, type: marked }, "fault-code", { message: "a fault has one code" });
  }
  const { doc } = reading.docs.of(symbol.declarations);
  return {
    owner,
    fault: {
      name,
      fullName: site.name,
      code: code ?? "UNKNOWN",
      place: reading.places.of(owner.at),
      structure: structure.kind === "ref" ? structure.id : "",
      ...(doc === undefined ? {} : { doc }),
    },
  };
}

/** The full names of the faults of a union. What is none is trouble. */
export function faultsOf(reading: Reading, type: ts.Type, site: TroubleSite): string[] {
  return armsOf(type)
    .filter(({ flags }) => !(flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Never)))
    .flatMap((arm) => faultName(reading, arm, site));
}

function faultName(reading: Reading, type: ts.Type, site: TroubleSite): string[] {
  const declared = reading.names.ofType(type);
  if (declared !== undefined && isFault(reading, type)) {
    reading.document(type, { at: site.at, owner: site.owner, name: declared.name, hint: declared.name, depth: 0 });
    return [fullName(declared)];
  }
  const text = reading.checker.typeToString(type);
  reading.trouble(site, "fault-name", { message: `${text} has no exported name in the schemas`, typeText: text });
  return [];
}
