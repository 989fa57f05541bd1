/** Object types: arrays, sets, maps, dates and bytes, classes of `bson`, documents; and everything that is an object and no data. */

import { ts } from "ts-morph";
import type { Type } from "../model/schema-model.ts";
import { platformRemedy } from "./known-classes.ts";
import { isLibFile } from "./lib-files.ts";
import { arrayElement, readArray, readSet, readTuple } from "./read-items.ts";
import { mapValue, readClassMap, readIndexMap } from "./read-map.ts";
import { type Reading, type Site, unreadable } from "./reading.ts";

export function readObject(reading: Reading, type: ts.ObjectType, site: Site): Type {
  const { checker } = reading;
  if (checker.isTupleType(type)) return readTuple(reading, type as ts.TupleTypeReference, site);
  const element = arrayElement(checker, type);
  if (element !== undefined) return readArray(reading, { type, element }, site);
  const symbol = type.symbol as ts.Symbol | undefined;
  // An alias of the library's own (Pick, Record, Partial) has a symbol there too; those are no classes.
  if (isLibraryClass(reading, symbol)) return readLibrary(reading, { type, name: symbol?.name ?? "" }, site);
  const bson = reading.classes.bsonClass(symbol);
  if (bson === "refused") return refuseBson(reading, site, symbol?.name ?? "");
  if (bson !== undefined) return { kind: bson };
  return readPlainObject(reading, type, site);
}

/** What is neither an array nor a class: a map or a document, or a reason why it is neither. */
export function readPlainObject(reading: Reading, type: ts.Type, site: Site): Type {
  const refusal = refusalOf(reading, type);
  if (refusal !== undefined) {
    reading.trouble(site, refusal.name, refusal);
    return unreadable;
  }
  const indexes = reading.checker.getIndexInfosOfType(type);
  return indexes.length > 0 ? readIndexMap(reading, { type, indexes }, site) : reading.document(type, site);
}

interface Library {
  readonly type: ts.ObjectType;
  readonly name: string;
}

function readLibrary(reading: Reading, { type, name }: Library, site: Site): Type {
  switch (name) {
    case "Date":
      return { kind: "date" };
    case "Uint8Array":
      return { kind: "bytes" };
    case "Map":
    case "ReadonlyMap":
      return readClassMap(reading, { type, isReadonly: name === "ReadonlyMap" }, site);
    case "Set":
    case "ReadonlySet":
      return readSet(reading, { type, isReadonly: name === "ReadonlySet" }, site);
    case "Function":
      reading.trouble(site, "function-type", { message: "functions do not travel" });
      return unreadable;
    default:
      reading.trouble(site, "platform-class", { message: `${name} is not data`, remedy: platformRemedy(name) });
      return unreadable;
  }
}

function refuseBson(reading: Reading, site: Site, name: string): Type {
  const ours: Readonly<Record<string, string>> = { Int32: "Int32", Double: "Double", Long: "Int64", UUID: "Uuid" };
  const instead = Object.hasOwn(ours, name) ? ours[name] : undefined;
  reading.trouble(site, "bson-class", {
    message: `${name} of bson has no form of its own here`,
    remedy: instead === undefined ? "use a type of the language, or `unknown`" : `import ${instead} from taut/schema`,
  });
  return unreadable;
}

interface Refusal {
  readonly name: Parameters<Reading["trouble"]>[1];
  readonly message: string;
  readonly remedy?: string | undefined;
}

/** Why an object type or an intersection of such is no data, if it is none. */
function refusalOf(reading: Reading, type: ts.Type): Refusal | undefined {
  const { checker, marks } = reading;
  for (const part of type.isIntersection() ? type.types : [type]) {
    const refusal = classRefusal(reading, part.symbol as ts.Symbol | undefined);
    if (refusal !== undefined) return refusal;
    if (isMappedScalar(checker, part)) {
      return { name: "mapped-scalar", message: "a mapped type was applied to a width or a brand: what it maps are methods" };
    }
  }
  if (checker.getSignaturesOfType(type, ts.SignatureKind.Construct).length > 0) {
    return { name: "class-type", message: "a constructor does not travel" };
  }
  if (checker.getSignaturesOfType(type, ts.SignatureKind.Call).length > 0) {
    return { name: "function-type", message: "functions do not travel" };
  }
  if (marks.unrecognizedTag(type) !== undefined) return { name: "unrecognized-arm", message: "it stands alone" };
  if (marks.marked(type, "fault") !== undefined) {
    return { name: "fault-as-data", message: "a fault is thrown, it is not part of a message" };
  }
  if (isWrittenEmpty(checker, type)) return { name: "object-type", message: "`{}` admits every value but null and undefined" };
  return undefined;
}

