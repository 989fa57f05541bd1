/**
 * Declarations as they are written, for types that the model cannot say: generics above all.
 *
 * `--emit js` has to print what `--emit ts` re-exports. The text is the compiler's own print of the declaration, cut at each name that
 * is found another way where it is printed. What cannot stand in a module of its own (a class, the type of a value) is `unknown` there.
 */

import { ts } from "ts-morph";
import type { DeclarationPart, DeclarationText, DeclaredName } from "../model/schema-model.ts";
import type { Reading } from "./reading.ts";
import { hintOf } from "./reading.ts";

/** Declarations that a text may bring along: a package whose types refer to all its others is not copied. */
const maxHelpers = 100;

export class DeclarationTexts {
  readonly #reading: Reading;
  readonly #isPassedOn: (declared: DeclaredName) => boolean;
  readonly #printer = ts.createPrinter({ newLine: ts.NewLineKind.LineFeed });

  /** @param isPassedOn whether a module exports the name as the type that it is in the schema: not those of services and faults */
  constructor(reading: Reading, isPassedOn: (declared: DeclaredName) => boolean) {
    this.#reading = reading;
    this.#isPassedOn = isPassedOn;
  }

  of(symbol: ts.Symbol): DeclarationText | undefined {
    if (declarationsOf(symbol).length === 0) return undefined;
    const helpers = new Map<ts.Symbol, string>();
    const parts = this.#print(symbol, helpers, symbol);
    const texts: DeclarationText["helpers"][number][] = [];
    // A map's members are visited in the order of insertion, those that the loop adds included.
    for (const [helper, id] of helpers)
      texts.push({ id, hint: hintOf(helper.name), parts: this.#print(helper, helpers, symbol) });
    return { parts, helpers: texts };
  }

  #print(symbol: ts.Symbol, helpers: Map<ts.Symbol, string>, root: ts.Symbol): DeclarationPart[] {
    const declarations = declarationsOf(symbol);
    const sources = declarations.map((declaration) => declaration.getSourceFile());
    const marks = new PlaceMarks(sources.map(({ text }) => text));
    const names = new Names(this.#reading, marks, (target) => {
      const declared = this.#reading.names.ofExport(target);
      if (declared !== undefined && this.#isPassedOn(declared)) return { from: "declared", declared };
      if (target === root) return { from: "self" };
      const known = helpers.get(target);
      if (known !== undefined) return { from: "helper", id: known };
      if (helpers.size >= maxHelpers) return undefined;
      helpers.set(target, String(helpers.size));
      return { from: "helper", id: String(helpers.size - 1) };
    });
    const own: DeclarationPart = symbol === root ? { from: "self" } : { from: "helper", id: helpers.get(symbol) ?? "" };
    return declarations.flatMap((declaration): DeclarationPart[] => {
      const nameless = withoutHead(declaration, marks.of(own));
      const { transformed } = ts.transform(nameless, [(context) => (node) => names.replaceIn(node, context)]);
      const [printed] = transformed;
      if (printed === undefined) return [];
      const text = this.#printer.printNode(ts.EmitHint.Unspecified, printed, declaration.getSourceFile());
      return [{ from: "head" }, ...marks.split(`${indented(text)}\n`)];
    });
  }
}

type Declaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

function declarationsOf(symbol: ts.Symbol): Declaration[] {
  return (symbol.declarations ?? []).filter((node) => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node));
}

/** Without modifiers, doc comment and name, which are given where it is printed. */
function withoutHead(node: Declaration, name: ts.Identifier): Declaration {
  const headless = ts.isInterfaceDeclaration(node)
    ? ts.factory.updateInterfaceDeclaration(node, undefined, name, node.typeParameters, node.heritageClauses, node.members)
    : ts.factory.updateTypeAliasDeclaration(node, undefined, name, node.typeParameters, node.type);
  return ts.setEmitFlags(headless, ts.EmitFlags.NoLeadingComments | ts.EmitFlags.NoTrailingComments);
}

/** Two spaces a level, as everything that is emitted; not where a line may be inside of a template. */
function indented(text: string): string {
  const isInTemplate = text.split("\n").some((line) => line.split("`").length % 2 === 0);
  return isInTemplate ? text : text.replace(/^(?: {4})+/gm, (spaces) => " ".repeat(spaces.length / 2));
}

/** Identifiers that no source has, which stand for parts while the compiler prints. */
class PlaceMarks {
  readonly #prefix: string;
  readonly #parts: DeclarationPart[] = [];

  constructor(sources: readonly string[]) {
    let prefix = "$part";
    while (sources.some((source) => source.includes(prefix))) prefix += "$";
    this.#prefix = prefix;
  }

  of(part: DeclarationPart): ts.Identifier {
    this.#parts.push(part);
    return ts.factory.createIdentifier(`${this.#prefix}${this.#parts.length - 1}$`);
  }

  split(text: string): DeclarationPart[] {
    return text.split(this.#prefix).flatMap((piece, index): DeclarationPart[] => {
      if (index === 0) return piece === "" ? [] : [piece];
      const end = piece.indexOf("$");
      const part = this.#parts[Number(piece.slice(0, end))];
      return [...(part === undefined ? [] : [part]), ...(piece.length > end + 1 ? [piece.slice(end + 1)] : [])];
    });
  }
}

