/**
 * A type as it is written: the aliases it was written with, and the parts of the node behind them.
 *
 * The checker forgets an alias of a plain type (`type Sku = string`) at once, and with it the alias's tags; the source does not.
 */

import { ts } from "ts-morph";
import type { DocComments, Tag } from "./doc-comments.ts";
import { isLibFile } from "./lib-files.ts";
import type { Marks } from "./marks.ts";

export interface WrittenType {
  /** From the outermost inwards; none of `taut/schema`, no generic ones. */
  readonly aliases: readonly ts.Symbol[];
  /** What stands behind them. */
  readonly node?: ts.TypeNode;
}

/** A type of the user's own with such a name has other arguments; then its parts are of other types, and the node is not believed. */
const generics: ReadonlySet<string> = new Set([
  "Array",
  "ReadonlyArray",
  "Map",
  "ReadonlyMap",
  "Set",
  "ReadonlySet",
  "Record",
  "Promise",
  "AsyncIterable",
]);

/** Aliases of aliases; a cycle is the compiler's error. */
const maxAliases = 64;

export class WrittenTypes {
  readonly #checker: ts.TypeChecker;
  readonly #marks: Marks;

  constructor(checker: ts.TypeChecker, marks: Marks) {
    this.#checker = checker;
    this.#marks = marks;
  }

  of(type: ts.Type, node: ts.TypeNode | undefined): WrittenType {
    const aliases: ts.Symbol[] = [];
    let current = unwrap(node);
    // The name of an interface is no alias: spares the common references a look-up.
    if (current !== undefined && isNameOf(current, type)) return { aliases, node: current };
    let symbol = (current === undefined ? undefined : this.#aliasOf(current)) ?? plainAlias(type);
    while (symbol !== undefined && aliases.length < maxAliases) {
      const declaration = symbol.declarations?.find(ts.isTypeAliasDeclaration);
      if (declaration === undefined || declaration.typeParameters !== undefined || this.#marks.isOurs(declaration)) break;
      aliases.push(symbol);
      current = unwrap(declaration.type);
      symbol = current === undefined ? undefined : this.#aliasOf(current);
    }
    return current === undefined ? { aliases } : { aliases, node: current };
  }

  /** The node of the i-th type argument of a generic of the language: `Array<T>`, `Map<K, V>`, `Record<K, V>`. */
  argument(node: ts.TypeNode | undefined, index: number): ts.TypeNode | undefined {
    if (node === undefined || !ts.isTypeReferenceNode(node) || !ts.isIdentifier(node.typeName)) return undefined;
    return generics.has(node.typeName.text) ? node.typeArguments?.[index] : undefined;
  }

  /** The node of an array's items. */
  items(node: ts.TypeNode | undefined): ts.TypeNode | undefined {
    const inner = unwrap(node);
    return inner !== undefined && ts.isArrayTypeNode(inner) ? inner.elementType : this.argument(inner, 0);
  }

  /** The nodes of a union's arms by their types, where they are written. */
  arms(node: ts.TypeNode | undefined): ReadonlyMap<ts.Type, ts.TypeNode> {
    const arms = new Map<ts.Type, ts.TypeNode>();
    const inner = unwrap(node);
    if (inner === undefined || !ts.isUnionTypeNode(inner)) return arms;
    for (const arm of inner.types) {
      const type = this.#checker.getTypeFromTypeNode(arm);
      if (!arms.has(type)) arms.set(type, arm);
    }
    return arms;
  }

  /** Aliases of plain types among the arguments of a generic of the user's own; the checker has forgotten them there. */
  lostAliases(node: ts.TypeNode | undefined): { readonly node: ts.TypeNode; readonly alias: ts.Symbol }[] {
    if (node === undefined || !ts.isTypeReferenceNode(node) || node.typeArguments === undefined) return [];
    if (this.#isOfTheLanguage(node.typeName)) return [];
    const lost: { node: ts.TypeNode; alias: ts.Symbol }[] = [];
    const visit = (part: ts.Node): void => {
      if (ts.isTypeLiteralNode(part)) return;
      const alias = ts.isTypeReferenceNode(part) ? this.#aliasOf(part) : undefined;
      if (alias !== undefined && this.#checker.getTypeFromTypeNode(part as ts.TypeNode).aliasSymbol !== alias) {
        lost.push({ node: part as ts.TypeNode, alias });
      }
      ts.forEachChild(part, visit);
    };
    for (const argument of node.typeArguments) visit(argument);
    return lost;
  }

  /** `Array`, but also `Partial` and `Pick`: mapped types keep the declarations of properties, and with them the tags. */
  #isOfTheLanguage(name: ts.EntityName): boolean {
    const declaration = this.#checker.getSymbolAtLocation(name)?.declarations?.[0];
    return declaration !== undefined && isLibFile(declaration.getSourceFile().fileName);
  }

  #aliasOf(node: ts.TypeNode): ts.Symbol | undefined {
    if (ts.isTypeReferenceNode(node) && node.typeArguments === undefined) return this.#resolved(node.typeName);
    if (ts.isImportTypeNode(node) && node.typeArguments === undefined && node.qualifier !== undefined && !node.isTypeOf)
      return this.#resolved(node.qualifier);
    return undefined;
  }

  #resolved(name: ts.EntityName): ts.Symbol | undefined {
    const symbol = this.#checker.getSymbolAtLocation(name);
    if (symbol === undefined) return undefined;
    const target = symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
    return target.flags & ts.SymbolFlags.TypeAlias ? target : undefined;
  }
}

/** Tags of aliases, the outermost first. */
export function aliasTags(docs: DocComments, aliases: readonly ts.Symbol[]): Tag[] {
  return aliases.flatMap((alias) => docs.of(alias.declarations).tags);
}

function isNameOf(node: ts.TypeNode, type: ts.Type): boolean {
  if (!(type.flags & ts.TypeFlags.Object) || !ts.isTypeReferenceNode(node) || !ts.isIdentifier(node.typeName)) return false;
  const symbol = type.symbol as ts.Symbol | undefined;
  return symbol !== undefined && (symbol.flags & ts.SymbolFlags.Interface) !== 0 && symbol.name === node.typeName.text;
}

function plainAlias(type: ts.Type): ts.Symbol | undefined {
  return type.aliasTypeArguments === undefined ? type.aliasSymbol : undefined;
}

/** Without parentheses, `readonly` and `Readonly<...>`. */
export function unwrap(node: ts.TypeNode | undefined): ts.TypeNode | undefined {
  let current = node;
  while (current !== undefined) {
    if (ts.isParenthesizedTypeNode(current)) current = current.type;
    else if (ts.isTypeOperatorNode(current) && current.operator === ts.SyntaxKind.ReadonlyKeyword) current = current.type;
    else if (ts.isTypeReferenceNode(current) && ts.isIdentifier(current.typeName) && current.typeName.text === "Readonly")
      current = current.typeArguments?.[0];
    else break;
  }
  return current;
}
