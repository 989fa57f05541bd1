/**
 * Finds the alias of a union again from its arms.
 *
 * The checker forgets it as soon as an arm is added: `x?: OrderEvent` and `OrderEvent | null` are long lists of arms to it.
 */

import { ts } from "ts-morph";

export class UnionNames {
  readonly #ids = new Map<ts.Type, number>();
  readonly #aliased = new Map<string, ts.Type>();

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
    const ids = arms.map((arm) => this.#id(arm));
    return ids.sort((a, b) => a - b).join(" ");
  }

  #id(type: ts.Type): number {
    const known = this.#ids.get(type);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(type, id);
    return id;
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
