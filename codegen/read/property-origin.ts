/**
 * Where a property is declared, and whether what its declaration says is true of the type that it has by now.
 *
 * Generics and mapped types make properties of others: with the same type, with `null` or without it, or with another one altogether.
 */

import { ts } from "ts-morph";
import { armsOf } from "./union-names.ts";

/**
 * "same": all that the declaration says holds. "nullable": it is the declared type but for `null`. "generic": the
 * declaration's tags were written for every type that a generic may put there. "none": they speak of another type.
 */
export type Kinship = "same" | "nullable" | "generic" | "none";

export interface PropertyOrigin {
  readonly kinship: Kinship;
  readonly declarations: readonly ts.Declaration[] | undefined;
  /** The type as it is declared. */
  readonly written: ts.TypeNode | undefined;
}

export function originOf(checker: ts.TypeChecker, property: ts.Symbol): PropertyOrigin {
  const origin = behindMappedTypes(property);
  const declarations = origin?.declarations;
  const written = writtenType(origin?.valueDeclaration ?? declarations?.[0]);
  const kinship = origin === undefined ? "none" : kinshipOf(checker, { property, origin, written });
  return { kinship, declarations, written };
}

function writtenType(declaration: ts.Declaration | undefined): ts.TypeNode | undefined {
  if (declaration === undefined) return undefined;
  return ts.isPropertySignature(declaration) || ts.isPropertyDeclaration(declaration) ? declaration.type : undefined;
}

interface Made {
  readonly property: ts.Symbol;
  readonly origin: ts.Symbol;
  readonly written: ts.TypeNode | undefined;
}

function kinshipOf(checker: ts.TypeChecker, { property, origin, written }: Made): Kinship {
  if (written === undefined || !(property.flags & ts.SymbolFlags.Transient)) return "same";
  const type = checker.getTypeOfSymbol(property);
  const declared = checker.getTypeFromTypeNode(written);
  if (isSame(declared, type)) return "same";
  if (origin === property) return "generic";
  if (isSameButForNull(declared, type)) return "nullable";
  return isSame(checker.getTypeOfSymbol(origin), type) ? "generic" : "none";
}

/** The same but for `undefined`, which is the field's matter. */
function isSame(declared: ts.Type, type: ts.Type): boolean {
  // An optional `any`, or one that could not be resolved, is another `any`.
  return (
    declared === type ||
    (declared.flags & type.flags & ts.TypeFlags.Any) !== 0 ||
    hasSameArms(declared, type, ts.TypeFlags.Undefined)
  );
}

/** The same but for `null`, too. */
function isSameButForNull(declared: ts.Type, type: ts.Type): boolean {
  return hasSameArms(declared, type, ts.TypeFlags.Undefined | ts.TypeFlags.Null);
}

function hasSameArms(one: ts.Type, other: ts.Type, besides: ts.TypeFlags): boolean {
  const [a, b] = [one, other].map((type) => armsOf(type).filter(({ flags }) => !(flags & besides))) as [ts.Type[], ts.Type[]];
  return a.length === b.length && a.every((arm) => b.some((counterpart) => isEqual(arm, counterpart)));
}

/** `Int32` that went through `NonNullable` is another object with the same parts. */
function isEqual(one: ts.Type, other: ts.Type): boolean {
  if (one === other || !one.isIntersection() || !other.isIntersection()) return one === other;
  return one.types.length === other.types.length && one.types.every((part) => other.types.includes(part));
}

/** What the compiler keeps of a property that a mapped type made. With `as` the property has no declaration of its own. */
interface MappedProperty extends ts.Symbol {
  readonly links?: { readonly mappedType?: ts.Type; readonly syntheticOrigin?: ts.Symbol };
}

/** The property that it was made of by mapped types that take `T[K]`; undefined where one of them gives types of its own. */
function behindMappedTypes(property: ts.Symbol): ts.Symbol | undefined {
  let current: MappedProperty = property;
  while (current.links?.mappedType !== undefined) {
    const { mappedType, syntheticOrigin } = current.links;
    const node = mappedType.symbol?.declarations?.find(ts.isMappedTypeNode);
    if (node?.type === undefined || !takesType(node.type, node.typeParameter.name.text)) return undefined;
    if (syntheticOrigin === undefined) break;
    current = syntheticOrigin;
  }
  return current;
}

/** `T[K]` stands in it. */
function takesType(node: ts.Node, key: string): boolean {
  if (ts.isIndexedAccessTypeNode(node) && isNameOf(node.indexType, key)) return true;
  return ts.forEachChild(node, (child) => takesType(child, key) || undefined) ?? false;
}

function isNameOf(node: ts.TypeNode, name: string): boolean {
  return ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName) && node.typeName.text === name;
}
