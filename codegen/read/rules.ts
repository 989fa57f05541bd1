/**
 * Tags of doc comments as rules of a type: each is read, held against the type, and put on the part that it speaks of.
 *
 * The rules of a union stand on the arms that they fit, so whoever writes codecs finds a rule on the kind that can break it. A field's
 * tags win over its alias's, keyword by keyword.
 */

import type { Format, Rules, Type } from "../model/schema-model.ts";
import { contradictionOf } from "./contradictions.ts";
import type { Tag } from "./doc-comments.ts";
import { isExact } from "./integer-ranges.ts";
import { isComparedByValue } from "./read-items.ts";
import { type Reading, type Site, type TroubleSite, unreadable } from "./reading.ts";
import { isRuleTag, isTagName, nearestTag, type RuleTag } from "./tag-names.ts";

/** Known tags, each once; trouble is reported for near-misses and for what has no business here. */
export function checkTags(reading: Reading, site: TroubleSite, tags: readonly Tag[], allowed: ReadonlySet<string>): Tag[] {
  const seen = new Set<string>();
  return tags.filter((tag) => {
    if (!isTagName(tag.name)) {
      const meant = nearestTag(tag.name);
      if (meant !== undefined) {
        const remedy = `write @${meant}`;
        report(reading, site, { name: "tag-near-miss", tag, message: `there is no tag @${tag.name}`, remedy });
      }
      return false;
    }
    if (!allowed.has(tag.name)) {
      report(reading, site, { name: "tag-misplaced", tag, message: `@${tag.name} means nothing here` });
      return false;
    }
    if (seen.has(tag.name) && tag.name !== "reserved") {
      report(reading, site, { name: "tag-value", tag, message: `@${tag.name} is there twice`, remedy: "keep one of the two" });
      return false;
    }
    seen.add(tag.name);
    return true;
  });
}

interface TagReport {
  readonly name: "tag-near-miss" | "tag-value" | "tag-misplaced" | "tag-format" | "tag-contradiction";
  readonly tag: Tag;
  readonly message: string;
  readonly remedy?: string;
}

function report(reading: Reading, site: TroubleSite, { name, tag, message, remedy }: TagReport): void {
  const typeText = `@${tag.name}${tag.value === "" ? "" : ` ${tag.value}`}`;
  reading.trouble(site, name, { message, remedy, typeText, place: tag.place });
}

/** @param which "where they fit" for tags that were written for another type */
export function applyTags(
  reading: Reading,
  site: Site,
  { type, tags, which = "all" }: { type: Type; tags: readonly Tag[]; which?: "all" | "where they fit" },
): Type {
  let result = type;
  const applied = new Map<RuleTag, Tag>();
  for (const tag of tags) {
    if (!isRuleTag(tag.name) || applied.has(tag.name)) continue;
    applied.set(tag.name, tag);
    const rule = readRule(tag.name, tag.value);
    if ("why" in rule) {
      report(reading, site, { name: tag.name === "format" ? "tag-format" : "tag-value", tag, message: rule.why });
      continue;
    }
    if (which === "all" && isRounded(type, rule.value)) {
      report(reading, site, { name: "tag-value", tag, message: `no number is ${rule.value}: it would be ${Number(rule.value)}` });
    }
    const next = withRule(result, tag.name, rule.value);
    if (next !== undefined) result = next;
    else if (which === "all" && type !== unreadable) {
      report(reading, site, { name: "tag-misplaced", tag, message: `@${tag.name} speaks of ${subjects[groups[tag.name]]}` });
    }
  }
  const [first] = applied.values();
  const contradiction = first === undefined ? undefined : contradictionOf(result);
  if (first !== undefined && contradiction !== undefined) {
    report(reading, site, { name: "tag-contradiction", tag: first, message: contradiction });
  }
  return result;
}

type RuleValue = number | bigint | string | boolean;

type Group = "bounds" | "text" | "items" | "unique";

