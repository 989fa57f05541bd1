/** Maps: `Record` and index signatures, which are plain objects, and `Map`. */

import { ts } from "ts-morph";
import type { LiteralsType, ScalarType, Type } from "../model/schema-model.ts";
import { inside, type Reading, type Site, unreadable } from "./reading.ts";
import { declarationIn } from "./structure-names.ts";

type Key = ScalarType | LiteralsType;

interface IndexedObject {
  readonly type: ts.Type;
  readonly indexes: readonly ts.IndexInfo[];
}

export function readIndexMap(reading: Reading, { type, indexes }: IndexedObject, site: Site): Type {
  const { checker } = reading;
  if (checker.getPropertiesOfType(type).length > 0) {
    const message = "it has both known fields and an index signature";
    reading.trouble(site, "keys-beside-index", { message, at: declarationIn(reading, type) });
    return unreadable;
  }
  // `Record<string | number, T>` has two; every key is text.
  const index = indexes.find(({ keyType }) => keyType.flags & ts.TypeFlags.String) ?? indexes[0];
  if (index === undefined) return unreadable;
  if (indexes.some((other) => other.type !== index.type)) {
    reading.trouble(site, "map-key", { message: "its index signatures have different values", remedy: "keep one of them" });
    return unreadable;
  }
  const keyNode = indexes.length === 1 ? keyNodeOf(reading, site) : undefined;
  const key = readKey(reading, index.keyType, inside(site, { node: keyNode, name: ".key", hint: "Key" }));
  const node = reading.written.argument(site.node, 1) ?? valueNodeOf(site);
  const value = reading.read(index.type, inside(site, { node, name: "{}", hint: "Value" }));
  if (key === undefined) return unreadable;
  return { kind: "map", form: "object", key, value, ...(index.isReadonly ? { readonly: true } : {}) };
}

interface ClassMap {
  readonly type: ts.ObjectType;
  readonly isReadonly: boolean;
}

export function readClassMap(reading: Reading, { type, isReadonly }: ClassMap, site: Site): Type {
  const [keyType, valueType] = reading.checker.getTypeArguments(type as ts.TypeReference);
  if (keyType === undefined || valueType === undefined) return unreadable;
  const keySite = inside(site, { node: reading.written.argument(site.node, 0), name: ".key", hint: "Key" });
  const key = readKey(reading, keyType, keySite);
  const value = reading.read(
    valueType,
    inside(site, { node: reading.written.argument(site.node, 1), name: "{}", hint: "Value" }),
  );
  if (key === undefined) return unreadable;
  return { kind: "map", form: "map", key, value, ...(isReadonly ? { readonly: true } : {}) };
}

/** The values of a type that is a map by its index signature and nothing else. */
export function mapValue(checker: ts.TypeChecker, type: ts.Type): ts.Type | undefined {
  const [index] = checker.getIndexInfosOfType(type);
  return index !== undefined && checker.getPropertiesOfType(type).length === 0 ? index.type : undefined;
}

const keyKinds: ReadonlySet<Type["kind"]> = new Set([
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

function readKey(reading: Reading, type: ts.Type, site: Site): Key | undefined {
  const key = type.flags & readableKeys ? reading.read(type, site) : undefined;
  if (key === unreadable) return undefined;
  if (key !== undefined && keyKinds.has(key.kind) && !sharesTexts(key)) return key as Key;
  reading.trouble(site, "map-key", { message: "a key is text, and of this type there is not one text for each value" });
  return undefined;
}

/** `1 | "1"`: two values that one text would stand for. */
function sharesTexts(key: Type): boolean {
  if (key.kind !== "literals") return false;
  const texts = new Set(key.values.map(String));
  return texts.size < key.values.length || (key.open && key.values.some((value) => typeof value !== "string"));
}

const readableKeys =
  ts.TypeFlags.String |
  ts.TypeFlags.Number |
  ts.TypeFlags.BigInt |
  ts.TypeFlags.Boolean |
  ts.TypeFlags.Literal |
  ts.TypeFlags.EnumLike |
  ts.TypeFlags.Union |
  ts.TypeFlags.Intersection;

function keyNodeOf(reading: Reading, site: Site): ts.TypeNode | undefined {
  return reading.written.argument(site.node, 0) ?? indexNodeOf(site)?.parameters[0]?.type;
}

function valueNodeOf(site: Site): ts.TypeNode | undefined {
  return indexNodeOf(site)?.type;
}

/** `{ [key: string]: T }` as it is written. */
function indexNodeOf({ node }: Site): ts.IndexSignatureDeclaration | undefined {
  return node !== undefined && ts.isTypeLiteralNode(node) ? node.members.find(ts.isIndexSignatureDeclaration) : undefined;
}