function classRefusal({ classes }: Reading, symbol: ts.Symbol | undefined): Refusal | undefined {
  if (symbol === undefined) return undefined;
  const platform = classes.platformName(symbol);
  if (platform !== undefined && symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)) {
    return { name: "platform-class", message: `${platform} is not data`, remedy: platformRemedy(platform) };
  }
  if (symbol.flags & ts.SymbolFlags.Class) {
    return { name: "class-type", message: `${symbol.name} is a class: its methods would be lost on the way` };
  }
  return undefined;
}

const scalarInterfaces: ReadonlySet<string> = new Set(["String", "Number", "Boolean", "BigInt"]);

/** A mapped type over `Int32` or a brand takes the members that the language declares for their values. */
function isMappedScalar(checker: ts.TypeChecker, type: ts.Type): boolean {
  if (!(type.flags & ts.TypeFlags.Object) || !((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Mapped)) return false;
  return checker.getPropertiesOfType(type).some(({ declarations = [] }) =>
    declarations.some(({ parent }) => {
      const isScalar = ts.isInterfaceDeclaration(parent) && scalarInterfaces.has(parent.name.text);
      return isScalar && isLibFile(parent.getSourceFile().fileName);
    }),
  );
}

/** `{}` as it is written. An empty interface is a message, and a mapped type over no keys an empty document. */
function isWrittenEmpty(checker: ts.TypeChecker, type: ts.Type): boolean {
  const isLiteral = ((type.symbol as ts.Symbol | undefined)?.flags ?? 0) & ts.SymbolFlags.TypeLiteral;
  if (!isLiteral || (type as ts.ObjectType).objectFlags & ts.ObjectFlags.Mapped) return false;
  return checker.getPropertiesOfType(type).length === 0 && checker.getIndexInfosOfType(type).length === 0;
}

/** A document, as far as can be told from outside: what `read` makes a reference to a structure of, if it finds no trouble in it. */
function isDocument(reading: Reading, type: ts.Type): boolean {
  const known = reading.documents.get(type);
  if (known !== undefined) return known;
  const is = looksLikeDocument(reading, type);
  reading.documents.set(type, is);
  return is;
}

/** An arm of what may be a tagged union: a document, or `Unrecognized<Tag>`. */
export function isDocumentArm(reading: Reading, arm: ts.Type): boolean {
  return isDocument(reading, arm) || reading.marks.unrecognizedTag(arm) !== undefined;
}

function looksLikeDocument(reading: Reading, type: ts.Type): boolean {
  const { checker, classes } = reading;
  if (type.isIntersection()) {
    const isData = ({ flags, symbol }: ts.Type) =>
      (flags & ts.TypeFlags.Object) !== 0 &&
      classes.bsonClass(symbol as ts.Symbol | undefined) === undefined &&
      !isLibraryClass(reading, symbol as ts.Symbol | undefined);
    return type.types.every(isData) && refusalOf(reading, type) === undefined && checker.getIndexInfosOfType(type).length === 0;
  }
  if (!(type.flags & ts.TypeFlags.Object)) return false;
  const symbol = type.symbol as ts.Symbol | undefined;
  if (checker.isTupleType(type) || arrayElement(checker, type as ts.ObjectType) !== undefined) return false;
  if (isLibraryClass(reading, symbol) || classes.bsonClass(symbol) !== undefined) return false;
  return refusalOf(reading, type) === undefined && checker.getIndexInfosOfType(type).length === 0;
}

/** A class or interface of the language; its aliases (`Record`, `Pick`) are none. */
export function isLibraryClass({ classes }: Reading, symbol: ts.Symbol | undefined): boolean {
  return (
    classes.libName(symbol) !== undefined && ((symbol?.flags ?? 0) & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class)) !== 0
  );
}

/**
 * The types of which a value of this type directly holds values, for types that are no documents: what is written out in place, and
 * could come back to itself by an alias.
 */
export function inlineParts(reading: Pick<Reading, "checker" | "classes">, type: ts.Type): readonly ts.Type[] {
  const { checker, classes } = reading;
  if (type.isUnion()) return type.types;
  if (!(type.flags & ts.TypeFlags.Object)) return [];
  if (checker.isTupleType(type)) return checker.getTypeArguments(type as ts.TypeReference);
  const element = arrayElement(checker, type as ts.ObjectType);
  if (element !== undefined) return [element];
  const library = classes.libName(type.symbol as ts.Symbol | undefined);
  if (library === "Map" || library === "ReadonlyMap") return checker.getTypeArguments(type as ts.TypeReference).slice(1);
  if (library === "Set" || library === "ReadonlySet") return checker.getTypeArguments(type as ts.TypeReference);
  const value = mapValue(checker, type);
  return value === undefined ? [] : [value];
}
