/** Arrays, tuples and sets. */

import { ts } from "ts-morph";
import type { Type } from "../model/schema-model.ts";
import { inside, type Reading, type Site, unreadable } from "./reading.ts";
import { armsOf } from "./union-names.ts";

/** The type of an array's items; of interfaces that extend an array and add nothing, too. */
export function arrayElement(checker: ts.TypeChecker, type: ts.ObjectType): ts.Type | undefined {
  if (checker.isArrayType(type)) return checker.getTypeArguments(type as ts.TypeReference)[0];
  if (!type.isClassOrInterface()) return undefined;
  const [base, second] = checker.getBaseTypes(type);
  if (base === undefined || second !== undefined || !checker.isArrayType(base)) return undefined;
  if (checker.getPropertiesOfType(type).length > checker.getPropertiesOfType(base).length) return undefined;
  return checker.getTypeArguments(base as ts.TypeReference)[0];
}

interface ArrayOf {
  readonly type: ts.ObjectType;
  readonly element: ts.Type;
}

export function readArray(reading: Reading, { type, element }: ArrayOf, site: Site): Type {
  const items = reading.read(element, inside(site, { node: reading.written.items(site.node), name: "[]", hint: "Item" }));
  return type.symbol.name === "ReadonlyArray" ? { kind: "array", items, readonly: true } : { kind: "array", items };
}

export function readTuple(reading: Reading, type: ts.TupleTypeReference, site: Site): Type {
  const { elementFlags, readonly: isReadonly } = type.target;
  const types = reading.checker.getTypeArguments(type);
  const nodes = site.node !== undefined && ts.isTupleTypeNode(site.node) ? site.node.elements : undefined;
  const items: { type: Type; optional: boolean }[] = [];
  let rest: Type | undefined;
  for (const [index, element] of types.entries()) {
    const flags = elementFlags[index] ?? ts.ElementFlags.Required;
    if (rest !== undefined || flags & ts.ElementFlags.Variadic) {
      reading.trouble(site, "tuple-rest", { message: "items behind a rest have no fixed position" });
      return unreadable;
    }
    const node = nodes?.length === types.length ? elementNode(nodes[index]) : undefined;
    const place = inside(site, { node, name: `[${index}]`, hint: `Item${index}` });
    const optional = (flags & ts.ElementFlags.Optional) !== 0;
    const read = reading.readArms(optional ? withoutMissing(reading.checker, element) : armsOf(element), place);
    if (flags & ts.ElementFlags.Rest) rest = read;
    else items.push({ type: read, optional });
  }
  return {
    kind: "tuple",
    items,
    ...(rest === undefined ? {} : { rest }),
    ...(isReadonly ? { readonly: true } : {}),
  };
}

/** An optional item's type without what `?` adds to it. What was written `T | undefined` stays so. */
function withoutMissing(checker: ts.TypeChecker, type: ts.Type): readonly ts.Type[] {
  const isMissing = (arm: ts.Type) => (arm.flags & ts.TypeFlags.Undefined) !== 0 && arm !== checker.getUndefinedType();
  return armsOf(type).filter((arm) => !isMissing(arm));
}

function elementNode(node: ts.TypeNode | undefined): ts.TypeNode | undefined {
  if (node === undefined) return undefined;
  if (ts.isNamedTupleMember(node)) return node.type;
  if (ts.isOptionalTypeNode(node)) return node.type;
  return ts.isRestTypeNode(node) ? undefined : node;
}

interface SetOf {
  readonly type: ts.ObjectType;
  readonly isReadonly: boolean;
}

export function readSet(reading: Reading, { type, isReadonly }: SetOf, site: Site): Type {
  const [element] = reading.checker.getTypeArguments(type as ts.TypeReference);
  if (element === undefined) return unreadable;
  const items = reading.read(element, inside(site, { node: reading.written.argument(site.node, 0), name: "[]", hint: "Item" }));
  if (!isComparedByValue(items) && items !== unreadable) {
    reading.trouble(site, "set-items", { message: "its items are compared by identity" });
    return unreadable;
  }
  return isReadonly ? { kind: "set", items, readonly: true } : { kind: "set", items };
}

const comparedByValue: ReadonlySet<Type["kind"]> = new Set([
  "string",
  "boolean",
  "number",
  "int32",
  "uint32",
  "int53",
  "double",
  "int64",
  "uint64",
  "uuid",
  "literals",
]);

/** Two equal ones are the same to `===` and `Set`. */
export function isComparedByValue(type: Type): boolean {
  return comparedByValue.has(type.kind) || (type.kind === "value-union" && type.arms.every(isComparedByValue));
}
