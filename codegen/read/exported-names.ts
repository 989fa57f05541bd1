/** What each schema file exports, in source order, and by which name a declaration is known. */

import { ts } from "ts-morph";
import { compare } from "../model/compare.ts";
import type { DeclaredName } from "../model/schema-model.ts";
import type { CanonicalTypes } from "./canonical-types.ts";
import type { FoundFile } from "./schema-folder.ts";

export interface SourceOfSchema extends FoundFile {
  readonly source: ts.SourceFile;
}

/** An exported interface, alias or enum. */
export interface Exported {
  readonly name: string;
  readonly file: SourceOfSchema;
  /** What is exported, behind imports and re-exports. */
  readonly symbol: ts.Symbol;
  readonly kind: "interface" | "alias" | "enum";
  readonly type: ts.Type;
  readonly typeParameters: number;
  /** Where it is declared, or, for a re-export, where it is exported. */
  readonly node: ts.Node;
  /** False for what this file passes on from another. */
  readonly own: boolean;
  /** The module has a value of that name when it runs. Enums may be exported as types alone. */
  readonly isValue: boolean;
}

export class ExportedNames {
  /** Every export of every file: files in their order, exports in source order. */
  readonly all: readonly Exported[];
  /** `export default` and `export =` of types. */
  readonly defaults: readonly ts.Node[];
  readonly #bySymbol = new Map<ts.Symbol, DeclaredName>();
  readonly #byType = new Map<ts.Type, DeclaredName>();
  /** Generic ones too. */
  readonly #exports = new Map<ts.Symbol, DeclaredName>();

  readonly #types: CanonicalTypes;

  constructor(checker: ts.TypeChecker, types: CanonicalTypes, files: readonly SourceOfSchema[]) {
    this.#types = types;
    const all: Exported[] = [];
    const defaults: ts.Node[] = [];
    for (const file of files) {
      const found = exportsOf(checker, file, defaults);
      all.push(...found.sort((a, b) => a.node.pos - b.node.pos || compare(a.name, b.name)));
    }
    this.all = all;
    this.defaults = defaults;
    // A declaration's own name before a name that it is passed on under, and that before an alias of it.
    for (const exported of [...all.filter(({ own }) => own), ...all.filter(({ own }) => !own)]) this.#declare(exported);
    for (const exported of all) this.#declareType(exported);
  }

  /** The exported, non-generic name of a declaration. */
  ofSymbol(symbol: ts.Symbol): DeclaredName | undefined {
    return this.#bySymbol.get(symbol);
  }

  /** The same for any declaration, generic ones included. */
  ofExport(symbol: ts.Symbol): DeclaredName | undefined {
    return this.#exports.get(symbol);
  }

  /** The exported name of a type that is an object, a union or an intersection. */
  ofType(type: ts.Type): DeclaredName | undefined {
    return this.#byType.get(this.#types.of(type));
  }

  #declare({ symbol, kind, type, typeParameters, name, file }: Exported): void {
    if (!this.#exports.has(symbol)) this.#exports.set(symbol, { name, file: file.path });
    if (typeParameters > 0 || this.#bySymbol.has(symbol)) return;
    const declared: DeclaredName = { name, file: file.path };
    this.#bySymbol.set(symbol, declared);
    if (kind === "interface" || type.aliasSymbol === symbol) this.#name(type, declared);
  }

  #declareType({ type, typeParameters, name, file }: Exported): void {
    if (typeParameters === 0 && type.flags & ts.TypeFlags.StructuredType) this.#name(type, { name, file: file.path });
  }

  #name(type: ts.Type, declared: DeclaredName): void {
    const canonical = this.#types.of(type);
    if (!this.#byType.has(canonical)) this.#byType.set(canonical, declared);
  }
}

function exportsOf(checker: ts.TypeChecker, file: SourceOfSchema, defaults: ts.Node[]): Exported[] {
  const module = checker.getSymbolAtLocation(file.source);
  if (module === undefined) return [];
  const result: Exported[] = [];
  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const kind = kindOf(symbol);
    if (kind === undefined) continue;
    const declaration = symbol.declarations?.find((node) => node.getSourceFile() === file.source && isTypeDeclaration(node));
    const local = exported.declarations?.find((node) => node.getSourceFile() === file.source);
    const node = declaration ?? local ?? file.source;
    if (exported.name === "default" || exported.name === "export=") {
      defaults.push(local ?? node);
      continue;
    }
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    const typeParameters = typeParametersOf(symbol);
    const own = declaration !== undefined;
    const isValue = kind === "enum" && isRuntimeEnum(symbol) && isExportedValue(checker, module, exported.name);
    result.push({ name: exported.name, file, symbol, kind, type, typeParameters, node, own, isValue });
  }
  return result;
}

function kindOf(symbol: ts.Symbol): Exported["kind"] | undefined {
  if (symbol.flags & ts.SymbolFlags.Enum) return "enum";
  if (symbol.flags & ts.SymbolFlags.TypeAlias) return "alias";
  if (symbol.flags & ts.SymbolFlags.Interface && !(symbol.flags & ts.SymbolFlags.Class)) return "interface";
  return undefined;
}

/** Not `declare enum` of a schema, of which nothing is left. A declaration file speaks of a module that has it. */
function isRuntimeEnum({ declarations = [] }: ts.Symbol): boolean {
  const isAmbient = (node: ts.Declaration) => (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Ambient) !== 0;
  return declarations.some((node) => ts.isEnumDeclaration(node) && (node.getSourceFile().isDeclarationFile || !isAmbient(node)));
}

/** False for what goes through an `export type` or an `import type` on its way. */
function isExportedValue(checker: ts.TypeChecker, module: ts.Symbol, name: string): boolean {
  return checker.getPropertyOfType(checker.getTypeOfSymbol(module), name) !== undefined;
}

function isTypeDeclaration(node: ts.Node): boolean {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isEnumDeclaration(node);
}

function typeParametersOf(symbol: ts.Symbol): number {
  for (const declaration of symbol.declarations ?? []) {
    if (!ts.isInterfaceDeclaration(declaration) && !ts.isTypeAliasDeclaration(declaration)) continue;
    return declaration.typeParameters?.length ?? 0;
  }
  return 0;
}
