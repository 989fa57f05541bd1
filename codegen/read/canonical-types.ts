/**
 * One type for equal ones.
 *
 * The checker has one object for each type, but for references to generics that an alias names (`type OrderPage = Page<Order>`): those
 * it resolves late, and they are other objects than a `Page<Order>` written elsewhere.
 */

import { ts } from "ts-morph";

export class CanonicalTypes {
  readonly #checker: ts.TypeChecker;
  readonly #ids = new Map<ts.Type, number>();
  readonly #known = new Map<ts.Type, ts.Type>();
  readonly #references = new Map<string, ts.Type>();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  of(type: ts.Type): ts.Type {
    const isReference = type.flags & ts.TypeFlags.Object && (type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference;
    if (!isReference) return type;
    const known = this.#known.get(type);
    if (known !== undefined) return known;
    // Its own answer while its arguments are looked at: they may come back to it.
    this.#known.set(type, type);
    const { target } = type as ts.TypeReference;
    const args = this.#checker.getTypeArguments(type as ts.TypeReference);
    if (target === type || args.length === 0) return type;
    const key = [target, ...args].map((part) => this.id(part)).join(" ");
    const first = this.#references.get(key) ?? type;
    this.#references.set(key, first);
    this.#known.set(type, first);
    return first;
  }

  /** Equal for equal types. */
  id(type: ts.Type): number {
    const canonical = this.of(type);
    const known = this.#ids.get(canonical);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(canonical, id);
    return id;
  }
}
