/** Tagged unions: documents that are told apart by one property with other literals in each. */

import { ts } from "ts-morph";
import type { LiteralValue, RefType, TaggedUnionType } from "../model/schema-model.ts";
import { compareLiterals, literalValue } from "./literal-values.ts";
import { hintOf, inside, type Reading, type Site } from "./reading.ts";
import { armsOf } from "./union-names.ts";

export interface TaggedArms {
  readonly tag: string;
  readonly arms: readonly { readonly type: ts.Type; readonly tags: readonly LiteralValue[] }[];
  readonly unrecognized: boolean;
}

/** How the arms are told apart; undefined with the trouble reported. */
export function findTag(reading: Reading, types: readonly ts.Type[], site: Site): TaggedArms | undefined {
  const unrecognized = new Set(types.map((type) => reading.marks.unrecognizedTag(type)).filter((tag) => tag !== undefined));
  const documents = types.filter((type) => reading.marks.unrecognizedTag(type) === undefined);
  const [wanted, second] = unrecognized;
  if (second !== undefined) {
    reading.trouble(site, "unrecognized-arm", { message: `two arms name two tags, ${wanted} and ${second}` });
    return undefined;
  }
  if (documents.length === 0) {
    reading.trouble(site, "unrecognized-arm", { message: "it stands alone" });
    return undefined;
  }
  const candidates = wanted === undefined ? commonNames(reading, documents) : [wanted];
  for (const tag of candidates) {
    const arms = armsBy(reading, documents, tag);
    if (arms !== undefined) return { tag, arms, unrecognized: wanted !== undefined };
  }
  if (wanted !== undefined) {
    const message = `the other arms are not told apart by ${JSON.stringify(wanted)}`;
    reading.trouble(site, "unrecognized-arm", { message });
  } else {
    reading.trouble(site, "untagged-union", { message: "no required property has other literals in each arm" });
  }
  return undefined;
}

export function readTagged(reading: Reading, { tag, arms, unrecognized }: TaggedArms, site: Site): TaggedUnionType {
  const nodes = reading.written.arms(site.node);
  const read = arms.flatMap(({ type, tags }) => {
    const [first] = tags;
    const place = { node: nodes.get(type), name: `(${String(first)})`, hint: hintOf(String(first)) };
    const document = reading.document(type, { ...inside(site, place), depth: 0 });
    return document.kind === "ref" ? [{ tags, type: document satisfies RefType }] : [];
  });
  read.sort((a, b) => compareLiterals(a.tags[0] ?? "", b.tags[0] ?? ""));
  return { kind: "tagged", tag, arms: read, unrecognized };
}

/** Names of required properties that all have, sorted. */
function commonNames(reading: Reading, documents: readonly ts.Type[]): string[] {
  const [first, ...others] = documents;
  if (first === undefined) return [];
  const names = reading.checker.getPropertiesOfType(first).filter(({ flags }) => !(flags & ts.SymbolFlags.Optional));
  // Only those with literals in the first arm are looked for in the others: a union may have thousands.
  return names
    .filter((property) => literalsOf(reading, first, property.name) !== undefined)
    .map(({ name }) => name)
    .filter((name) => others.every((other) => literalsOf(reading, other, name) !== undefined))
    .sort();
}

/** The arms with their tags, if these are disjoint. */
function armsBy(reading: Reading, documents: readonly ts.Type[], tag: string): TaggedArms["arms"] | undefined {
  const arms: { type: ts.Type; tags: LiteralValue[] }[] = [];
  const taken = new Set<LiteralValue>();
  for (const type of documents) {
    const tags = literalsOf(reading, type, tag);
    if (tags === undefined || tags.some((value) => taken.has(value))) return undefined;
    for (const value of tags) taken.add(value);
    arms.push({ type, tags });
  }
  return arms;
}

/** The literals of a required property, sorted; undefined when it is anything else. */
function literalsOf({ checker }: Reading, type: ts.Type, name: string): LiteralValue[] | undefined {
  const property = checker.getPropertyOfType(type, name);
  if (property === undefined || property.flags & ts.SymbolFlags.Optional) return undefined;
  const declared = checker.getTypeOfSymbol(property);
  if (declared.flags & ts.TypeFlags.Boolean) return undefined;
  const values: LiteralValue[] = [];
  for (const arm of declared.isUnion() ? declared.types : armsOf(declared)) {
    if (!(arm.flags & ts.TypeFlags.Literal)) return undefined;
    const value = literalValue(arm);
    if (typeof value === "object") return undefined;
    values.push(value);
  }
  return [...new Set(values)].sort(compareLiterals);
}
