/** What a structure is called: by its exported name, by its declaration's, or by where it stands. */

import { ts } from "ts-morph";
import type { DeclaredName, Doc, Place } from "../model/schema-model.ts";
import type { Tag } from "./doc-comments.ts";
import { nameNode } from "./places.ts";
import { hintOf, type Reading, type Site } from "./reading.ts";

export interface StructureName {
  readonly name: string;
  readonly hint: string;
  readonly place: Place;
  readonly declared?: DeclaredName;
  readonly doc?: Doc;
  /** Of its own declaration; tags of an alias are read where the alias is. */
  readonly tags: readonly Tag[];
  /** Where it is declared; for an unnamed one where it stands. */
  readonly node: ts.Node;
}

/** Paths of types in types get long; what is cut off is only a name. */
const maxNameLength = 300;

export function structureName(reading: Reading, type: ts.Type, site: Site): StructureName {
  const symbol = declarationOf(reading, type);
  const node = symbol?.declarations?.[0];
  const declared = reading.names.ofType(type);
  if (symbol === undefined || node === undefined) {
    const name = declared === undefined ? site.name.slice(0, maxNameLength) : fullName(declared);
    const at = site.node ?? site.at;
    const hint = declared === undefined ? site.hint : hintOf(declared.name);
    return { name, hint, place: reading.places.of(at), tags: [], node: at, ...(declared === undefined ? {} : { declared }) };
  }
  const text = declared?.name ?? typeText(reading.checker, type);
  const packageName = reading.packageOf(node.getSourceFile().fileName);
  const name = declared !== undefined ? fullName(declared) : [packageName, text].filter((part) => part).join(".");
  const { doc, tags } = reading.docs.of(symbol.declarations);
  return {
    name: name.slice(0, maxNameLength),
    hint: hintOf(text),
    place: reading.places.of(nameNode(node)),
    tags,
    node,
    ...(declared === undefined ? {} : { declared }),
    ...(doc === undefined ? {} : { doc }),
  };
}

/** `shop.v1.Order` of what is exported as `Order` by `shop/v1/orders`. */
export function fullName({ name, file }: DeclaredName): string {
  return [...file.split("/").slice(0, -1), name].join(".");
}

/** The interface or alias that gives a type its name; none of the language's own (`Pick`) nor of `taut/schema`. */
function declarationOf(reading: Reading, type: ts.Type): ts.Symbol | undefined {
  const own = type.symbol as ts.Symbol | undefined;
  const isInterface = own !== undefined && (own.flags & ts.SymbolFlags.Interface) !== 0;
  const symbol = isInterface ? own : type.aliasSymbol;
  const declaration = symbol?.declarations?.[0];
  if (declaration === undefined || reading.marks.isOurs(declaration)) return undefined;
  return reading.classes.libName(symbol) === undefined ? symbol : undefined;
}

/** The name of a type's declaration in a schema file: the place of trouble that is the same wherever the type is used. */
export function declarationIn(reading: Reading, type: ts.Type): ts.Node | undefined {
  const declaration = declarationOf(reading, type)?.declarations?.[0];
  if (declaration === undefined || reading.packageOf(declaration.getSourceFile().fileName) === undefined) return undefined;
  return nameNode(declaration);
}

/** `Page<Order>` */
export function typeText(checker: ts.TypeChecker, type: ts.Type): string {
  return checker.typeToString(type, undefined, ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope);
}
