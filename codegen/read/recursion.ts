/**
 * Which types come back to themselves without a document in between: `type Json = string | Json[]`.
 *
 * Documents are structures in any case, so a circle through one ends there. These have to become structures, or reading them would not
 * end. Found out before they are read, so that the alias becomes the structure wherever the circle is entered.
 */

import { ts } from "ts-morph";
import { inlineParts } from "./read-object.ts";
import type { Reading } from "./reading.ts";
import { isRealUnion } from "./union-names.ts";

/** Far beyond what anybody writes; a walk that long ends as "does not come back". */
const maxSteps = 20_000;

export class Recursion {
  readonly #reading: Pick<Reading, "checker" | "classes">;
  readonly #known = new Map<ts.Type, boolean>();

  constructor(reading: Pick<Reading, "checker" | "classes">) {
    this.#reading = reading;
  }

  comesBack(type: ts.Type): boolean {
    if (!mayNameACircle(type)) return false;
    const known = this.#known.get(type);
    if (known !== undefined) return known;
    const found = this.#walk(type);
    this.#known.set(type, found);
    return found;
  }

  #walk(start: ts.Type): boolean {
    const seen = new Set<ts.Type>();
    const open = [...inlineParts(this.#reading, start)];
    for (let type = open.pop(); type !== undefined && seen.size < maxSteps; type = open.pop()) {
      if (type === start) return true;
      if (seen.has(type)) continue;
      seen.add(type);
      for (const part of inlineParts(this.#reading, type)) open.push(part);
    }
    return false;
  }
}

/** A circle leads through an alias or an interface; a union can be one whose alias was lost. */
function mayNameACircle(type: ts.Type): boolean {
  if (type.aliasSymbol !== undefined || isRealUnion(type)) return true;
  return (type.flags & ts.TypeFlags.Object) !== 0 && type.isClassOrInterface();
}
