/** Unions: literals, enums, null, `JsonValue`, tagged documents, and arms that are told apart by their BSON type. */

import { ts } from "ts-morph";
import type { LiteralsType, LiteralValue, Type } from "../model/schema-model.ts";
import { compareLiterals, literalValue } from "./literal-values.ts";
import { isOpen, primitiveOf } from "./read-intersection.ts";
import { arrayElement } from "./read-items.ts";
import { isDocumentArm } from "./read-object.ts";
import { inside, type Reading, type Site, unreadable } from "./reading.ts";
import { compareArms, conflictOf, withBrandsJoined } from "./value-classes.ts";

export function readArms(reading: Reading, arms: readonly ts.Type[], site: Site): Type {
  if (arms.some(({ flags }) => flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void))) {
    reading.trouble(site, "undefined-item", { message: "undefined cannot be an item: only a field can be absent" });
    return unreadable;
  }
  const json = withoutJson(reading, arms);
  const pieces: Type[] = json === undefined ? [] : json.length === 0 ? [{ kind: "json" }] : [...jsonArms];
  const { literals, others } = sortArms(reading, json ?? arms);
  const literal = readLiterals(reading, literals, site);
  if (literal === undefined) return unreadable;
  pieces.push(...literal);
  const documents = others.filter((arm) => isDocumentArm(reading, arm));
  const isTagged = documents.length > 1 || documents.some((arm) => reading.marks.unrecognizedTag(arm) !== undefined);
  const nodes = reading.written.arms(site.node);
  const single = pieces.length === 0 && others.length === 1;
  for (const arm of others) {
    if (isTagged && documents.includes(arm)) continue;
    const node = nodes.get(arm) ?? (single ? site.node : undefined);
    pieces.push(reading.read(arm, single ? { ...site, node } : { ...inside(site, { node }), at: node ?? site.node ?? site.at }));
  }
  if (isTagged) pieces.push(reading.tagged(documents, site));
  return joined(reading, pieces, site);
}

/** `JsonValue` beside something else: each of its arms may differ from that. */
const jsonArms: readonly Type[] = [
  { kind: "null" },
  { kind: "boolean" },
  { kind: "string" },
  { kind: "number" },
  { kind: "array", items: { kind: "json" } },
  { kind: "map", form: "object", key: { kind: "string" }, value: { kind: "json" } },
];

function joined(reading: Reading, all: readonly Type[], site: Site): Type {
  const pieces = withBrandsJoined(all);
  const [first] = pieces;
  if (first === undefined) return unreadable;
  if (pieces.length === 1 || pieces.includes(unreadable)) return pieces.includes(unreadable) ? unreadable : first;
  const conflict = conflictOf(pieces, (id) => reading.structures.get(id).kind);
  if (conflict !== undefined) {
    reading.trouble(site, "ambiguous-union", { message: conflict });
    return unreadable;
  }
  return { kind: "value-union", arms: [...pieces].sort(compareArms) };
}

interface Literals {
  readonly values: readonly { readonly type: ts.Type; readonly value: LiteralValue }[];
  readonly refused: readonly { readonly type: ts.Type; readonly why: string }[];
  readonly open: boolean;
  readonly hasNull: boolean;
}

function sortArms(reading: Reading, arms: readonly ts.Type[]): { literals: Literals; others: ts.Type[] } {
  const values: { type: ts.Type; value: LiteralValue }[] = [];
  const refused: { type: ts.Type; why: string }[] = [];
  const others: ts.Type[] = [];
  let open: ts.Type | undefined;
  let openNumber: ts.Type | undefined;
  let hasNull = false;
  for (const arm of arms) {
    const plain = primitiveOf(arm) ?? arm;
    if (arm.flags & ts.TypeFlags.Null) hasNull = true;
    else if (plain.flags & (ts.TypeFlags.Literal | ts.TypeFlags.Enum)) {
      const value = literalValue(plain);
      if (typeof value === "object") refused.push({ type: plain, why: value.why });
      else values.push({ type: plain, value });
    } else if (open === undefined && isOpen(reading, arm, ts.TypeFlags.String)) open = arm;
    else if (openNumber === undefined && isOpen(reading, arm, ts.TypeFlags.Number)) openNumber = arm;
    else others.push(arm);
  }
  const hasText = values.some(({ value }) => typeof value === "string");
  if (open !== undefined && !hasText) others.push(open);
  // Any number is any number: literals beside it say nothing on the wire.
  if (openNumber !== undefined) others.push(openNumber);
  const kept = openNumber === undefined ? values : values.filter(({ value }) => typeof value !== "number");
  return { literals: { values: kept, refused, open: open !== undefined && hasText, hasNull }, others };
}

