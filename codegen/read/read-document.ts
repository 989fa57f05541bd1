/** Documents: interfaces, object literal types, intersections and mapped types, field by field. */

import { ts } from "ts-morph";
import type { DocumentType, Field } from "../model/schema-model.ts";
import { fitDefault, readDefault } from "./defaults.ts";
import type { DocComment, Tag } from "./doc-comments.ts";
import type { Draft } from "./owners.ts";
import { nameNode } from "./places.ts";
import { originOf, type PropertyOrigin } from "./property-origin.ts";
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
  /** Its declaration is one of another type, whose tags are taken where they fit. */
  readonly foreign?: Pick<PropertyOrigin, "written"> & { readonly kinship: "nullable" | "generic" };
}

function readProperty(reading: Reading, property: ts.Symbol, draft: Draft): Field | undefined {
  const { checker } = reading;
  const declaration = property.valueDeclaration ?? property.declarations?.[0] ?? draft.at;
  if (/^__[@#]/.test(String(property.escapedName))) {
    reading.trouble({ owner: draft, at: declaration }, "symbol-key", { message: "keys of a document are text" });
    return undefined;
  }
  const { kinship, declarations, written } = originOf(checker, property);
  const field = readField(reading, draft, {
    name: property.name,
    type: checker.getTypeOfSymbol(property),
    optional: (property.flags & ts.SymbolFlags.Optional) !== 0,
    node: kinship === "same" ? written : undefined,
    declaration,
    comment: kinship === "none" ? { tags: [] } : reading.docs.of(declarations),
    ...(kinship === "nullable" || kinship === "generic" ? { foreign: { kinship, written } } : {}),
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
  const inherited = inheritedTags(reading, source);
  const type =
    source.foreign === undefined
      ? applyTags(reading, site, { type: bare, tags })
      : applyTags(reading, site, { type: bare, tags: [...tags, ...inherited], which: "where they fit" });
  const field: { -readonly [K in keyof Field]: Field[K] } = {
    name,
    type,
    optional: source.optional || orUndefined,
    ...(orUndefined ? { orUndefined: true } : {}),
    ...(orUndefined && !source.optional ? { requiredKey: true } : {}),
    ...(comment.doc === undefined ? {} : { doc: comment.doc }),
  };
  const tag = [...tags, ...inherited].find(({ name: tagName }) => tagName === "default");
  // Without its `null`, or with another, the type takes the word null for something else.
  const isOthers = source.foreign?.kinship === "generic" || (source.foreign !== undefined && tag?.value === "null");
  if (tag === undefined || isOthers) return field;
  // What a default has to fit may be a structure that was not read yet.
  reading.later(() => {
    const value =
      source.foreign === undefined ? readDefault(reading, site, field.type, tag) : fitDefault(reading, field.type, tag);
    if (value !== undefined) field.default = value.value;
  });
  return field;
}

/** Tags of the aliases that the field is written with, or was before a mapped type added or took away `null`. */
function inheritedTags(reading: Reading, { type, node, foreign }: FieldSource): Tag[] {
  const { written, docs, checker } = reading;
  if (node !== undefined) return aliasTags(docs, written.of(type, node).aliases);
  if (foreign?.kinship !== "nullable" || foreign.written === undefined) return [];
  const nodes = [foreign.written, ...written.arms(foreign.written).values()];
  return nodes.flatMap((part) => aliasTags(docs, written.of(checker.getTypeFromTypeNode(part), part).aliases));
}

function checkReserved(reading: Reading, draft: Draft, { name, at }: { name: string; at: ts.Node }): void {
  if (draft.reserved?.includes(name) !== true) return;
  reading.trouble({ owner: draft, at }, "reserved-name", { message: `the name ${name} is reserved in ${draft.name}` });
}

function isReadonly(property: ts.Symbol): boolean {
  const declaration = property.valueDeclaration;
  if (declaration === undefined) return false;
  return (ts.getCombinedModifierFlags(declaration as ts.Declaration) & ts.ModifierFlags.Readonly) !== 0;
}
