/**
 * The properties of a type in wire order: own ones in source order, then inherited ones.
 *
 * The checker lists most types so by itself. `Pick<T, K>` it lists by the order in which the literals of `K` were first seen anywhere
 * in the program, which says nothing: there the order of `T` is taken. Keys that come from nowhere but a union of literals are sorted.
 */

import { ts } from "ts-morph";

export function propertiesInOrder(checker: ts.TypeChecker, type: ts.Type): readonly ts.Symbol[] {
  const properties = checker.getPropertiesOfType(type);
  const order = namesInOrder(checker, type, 0);
  if (order === undefined) return properties;
  const rank = new Map(order.map((name, index) => [name, index]));
  const last = order.length;
  return [...properties].sort((a, b) => (rank.get(a.escapedName) ?? last) - (rank.get(b.escapedName) ?? last));
}

/** Types made of types made of types; a circle among bases is the compiler's error. */
const maxDepth = 50;

/** Names in order, or undefined where the checker's order is right. */
function namesInOrder(checker: ts.TypeChecker, type: ts.Type, depth: number): ts.__String[] | undefined {
  if (depth > maxDepth) return undefined;
  const names = (part: ts.Type): ts.__String[] =>
    namesInOrder(checker, part, depth + 1) ?? checker.getPropertiesOfType(part).map(({ escapedName }) => escapedName);
  if (type.isIntersection()) return unique(type.types.flatMap(names));
  if (!(type.flags & ts.TypeFlags.Object)) return undefined;
  const { objectFlags } = type as ts.ObjectType;
  if (objectFlags & ts.ObjectFlags.Mapped) return mappedNames(checker, type, names);
  const target = objectFlags & ts.ObjectFlags.Reference ? (type as ts.TypeReference).target : type;
  if (!target.isClassOrInterface()) return undefined;
  const bases = checker.getBaseTypes(target);
  if (bases.length === 0) return undefined;
  const declarations = new Set<ts.Node>(target.symbol.declarations ?? []);
  const isOwn = (property: ts.Symbol) => property.declarations?.some(({ parent }) => declarations.has(parent)) === true;
  const own = checker.getPropertiesOfType(target).filter(isOwn);
  return unique([...own.map(({ escapedName }) => escapedName), ...bases.flatMap(names)]);
}

function mappedNames(checker: ts.TypeChecker, type: ts.Type, names: (part: ts.Type) => ts.__String[]): ts.__String[] | undefined {
  const own = checker.getPropertiesOfType(type).map(({ escapedName }) => escapedName);
  // Set by the checker once it has listed the properties: the `T` of `keyof T`.
  const { modifiersType } = type as { modifiersType?: ts.Type };
  const source = modifiersType === undefined ? [] : names(modifiersType);
  const known = new Set(source);
  if (own.every((name) => known.has(name))) return source;
  // `{ [K in keyof T as ...]: ... }` has other names, in the order of T's.
  const declaration = type.symbol?.declarations?.find(ts.isMappedTypeNode);
  if (declaration?.nameType !== undefined && source.length > 0) return undefined;
  return [...own].sort();
}

function unique(names: readonly ts.__String[]): ts.__String[] {
  return [...new Set(names)];
}
