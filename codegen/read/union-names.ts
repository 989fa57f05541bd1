/**
 * Finds the alias of a union again from its arms.
 *
 * The checker forgets it as soon as an arm is added: `x?: OrderEvent` and `OrderEvent | null` are long lists of arms to it.
 */

import { ts } from "ts-morph";
import type { CanonicalTypes } from "./canonical-types.ts";

export class UnionNames {
  readonly #types: CanonicalTypes;
  readonly #aliased = new Map<string, ts.Type>();

  constructor(types: CanonicalTypes) {
    this.#types = types;
  }

  /** Remembers a union that has an alias; the first of several with the same arms stays. */
  add(type: ts.Type): void {
    if (!isRealUnion(type)) return;
    const key = this.key(type.types);
    if (!this.#aliased.has(key)) this.#aliased.set(key, type);
  }

  /** The union with an alias that has exactly these arms. */
  find(arms: readonly ts.Type[]): ts.Type | undefined {
    return this.#aliased.get(this.key(arms));
  }

  /** Equal for the same arms in any order. */
  key(arms: readonly ts.Type[]): string {
    const ids = arms.map((arm) => this.#types.id(arm));
    return ids.sort((a, b) => a - b).join(" ");
  }
}

/** A union for the reader: `boolean` and enums are, to the checker alone. */
export function isRealUnion(type: ts.Type): type is ts.UnionType {
  return type.isUnion() && !(type.flags & (ts.TypeFlags.Boolean | ts.TypeFlags.EnumLike));
}

/** A type's arms; the type itself if it is no union. */
export function armsOf(type: ts.Type): readonly ts.Type[] {
  return isRealUnion(type) ? type.types : [type];
}
