/**
 * The conditions under which a value breaks the rules of its doc comment: the same in writers and readers.
 *
 * The texts that tell people which rule it was are the explaining pass's; here it only has to be found out, fast.
 */

import { quote } from "../../model/quote.ts";
import type { Rules, Type } from "../../model/schema-model.ts";
import type { EmitContext } from "./emit-context.ts";

/** Conditions each of which is true when a value that was read breaks a rule. It has its JavaScript type already. */
export function brokenRules(context: EmitContext, type: Type, value: string): string[] {
  const { rules } = type;
  if (rules === undefined) return [];
  switch (type.kind) {
    case "string":
    case "uuid":
      return brokenTextRules(context, rules, value);
    case "literals":
      return type.open ? brokenTextRules(context, rules, value) : [];
    case "number":
    case "int32":
    case "uint32":
    case "int53":
    case "double":
      return brokenBounds(rules, value, (bound) => String(bound));
    case "int64":
    case "uint64":
      return brokenBounds(rules, value, bigintBound);
    case "array":
    case "tuple":
      return brokenItemRules(context, rules, value, `${value}.length`);
    case "set":
      return brokenItemRules(context, { ...rules, uniqueItems: false }, value, `${value}.size`);
    default:
      return [];
  }
}

/** The same for a value that is to be written. A Uuid may be given in any case: the rules are for what the reader makes of it. */
export function brokenRulesOfGiven(context: EmitContext, type: Type, value: string): string[] {
  const { rules } = type;
  if (rules === undefined) return [];
  if (type.kind === "uuid" && rules.pattern !== undefined) return brokenRules(context, type, `${value}.toLowerCase()`);
  if ((type.kind !== "array" && type.kind !== "set") || !holdsUuids(context, type.items))
    return brokenRules(context, type, value);
  const { minItems, maxItems, uniqueItems = false } = rules;
  if (type.kind === "array") {
    const items = uniqueItems ? `${context.use("lowerCased")}(${value})` : value;
    return brokenItemRules(context, rules, items, `${value}.length`);
  }
  if (minItems === undefined && maxItems === undefined) return [];
  const count = `new Set(${context.use("lowerCased")}(${value})).size`;
  return brokenItemRules(context, { ...rules, uniqueItems: false }, value, count);
}

function holdsUuids(context: EmitContext, type: Type): boolean {
  const resolved = context.units.resolve(type);
  if (resolved.kind === "value-union") return resolved.arms.some((arm) => holdsUuids(context, arm));
  return resolved.kind === "uuid";
}

function brokenTextRules(context: EmitContext, rules: Rules, value: string): string[] {
  const broken: string[] = [];
  if (rules.minLength !== undefined) broken.push(`${context.use("isShorter")}(${value}, ${rules.minLength})`);
  if (rules.maxLength !== undefined) broken.push(`${context.use("isLonger")}(${value}, ${rules.maxLength})`);
  if (rules.pattern !== undefined) broken.push(`!${context.pattern(rules.pattern)}.test(${value})`);
  if (rules.format !== undefined) broken.push(`!${context.use("hasFormat")}(${quote(rules.format)}, ${value})`);
  return broken;
}

/** Written so that NaN breaks every bound. */
function brokenBounds(rules: Rules, value: string, literal: (bound: number | bigint) => string): string[] {
  const broken: string[] = [];
  if (rules.minimum !== undefined) broken.push(`!(${value} >= ${literal(rules.minimum)})`);
  if (rules.maximum !== undefined) broken.push(`!(${value} <= ${literal(rules.maximum)})`);
  if (rules.exclusiveMinimum !== undefined) broken.push(`!(${value} > ${literal(rules.exclusiveMinimum)})`);
  if (rules.exclusiveMaximum !== undefined) broken.push(`!(${value} < ${literal(rules.exclusiveMaximum)})`);
  return broken;
}

/** A fraction stays a number: JavaScript compares the two exactly. */
function bigintBound(bound: number | bigint): string {
  if (typeof bound === "number" && !Number.isInteger(bound)) return String(bound);
  return `${BigInt(bound)}n`;
}

function brokenItemRules(context: EmitContext, rules: Rules, value: string, count: string): string[] {
  const broken: string[] = [];
  if (rules.minItems !== undefined) broken.push(`${count} < ${rules.minItems}`);
  if (rules.maxItems !== undefined) broken.push(`${count} > ${rules.maxItems}`);
  if (rules.uniqueItems === true) broken.push(`!${context.use("areUnique")}(${value})`);
  return broken;
}
