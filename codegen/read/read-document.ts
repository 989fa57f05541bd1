/** Documents: interfaces, object literal types, intersections and mapped types, field by field. */

import { ts } from "ts-morph";
import type { DocumentType, Field } from "../model/schema-model.ts";
import { readDefault } from "./defaults.ts";
import type { DocComment, Tag } from "./doc-comments.ts";
import type { Draft } from "./owners.ts";
import { nameNode } from "./places.ts";
import { hintOf, type Reading, type Site } from "./reading.ts";
import { applyTags, checkTags } from "./rules.ts";
import { fieldTags } from "./tag-names.ts";
import { armsOf } from "./union-names.ts";
import { aliasTags } from "./written-type.ts";

/** The fields of a document that was named already. */
export function readDocument(reading: Reading, type: ts.Type, draft: Draft): DocumentType {
  const fields: Field[] = [];
  for (const property of reading.order.of(type)) {
    if (reading.isFull()) {
      draft.broken = true;
      break;
    }
    if (reading.marks.isMark(property)) continue;
    const field = readProperty(reading, property, draft);
    if (field !== undefined) fields.push(field);
  }
  return { kind: "document", fields };
}

/** A field as it is declared: by a property, or by a parameter of a method. */
export interface FieldSource {
  readonly name: string;
  readonly type: ts.Type;
  readonly optional: boolean;
  readonly node?: ts.TypeNode | undefined;
  /** Where it is declared, with its doc comment. */
  readonly declaration: ts.Node;
  readonly comment: DocComment;
  /** Its declaration's comment was written for every type that a generic may put there. */
  readonly foreignTags?: boolean;
}

function readProperty(reading: Reading, property: ts.Symbol, draft: Draft): Field | undefined {
  const { checker } = reading;
  const declaration = property.valueDeclaration ?? property.declarations?.[0] ?? draft.at;
  if (/^__[@#]/.test(String(property.escapedName))) {
    reading.trouble({ owner: draft, at: declaration }, "symbol-key", { message: "keys of a document are text" });
    return undefined;
  }
  const type = checker.getTypeOfSymbol(property);
  // A mapped type that gives the property a type of its own leaves it the declaration, whose tags speak of another.
  const isRemade = givesOwnTypes(property);
  const written = isRemade ? undefined : writtenType(declaration);
  const fits = written !== undefined && (!(property.flags & ts.SymbolFlags.Transient) || isTypeOf(checker, written, type));
  const field = readField(reading, draft, {
    name: property.name,
    type,
    optional: (property.flags & ts.SymbolFlags.Optional) !== 0,
    node: fits ? written : undefined,
    declaration,
    comment: isRemade ? { tags: [] } : reading.docs.of(property.declarations),
    foreignTags: !fits && written !== undefined,
  });
  return field !== undefined && isReadonly(property) ? { ...field, readonly: true } : field;
}

/** Nothing for a field that can never be there: `x?: never`, `x?: undefined`. */
export function readField(reading: Reading, draft: Draft, source: FieldSource): Field | undefined {
  const { name, comment, declaration, node } = source;
  const all = armsOf(source.type);
  const arms = all.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
  const orUndefined = all.includes(reading.checker.getUndefinedType());
  const site: Site = {
    node,
    at: node ?? nameNode(declaration),
    name: `${draft.name}.${name}`,
    hint: `${draft.hint}${hintOf(name)}`,
    owner: draft,
    depth: 0,
  };
  if (arms.length === 0 && source.optional) return undefined;
  if (!name.isWellFormed() || name.includes("\0")) {
    reading.trouble({ owner: draft, at: nameNode(declaration) }, "field-name", {
      message: `${JSON.stringify(name)} cannot be a key`,
    });
    return undefined;
  }
  checkReserved(reading, draft, { name, at: nameNode(declaration) });
  const bare = reading.readArms(arms.length === 0 ? all : arms, site);
  const tags = checkTags(reading, site, comment.tags, fieldTags);
  const type = applyTags(reading, site, { type: bare, tags, which: source.foreignTags === true ? "where they fit" : "all" });
  const field: { -readonly [K in keyof Field]: Field[K] } = {
    name,
    type,
    optional: source.optional || orUndefined,
    ...(orUndefined ? { orUndefined: true } : {}),
    ...(orUndefined && !source.optional ? { requiredKey: true } : {}),
    ...(comment.doc === undefined ? {} : { doc: comment.doc }),
  };
  const tag = [...tags, ...writtenTags(reading, source)].find(({ name: tagName }) => tagName === "default");
  // What a default has to fit may be a structure that was not read yet.
  if (tag !== undefined && source.foreignTags !== true) reading.later(() => setDefault(reading, site, field, tag));
  return field;
}

function setDefault(reading: Reading, site: Site, field: { -readonly [K in keyof Field]: Field[K] }, tag: Tag): void {
  const value = readDefault(reading, site, field.type, tag);
  if (value !== undefined) field.default = value.value;
}

/** Tags of the aliases that the field is written with. */
function writtenTags(reading: Reading, { type, node }: FieldSource): Tag[] {
  return node === undefined ? [] : aliasTags(reading.docs, reading.written.of(type, node).aliases);
}

function checkReserved(reading: Reading, draft: Draft, { name, at }: { name: string; at: ts.Node }): void {
  if (draft.reserved?.includes(name) !== true) return;
  reading.trouble({ owner: draft, at }, "reserved-name", { message: `the name ${name} is reserved in ${draft.name}` });
}

function writtenType(declaration: ts.Node): ts.TypeNode | undefined {
  return ts.isPropertySignature(declaration) || ts.isPropertyDeclaration(declaration) ? declaration.type : undefined;
}

/** False for properties whose declaration is that of another type: of a generic, or changed by a mapped type. */
function isTypeOf(checker: ts.TypeChecker, node: ts.TypeNode, type: ts.Type): boolean {
  const declared = checker.getTypeFromTypeNode(node);
  // An optional `any`, or one that could not be resolved, is another `any`.
  if (declared === type || declared.flags & type.flags & ts.TypeFlags.Any) return true;
  const isThere = ({ flags }: ts.Type) => !(flags & ts.TypeFlags.Undefined);
  const [a, b] = [armsOf(declared).filter(isThere), armsOf(type).filter(isThere)];
  return a.length === b.length && a.every((arm) => b.includes(arm));
}

/** True for a property of `{ [K in keyof T]: Other }`; false where a mapped type takes over `T[K]`, and for every other type. */
function givesOwnTypes(property: ts.Symbol): boolean {
  const { links } = property as { links?: { mappedType?: ts.Type } };
  const node = links?.mappedType?.symbol?.declarations?.find(ts.isMappedTypeNode);
  return node !== undefined && (node.type === undefined || !ts.isIndexedAccessTypeNode(node.type));
}

function isReadonly(property: ts.Symbol): boolean {
  const declaration = property.valueDeclaration;
  if (declaration === undefined) return false;
  return (ts.getCombinedModifierFlags(declaration as ts.Declaration) & ts.ModifierFlags.Readonly) !== 0;
}
