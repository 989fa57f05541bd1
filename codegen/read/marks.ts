/**
 * Recognises what comes from `taut/schema`: by the declaration of its symbols, never by a name, so it survives generics, mapped and
 * indexed types, and a type of the user's own that is called the same is never taken for it.
 */

import { ts } from "ts-morph";
import type { ScalarKind } from "../model/schema-model.ts";

/** Unique symbols of `taut/schema` that stand in a width's type, and what they make of it. */
const flavours: Readonly<Record<string, ScalarKind>> = {
  int32: "int32",
  uint32: "uint32",
  int53: "int53",
  double: "double",
  int64: "int64",
  uint64: "uint64",
  uuid: "uuid",
};

const noMarks: ReadonlyMap<string, ts.Symbol> = new Map<string, ts.Symbol>([]);

/** Its other marks. */
export type Mark = "fault" | "throws";

export class Marks {
  readonly #isTautSchema: (fileName: string) => boolean;
  readonly #checker: ts.TypeChecker;
  readonly #files = new Map<string, boolean>();
  readonly #flavours = new Map<ts.Type, ScalarKind | undefined>();
  readonly #marks = new Map<ts.Type, ReadonlyMap<string, ts.Symbol>>();
  readonly #jsonTypes = new Map<ts.Type, boolean>();

  constructor(checker: ts.TypeChecker, isTautSchema: (fileName: string) => boolean) {
    this.#checker = checker;
    this.#isTautSchema = isTautSchema;
  }

  /** What the object half of a width says: `{ readonly [int32]?: never }`. */
  flavour(type: ts.Type): ScalarKind | undefined {
    if (this.#flavours.has(type)) return this.#flavours.get(type);
    const properties = this.#checker.getPropertiesOfType(type);
    const [first] = properties;
    const name = properties.length === 1 && first !== undefined ? this.#symbolKey(first) : undefined;
    const flavour = name !== undefined && Object.hasOwn(flavours, name) ? flavours[name] : undefined;
    this.#flavours.set(type, flavour);
    return flavour;
  }

  /** The type under a mark: `C` of `Fault<C>`, `F` of `Throws<F>`. */
  marked(type: ts.Type, mark: Mark): ts.Type | undefined {
    const property = this.#marksOf(type).get(mark);
    return property === undefined ? undefined : this.#checker.getTypeOfSymbol(property);
  }

  #marksOf(type: ts.Type): ReadonlyMap<string, ts.Symbol> {
    if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return noMarks;
    const known = this.#marks.get(type);
    if (known !== undefined) return known;
    let found: Map<string, ts.Symbol> | undefined;
    for (const property of this.#checker.getPropertiesOfType(type)) {
      const key = this.#symbolKey(property);
      if (key !== undefined) found = (found ?? new Map()).set(key, property);
    }
    this.#marks.set(type, found ?? noMarks);
    return found ?? noMarks;
  }

  isMark(property: ts.Symbol): boolean {
    return this.#symbolKey(property) !== undefined;
  }

  /** The tag of an `Unrecognized<Tag>` arm. */
  unrecognizedTag(type: ts.Type): string | undefined {
    if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return undefined;
    const properties = this.#checker.getPropertiesOfType(type);
    if (properties.length !== 3) return undefined;
    return properties.find((property) => this.#isUnrecognized(this.#checker.getTypeOfSymbol(property)))?.name;
  }

  /** An arm of `JsonValue` that nothing else has: the map of it. */
  isJsonMap(type: ts.Type): boolean {
    const known = this.#jsonTypes.get(type);
    if (known !== undefined) return known;
    const declaration = type.symbol?.declarations?.[0];
    let node: ts.Node | undefined = declaration;
    while (node !== undefined && !ts.isTypeAliasDeclaration(node)) node = node.parent;
    const is = declaration !== undefined && node?.name.text === "JsonValue" && this.isOurs(declaration);
    this.#jsonTypes.set(type, is);
    return is;
  }

  /** A declaration of `taut/schema`. */
  isOurs(declaration: ts.Node): boolean {
    const { fileName } = declaration.getSourceFile();
    const known = this.#files.get(fileName);
    if (known !== undefined) return known;
    const is = this.#isTautSchema(fileName);
    this.#files.set(fileName, is);
    return is;
  }

  /** The name of the symbol of ours that keys the property. */
  #symbolKey(property: ts.Symbol): string | undefined {
    // Unique symbols have names that no text can be; this spares the common properties the rest.
    if (!String(property.escapedName).startsWith("__@")) return undefined;
    for (const declaration of property.declarations ?? []) {
      const name = ts.getNameOfDeclaration(declaration);
      if (name === undefined || !ts.isComputedPropertyName(name) || !this.isOurs(declaration)) continue;
      if (ts.isIdentifier(name.expression)) return name.expression.text;
    }
    return undefined;
  }

  #isUnrecognized(type: ts.Type): boolean {
    const declaration = type.flags & ts.TypeFlags.UniqueESSymbol ? type.symbol.valueDeclaration : undefined;
    return declaration !== undefined && type.symbol.name === "unrecognized" && this.isOurs(declaration);
  }
}
