/** Intersections: the widths of `taut/schema`, brands, and objects joined to one document. */

import { ts } from "ts-morph";
import { quote } from "../model/quote.ts";
import type { ScalarKind, Type } from "../model/schema-model.ts";
import { isLibraryClass, readPlainObject } from "./read-object.ts";
import { type Reading, type Site, unreadable } from "./reading.ts";

export function readIntersection(reading: Reading, type: ts.IntersectionType, site: Site): Type {
  const primitive = type.types.find(({ flags }) => flags & primitives);
  if (primitive === undefined) return readObjects(reading, type, site);
  const objects = type.types.filter((part) => part !== primitive);
  const flavours = objects.map((part) => reading.marks.flavour(part)).filter((flavour) => flavour !== undefined);
  const brand = brandText(
    reading,
    objects.filter((part) => reading.marks.flavour(part) === undefined),
  );
  const base = reading.read(primitive, { ...site, node: undefined });
  const [flavour, second] = flavours;
  if (second !== undefined && second !== flavour) {
    reading.trouble(site, "ambiguous-union", { message: "it is of two widths at once", remedy: "keep one of the two" });
    return unreadable;
  }
  // A literal of a width is that literal.
  const scalar: Type = flavour === undefined || base.kind === "literals" ? base : { kind: flavour };
  return brand === undefined ? scalar : { ...scalar, brand };
}

const primitives =
  ts.TypeFlags.StringLike |
  ts.TypeFlags.NumberLike |
  ts.TypeFlags.BigIntLike |
  ts.TypeFlags.BooleanLike |
  ts.TypeFlags.ESSymbolLike;

/** `string & {}`: any string, beside literals that an editor completes. A brand admits any, too. */
export function isOpen(reading: Reading, type: ts.Type, primitive: ts.TypeFlags): boolean {
  if (!type.isIntersection() || !type.types.some(({ flags }) => flags & primitive)) return false;
  return type.types.every((part) => part.flags & primitive || reading.marks.flavour(part) === undefined);
}

/** The width or primitive that an intersection is, for telling numbers beside number literals. */
export function primitiveOf(type: ts.Type): ts.Type | undefined {
  return type.isIntersection() ? type.types.find(({ flags }) => flags & primitives) : undefined;
}

function readObjects(reading: Reading, type: ts.IntersectionType, site: Site): Type {
  for (const part of type.types) {
    const symbol = part.symbol as ts.Symbol | undefined;
    const bson = reading.classes.bsonClass(symbol);
    // A branded class of bson: `ObjectId & { __brand: "OrderId" }`.
    if (bson !== undefined && bson !== "refused") {
      const brand = brandText(
        reading,
        type.types.filter((other) => other !== part),
      );
      const scalar: { kind: ScalarKind } = { kind: bson };
      return brand === undefined ? scalar : { ...scalar, brand };
    }
    if (isLibraryClass(reading, symbol) && symbol?.name !== "Object") {
      const base = reading.read(part, { ...site, node: undefined });
      const brand = brandText(
        reading,
        type.types.filter((other) => other !== part),
      );
      return brand === undefined || base.kind === "ref" ? base : { ...base, brand };
    }
  }
  return readPlainObject(reading, type, site);
}

/** The other side of a brand, when every part of it is text that means the same everywhere. */
function brandText(reading: Reading, parts: readonly ts.Type[]): string | undefined {
  const texts: string[] = [];
  for (const part of parts) {
    const properties = reading.checker.getPropertiesOfType(part);
    if (properties.length === 0) continue;
    const members = properties.map((property) => brandMember(reading, property));
    if (members.some((member) => member === undefined)) return undefined;
    texts.push(`{ ${members.join("; ")} }`);
  }
  return texts.length === 0 ? undefined : texts.join(" & ");
}

function brandMember(reading: Reading, property: ts.Symbol): string | undefined {
  const type = reading.checker.getNonNullableType(reading.checker.getTypeOfSymbol(property));
  if (String(property.escapedName).startsWith("__@")) return undefined;
  const text = literalText(type);
  if (text === undefined) return undefined;
  const declaration = property.valueDeclaration;
  const isReadonly = declaration !== undefined && (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Readonly) !== 0;
  const optional = property.flags & ts.SymbolFlags.Optional ? "?" : "";
  const key = /^[A-Za-z_][A-Za-z0-9_]*$/.test(property.name) ? property.name : quote(property.name);
  return `${isReadonly ? "readonly " : ""}${key}${optional}: ${text}`;
}

function literalText(type: ts.Type): string | undefined {
  if (type.isStringLiteral()) return quote(type.value);
  if (type.isNumberLiteral() && Number.isFinite(type.value)) return String(type.value);
  if (type.flags & ts.TypeFlags.BooleanLiteral) return (type as { intrinsicName?: string }).intrinsicName;
  for (const [flag, text] of simpleTexts) if (type.flags & flag) return text;
  return undefined;
}

const simpleTexts: readonly (readonly [ts.TypeFlags, string])[] = [
  [ts.TypeFlags.Never, "never"],
  [ts.TypeFlags.Null, "null"],
  [ts.TypeFlags.Undefined, "undefined"],
  [ts.TypeFlags.Unknown, "unknown"],
  [ts.TypeFlags.Void, "void"],
];
