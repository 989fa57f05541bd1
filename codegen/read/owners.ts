/** Who is told of trouble: structures, services, exports. */

import type { ts } from "ts-morph";
import type { DiagnosticName } from "../check/index.ts";
import type { DeclaredName, Doc, Place, Structure } from "../model/schema-model.ts";

/** Something that cannot be carried. Whether it is an error depends on who reaches its owner, which is known at the end. */
export interface Trouble {
  readonly name: DiagnosticName;
  readonly place: Place;
  readonly typeText?: string | undefined;
  readonly message: string;
  /** Instead of the table's. */
  readonly remedy?: string | undefined;
  readonly other?: Place | undefined;
  /** Whatever reaches it. */
  readonly severity?: "error" | "warning";
}

/** Whose troubles and references they are: a structure, a service, an export. */
export interface Owner {
  readonly troubles: Trouble[];
  /** Ids of the structures that it refers to. */
  readonly references: Set<string>;
  /** The place in a schema file that stands for it when trouble is found in another. */
  readonly at: ts.Node;
  /** How many types were read for it. */
  size: number;
  /** It holds something that the compiler has refused already, in its own words. */
  broken: boolean;
}

/** A structure while it is read. */
export interface Draft extends Owner {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly kind: "document" | "tagged" | "alias";
  readonly declared?: DeclaredName;
  readonly place: Place;
  readonly doc?: Doc;
  readonly reserved?: readonly string[];
  type?: Structure["type"];
}

export function newOwner(at: ts.Node): Owner {
  return { at, troubles: [], references: new Set(), size: 0, broken: false };
}