/** Replaces the names in a declaration. */
class Names {
  readonly #reading: Reading;
  readonly #marks: PlaceMarks;
  readonly #elsewhere: (symbol: ts.Symbol) => DeclarationPart | undefined;

  constructor(reading: Reading, marks: PlaceMarks, elsewhere: (symbol: ts.Symbol) => DeclarationPart | undefined) {
    this.#reading = reading;
    this.#marks = marks;
    this.#elsewhere = elsewhere;
  }

  replaceIn<T extends ts.Node>(root: T, context: ts.TransformationContext): T {
    const visit = (node: ts.Node): ts.Node | undefined => {
      if (ts.isTypeReferenceNode(node)) return this.#reference(node, node.typeName, node.typeArguments, visit);
      if (ts.isTypeQueryNode(node)) return this.#literal(node) ?? anything();
      if (ts.isImportTypeNode(node)) {
        if (node.isTypeOf || node.qualifier === undefined) return this.#literal(node) ?? anything();
        return this.#reference(node, node.qualifier, node.typeArguments, visit);
      }
      if (ts.isHeritageClause(node)) return this.#heritage(node, visit);
      if (ts.isTypeElement(node) && node.name !== undefined && ts.isComputedPropertyName(node.name)) {
        const { expression } = node.name;
        // A symbol that is not there cannot be a key.
        if (!ts.isStringLiteralLike(expression) && !ts.isNumericLiteral(expression)) return undefined;
      }
      return ts.visitEachChild(node, visit, context);
    };
    return ts.visitEachChild(root, visit, context);
  }

  #reference(
    node: ts.TypeNode,
    name: ts.EntityName,
    typeArguments: ts.NodeArray<ts.TypeNode> | undefined,
    visit: ts.Visitor,
  ): ts.TypeNode {
    const inner = ts.visitNodes(typeArguments, visit) as ts.NodeArray<ts.TypeNode> | undefined;
    const target = this.#target(name);
    if (target === "as written") return ts.factory.createTypeReferenceNode(name, inner);
    if (target !== undefined) return ts.factory.createTypeReferenceNode(this.#marks.of(target), inner);
    return this.#literal(node) ?? anything();
  }

  #heritage(node: ts.HeritageClause, visit: ts.Visitor): ts.HeritageClause | undefined {
    const types = node.types.flatMap((type): ts.ExpressionWithTypeArguments[] => {
      const target = this.#target(type.expression);
      if (target === undefined) return [];
      const inner = ts.visitNodes(type.typeArguments, visit) as ts.NodeArray<ts.TypeNode> | undefined;
      return [
        ts.factory.createExpressionWithTypeArguments(target === "as written" ? type.expression : this.#marks.of(target), inner),
      ];
    });
    return types.length === 0 ? undefined : ts.factory.createHeritageClause(node.token, types);
  }

  /** What a name means; nothing for what has no name where the text is printed. */
  #target(name: ts.Node): DeclarationPart | "as written" | undefined {
    const { checker, marks, classes } = this.#reading;
    const found = checker.getSymbolAtLocation(name);
    if (found === undefined) return undefined;
    const symbol = found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
    if (symbol.flags & ts.SymbolFlags.TypeParameter) return "as written";
    const [declaration] = symbol.declarations ?? [];
    if (declaration === undefined) return undefined;
    if (marks.isOurs(declaration)) return { from: "schema", name: symbol.name };
    const bson = classes.bsonClass(symbol);
    if (bson !== undefined) return bson === "refused" ? undefined : { from: "bson", name: symbol.name };
    const isGlobal = ts.isIdentifier(name) && classes.platformName(symbol) !== undefined && found === symbol;
    if (isGlobal) return "as written";
    if (symbol.flags & (ts.SymbolFlags.Enum | ts.SymbolFlags.EnumMember)) {
      const declared = this.#reading.names.ofExport(symbol);
      return declared === undefined ? undefined : { from: "declared", declared };
    }
    return declarationsOf(symbol).length === 0 || symbol.flags & ts.SymbolFlags.Class ? undefined : this.#elsewhere(symbol);
  }

  /** The literals that a node comes to: of an enum that nobody exports, of one member, of a constant. */
  #literal(node: ts.TypeNode): ts.TypeNode | undefined {
    const type = this.#reading.checker.getTypeFromTypeNode(node);
    const arms = type.isUnion() ? type.types : [type];
    const texts = arms.map(literalNode);
    if (texts.some((text) => text === undefined)) return undefined;
    const [only] = texts;
    return texts.length === 1 ? only : ts.factory.createUnionTypeNode(texts as ts.TypeNode[]);
  }
}

function literalNode(type: ts.Type): ts.TypeNode | undefined {
  if (type.isStringLiteral()) return ts.factory.createLiteralTypeNode(ts.factory.createStringLiteral(type.value));
  if (!type.isNumberLiteral() || !Number.isFinite(type.value)) return undefined;
  const number = ts.factory.createNumericLiteral(Math.abs(type.value));
  return ts.factory.createLiteralTypeNode(
    type.value < 0 ? ts.factory.createPrefixUnaryExpression(ts.SyntaxKind.MinusToken, number) : number,
  );
}

function anything(): ts.TypeNode {
  return ts.factory.createKeywordTypeNode(ts.SyntaxKind.UnknownKeyword);
}
