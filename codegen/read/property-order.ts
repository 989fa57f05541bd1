/**
 * The properties of a type in wire order: own ones in source order, then inherited ones.
 *
 * The checker lists most types so by itself. `Pick<T, K>` it lists by the order in which the literals of `K` were first seen anywhere
 * in the program, which says nothing: there the order of `T` is taken. Keys that come from nowhere but a union of literals are sorted.
 */

import { ts } from "ts-morph";

export class PropertyOrder {
  readonly #checker: ts.TypeChecker;
  /** Undefined where the checker's order is right. */
  readonly #orders = new Map<ts.Type, readonly ts.__String[] | undefined>();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  of(type: ts.Type): readonly ts.Symbol[] {
    const properties = this.#checker.getPropertiesOfType(type);
    const order = this.#order(type);
    if (order === undefined) return properties;
    const rank = new Map(order.map((name, index) => [name, index]));
    const last = order.length;
    return [...properties].sort((a, b) => (rank.get(a.escapedName) ?? last) - (rank.get(b.escapedName) ?? last));
  }

  #order(type: ts.Type): readonly ts.__String[] | undefined {
    if (this.#orders.has(type)) return this.#orders.get(type);
    // Ends a circle among bases, which is the compiler's error.
    this.#orders.set(type, undefined);
    const order = this.#find(type);
    this.#orders.set(type, order);
    return order;
  }

  #find(type: ts.Type): readonly ts.__String[] | undefined {
    if (type.isIntersection()) return this.#joined(none, type.types);
    if (!(type.flags & ts.TypeFlags.Object)) return undefined;
    const { objectFlags } = type as ts.ObjectType;
    if (objectFlags & ts.ObjectFlags.Mapped) return this.#mapped(type);
    const target = objectFlags & ts.ObjectFlags.Reference ? (type as ts.TypeReference).target : type;
    if (!target.isClassOrInterface()) return undefined;
    const declarations = new Set<ts.Node>(target.symbol.declarations ?? []);
    const isOwn = (property: ts.Symbol) => property.declarations?.some(({ parent }) => declarations.has(parent)) === true;
    return this.#joined(() => this.#checker.getPropertiesOfType(target).filter(isOwn), this.#checker.getBaseTypes(target));
  }

  /** Own names before those of the parts; undefined when the checker lists every part in its right order, and so the whole. */
  #joined(own: () => readonly ts.Symbol[], parts: readonly ts.Type[]): readonly ts.__String[] | undefined {
    if (parts.every((part) => this.#order(part) === undefined)) return undefined;
    const first = own().map(({ escapedName }) => escapedName);
    return unique([...first, ...parts.flatMap((part) => this.#names(part))]);
  }

  #names(type: ts.Type): readonly ts.__String[] {
    return this.#order(type) ?? this.#checker.getPropertiesOfType(type).map(({ escapedName }) => escapedName);
  }

  #mapped(type: ts.Type): readonly ts.__String[] | undefined {
    const own = this.#checker.getPropertiesOfType(type).map(({ escapedName }) => escapedName);
    // Set by the checker once it has listed the properties: the `T` of `keyof T`.
    const { modifiersType } = type as { modifiersType?: ts.Type };
    const source = modifiersType === undefined ? [] : this.#names(modifiersType);
    const known = new Set(source);
    if (own.every((name) => known.has(name))) return source;
    // `{ [K in keyof T as ...]: ... }` has other names, in the order of T's.
    const declaration = type.symbol?.declarations?.find(ts.isMappedTypeNode);
    if (declaration?.nameType !== undefined && source.length > 0) return undefined;
    return [...own].sort();
  }
}

const none = (): readonly ts.Symbol[] => [];

function unique(names: readonly ts.__String[]): ts.__String[] {
  return [...new Set(names)];
}
