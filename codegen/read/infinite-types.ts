/**
 * Finds generics that contain themselves with ever new arguments: `interface Box<T> { next: Box<T[]> }` is a different type at each
 * level, without end.
 */

import { ts } from "ts-morph";

/** Arguments in arguments; nobody writes `A<B<C<...>>>` this deep. */
const maxArgumentDepth = 12;
/** One generic with so many arguments in one folder. A type that grows where its arguments do not show ends here. */
const maxInstances = 5_000;

export class InfiniteTypes {
  readonly #checker: ts.TypeChecker;
  readonly #depths = new Map<ts.Type, number>();
  readonly #instances = new Map<ts.Node, number>();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  /** Asked once for each new structure. */
  isInfinite(type: ts.Type): boolean {
    const declaration = type.symbol?.declarations?.[0];
    const isInstance = declaration !== undefined && (type.aliasTypeArguments ?? this.#arguments(type)).length > 0;
    const instantiated = ((type as ts.ObjectType).objectFlags ?? 0) & ts.ObjectFlags.Instantiated;
    if (declaration !== undefined && (isInstance || instantiated)) {
      const count = (this.#instances.get(declaration) ?? 0) + 1;
      this.#instances.set(declaration, count);
      if (count > maxInstances) return true;
    }
    return this.#depth(type, 0) > maxArgumentDepth;
  }

  #depth(type: ts.Type, level: number): number {
    const known = this.#depths.get(type);
    if (known !== undefined) return known;
    if (level > maxArgumentDepth) return 0;
    const parts = [...(type.aliasTypeArguments ?? []), ...this.#arguments(type)];
    const depth = parts.length === 0 ? 0 : 1 + Math.max(...parts.map((part) => this.#depth(part, level + 1)));
    if (level === 0) this.#depths.set(type, depth);
    return depth;
  }

  #arguments(type: ts.Type): readonly ts.Type[] {
    const isReference = ((type as ts.ObjectType).objectFlags ?? 0) & ts.ObjectFlags.Reference;
    if (!isReference) return [];
    const reference = type as ts.TypeReference;
    // The last one of an interface is its `this`.
    return this.#checker
      .getTypeArguments(reference)
      .filter((part) => part !== type && !(part as { isThisType?: boolean }).isThisType);
  }
}