function readLiterals(reading: Reading, literals: Literals, site: Site): Type[] | undefined {
  const { values, refused, open, hasNull } = literals;
  for (const { type, why } of refused) {
    const isEnum = (type.flags & ts.TypeFlags.EnumLike) !== 0;
    const message = `${reading.checker.typeToString(type)}: ${why}`;
    reading.trouble(site, isEnum ? "enum-member" : "literal-value", { message });
  }
  if (refused.length > 0) return undefined;
  const pieces: Type[] = hasNull ? [{ kind: "null" }] : [];
  const booleans = new Set(values.map(({ value }) => value).filter((value) => typeof value === "boolean"));
  const rest = booleans.size === 2 ? values.filter(({ value }) => typeof value !== "boolean") : values;
  if (booleans.size === 2) pieces.push({ kind: "boolean" });
  // Open to any string: what is no string is an arm of its own.
  const other = open ? rest.filter(({ value }) => typeof value !== "string") : [];
  const closed = rest.filter((value) => !other.includes(value));
  if (closed.length > 0) pieces.push(literalsType(reading, closed, open));
  if (other.length > 0) pieces.push(literalsType(reading, other, false));
  return pieces;
}

function literalsType(reading: Reading, values: Literals["values"], open: boolean): LiteralsType {
  const distinct = [...new Set(values.map(({ value }) => value))].sort(compareLiterals);
  const whole = open ? undefined : wholeEnum(reading, values);
  if (whole !== undefined) return { kind: "literals", values: distinct, open, enumName: whole };
  const enumMembers = values.some(({ type }) => type.flags & ts.TypeFlags.EnumLiteral);
  return { kind: "literals", values: distinct, open, ...(enumMembers ? { enumMembers } : {}) };
}

/** The exported enum whose members these are, all of them. */
function wholeEnum(reading: Reading, values: Literals["values"]): LiteralsType["enumName"] {
  const [first] = values;
  if (first === undefined || !values.every(({ type }) => type.flags & ts.TypeFlags.EnumLiteral)) return undefined;
  const declaration = first.type.symbol.valueDeclaration;
  const parent = declaration !== undefined && ts.isEnumMember(declaration) ? declaration.parent : declaration;
  const symbol =
    parent !== undefined && ts.isEnumDeclaration(parent) ? reading.checker.getSymbolAtLocation(parent.name) : undefined;
  if (symbol === undefined) return undefined;
  const declared = reading.checker.getDeclaredTypeOfSymbol(symbol);
  const members = declared.isUnion() ? declared.types : [declared];
  const isWhole =
    members.length === values.length && members.every((member) => values.some(({ type }) => sameLiteral(type, member)));
  return isWhole ? reading.names.ofSymbol(symbol) : undefined;
}

function sameLiteral(a: ts.Type, b: ts.Type): boolean {
  return a === b || (a.symbol === b.symbol && a.isLiteral() && b.isLiteral() && a.value === b.value);
}

/** True for all arms of `JsonValue`, and nothing else. */
export function isJsonValue(reading: Reading, arms: readonly ts.Type[]): boolean {
  return withoutJson(reading, arms)?.length === 0;
}

/** The arms without those of `JsonValue`, if all of them are there. */
function withoutJson(reading: Reading, arms: readonly ts.Type[]): ts.Type[] | undefined {
  const map = arms.find((arm) => reading.marks.isJsonMap(arm));
  if (map === undefined) return undefined;
  const isJsonArray = (arm: ts.Type): boolean => {
    if (!(arm.flags & ts.TypeFlags.Object)) return false;
    const element = arrayElement(reading.checker, arm as ts.ObjectType);
    return element?.isUnion() === true && element.types.includes(map);
  };
  const parts: readonly ((arm: ts.Type) => boolean)[] = [
    (arm) => arm === map,
    isJsonArray,
    ({ flags }) => (flags & ts.TypeFlags.String) !== 0,
    ({ flags }) => (flags & ts.TypeFlags.Number) !== 0,
    ({ flags }) => (flags & ts.TypeFlags.BooleanLiteral) !== 0,
    ({ flags }) => (flags & ts.TypeFlags.Null) !== 0,
  ];
  if (!parts.every((isPart) => arms.some(isPart))) return undefined;
  return arms.filter((arm) => !parts.some((isPart) => isPart(arm)));
}