const groups: Readonly<Record<RuleTag, Group>> = {
  minimum: "bounds",
  maximum: "bounds",
  exclusiveMinimum: "bounds",
  exclusiveMaximum: "bounds",
  minLength: "text",
  maxLength: "text",
  pattern: "text",
  format: "text",
  minItems: "items",
  maxItems: "items",
  uniqueItems: "unique",
};

const subjects: Readonly<Record<Group, string>> = {
  bounds: "numbers and bigints",
  text: "strings",
  items: "arrays and sets",
  unique: "arrays of strings, numbers, bigints and booleans",
};

function readRule(name: RuleTag, text: string): { readonly value: RuleValue } | { readonly why: string } {
  switch (groups[name]) {
    case "bounds":
      if (/^[+-]?\d+$/.test(text)) return { value: BigInt(text.replace("+", "")) };
      return isNumber(text) ? { value: Number(text) } : { why: `@${name} takes a number` };
    case "items":
      return readLength(name, text);
    case "unique":
      return text === "" || text === "true" || text === "false"
        ? { value: text !== "false" }
        : { why: "@uniqueItems takes no value, or true or false" };
    case "text":
      if (name === "pattern") return readPattern(text);
      if (name !== "format") return readLength(name, text);
      return (formats as readonly string[]).includes(text)
        ? { value: text }
        : { why: `there is no format ${JSON.stringify(text)}` };
  }
}

function isNumber(text: string): boolean {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text));
}

function readLength(name: RuleTag, text: string): { value: number } | { why: string } {
  const value = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(value) ? { value } : { why: `@${name} takes a count, 0 or more` };
}

function readPattern(text: string): { value: string } | { why: string } {
  if (text === "") return { why: "@pattern takes a regular expression" };
  if (text.includes("\n")) return { why: "@pattern takes one line: an empty line or another tag ends it" };
  if (/^\/.+\/[dgimsuvy]*$/.test(text)) {
    return { why: "@pattern stands without slashes around it; one that is part of the text is written \\/" };
  }
  try {
    new RegExp(text, "u");
    return { value: text };
  } catch (error) {
    return { why: `@pattern takes a regular expression: ${(error as Error).message}` };
  }
}

const formats: readonly Format[] = ["date-time", "date", "email", "hostname", "ipv4", "ipv6", "uri", "uuid"];

/** The type with the rule where it fits; undefined when it fits nowhere. */
function withRule(type: Type, name: RuleTag, value: RuleValue): Type | undefined {
  if (type.kind === "value-union") {
    const arms = type.arms.map((arm) => withRule(arm, name, value));
    if (arms.every((arm) => arm === undefined)) return undefined;
    return { ...type, arms: type.arms.map((arm, index) => arms[index] ?? arm) };
  }
  if (!fits(type, groups[name])) return undefined;
  const own = typeof value === "bigint" && !isBigint(type) ? Number(value) : value;
  const { [name]: _, ...others } = type.rules ?? {};
  const rules: Rules = name === "uniqueItems" && value === false ? others : { ...others, [name]: own };
  if (Object.keys(rules).length > 0) return { ...type, rules };
  const { rules: none, ...bare } = type;
  return none === undefined ? type : (bare as Type);
}

/** A bound that the type's numbers do not hold exactly. */
function isRounded(type: Type, value: RuleValue): boolean {
  if (typeof value !== "bigint" || isExact(value)) return false;
  if (type.kind === "value-union") return type.arms.some((arm) => isRounded(arm, value));
  return numberKinds.has(type.kind) && !isBigint(type);
}

function isBigint({ kind }: Type): boolean {
  return kind === "int64" || kind === "uint64";
}

const numberKinds: ReadonlySet<Type["kind"]> = new Set(["number", "int32", "uint32", "int53", "double", "int64", "uint64"]);

function fits(type: Type, group: Group): boolean {
  switch (group) {
    case "bounds":
      return numberKinds.has(type.kind);
    case "text":
      return type.kind === "string" || type.kind === "uuid" || (type.kind === "literals" && type.open);
    case "items":
      return type.kind === "array" || type.kind === "set" || type.kind === "tuple";
    case "unique":
      return (type.kind === "array" && isComparedByValue(type.items)) || type.kind === "set";
  }
}
