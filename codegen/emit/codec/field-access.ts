/** How emitted code asks an object for a field, and its children for less depth. */

import { quote } from "../../model/quote.ts";
import { access } from "../names.ts";
import type { EmitContext } from "./emit-context.ts";
import type { Unit } from "./units.ts";

/** Names that every object inherits something under: only an own property is the field. */
const inheritedNames: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

export function isInherited(name: string): boolean {
  return inheritedNames.has(name);
}

export function fieldOf(context: EmitContext, object: string, name: string): string {
  if (isInherited(name)) return `${context.use("ownField")}(${object}, ${quote(name)})`;
  return `${object}${access(name)}`;
}

/** The depth that children of a unit are given; nothing in a unit that does not count. */
export function childDepth(unit: Unit): string {
  return unit.deep ? "depth - 1" : "";
}
