/**
 * The rules of doc comments, each as a question that hot code asks and as a text that people read.
 *
 * Generated code holds the comparisons itself and calls the functions here for the rest; the explaining passes call `brokenRules`. Both
 * must agree: a test feeds them the same values.
 */

import { hasFormat } from "./formats.ts";
import { resolveShape, type Shape, type ShapeRules } from "./shape.ts";

/** A rule that a value breaks. */
export interface BrokenRule {
  readonly rule: string;
  readonly message: string;
}

/** Fewer code points than `least`. */
export function isShorter(text: string, least: number): boolean {
  // A code point has one or two code units: mostly the length decides.
  if (text.length < least) return true;
  return text.length < least * 2 && codePoints(text) < least;
}

/** More code points than `most`. */
export function isLonger(text: string, most: number): boolean {
  return text.length > most && codePoints(text) > most;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** No two items are the same; scalars alone. */
export function areUnique(items: readonly unknown[]): boolean {
  return new Set(items).size === items.length;
}

/** Items of which every text is a Uuid, in the case that readers give them. */
export function lowerCased(items: Iterable<unknown>): unknown[] {
  return Array.from(items, (item) => (typeof item === "string" ? item.toLowerCase() : item));
}

const patterns = new WeakMap<ShapeRules, RegExp>();

/** Compiled once a rule set. Unanchored and by code points, as JSON Schema has it. */
function patternOf(rules: ShapeRules, source: string): RegExp {
  const known = patterns.get(rules);
  if (known !== undefined) return known;
  const pattern = new RegExp(source, "u");
  patterns.set(rules, pattern);
  return pattern;
}

/** Every rule of the shape that the value breaks, as it will be read. It is of the shape's type; its parts are not looked into. */
export function brokenRules(shape: Shape, given: unknown): BrokenRule[] {
  const { rules } = shape;
  if (rules === undefined) return [];
  const value = asRead(shape, given);
  const broken: BrokenRule[] = [];
  const add = (rule: string, message: string): void => {
    broken.push({ rule, message });
  };
  if (typeof value === "string") brokenTextRules(rules, value, add);
  else if (typeof value === "number" || typeof value === "bigint") brokenBounds(rules, value, add);
  else if (Array.isArray(value)) brokenItemRules(rules, value, value.length, add);
  else if (value instanceof Set) brokenItemRules(rules, [], value.size, add);
  return broken;
}

/** A Uuid may be given in any case, and is read in one. */
function asRead(shape: Shape, value: unknown): unknown {
  if (shape.kind === "uuid" && typeof value === "string") return value.toLowerCase();
  if (shape.kind === "array" && Array.isArray(value) && holdsUuids(shape.items)) return lowerCased(value);
  if (shape.kind === "set" && value instanceof Set && holdsUuids(shape.items)) return new Set(lowerCased(value));
  return value;
}

function holdsUuids(shape: Shape): boolean {
  const resolved = resolveShape(shape);
  return resolved.kind === "value-union" ? resolved.arms.some(holdsUuids) : resolved.kind === "uuid";
}

type Add = (rule: string, message: string) => void;

function brokenTextRules(rules: ShapeRules, text: string, add: Add): void {
  const { minLength, maxLength, pattern, format } = rules;
  if (minLength !== undefined && isShorter(text, minLength)) {
    add("minLength", `${codePoints(text)} characters are fewer than the ${minLength} of @minLength`);
  }
  if (maxLength !== undefined && isLonger(text, maxLength)) {
    add("maxLength", `${codePoints(text)} characters are more than the ${maxLength} of @maxLength`);
  }
  if (pattern !== undefined && !patternOf(rules, pattern).test(text)) add("pattern", `does not match @pattern ${pattern}`);
  if (format !== undefined && !hasFormat(format, text)) add("format", `is no ${format} as @format asks`);
}

function brokenBounds(rules: ShapeRules, value: number | bigint, add: Add): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = rules;
  // Asked the positive way, so that NaN breaks every bound.
  if (minimum !== undefined && !(value >= minimum)) add("minimum", `${value} is less than @minimum ${minimum}`);
  if (maximum !== undefined && !(value <= maximum)) add("maximum", `${value} is more than @maximum ${maximum}`);
  if (exclusiveMinimum !== undefined && !(value > exclusiveMinimum)) {
    add("exclusiveMinimum", `${value} is not more than @exclusiveMinimum ${exclusiveMinimum}`);
  }
  if (exclusiveMaximum !== undefined && !(value < exclusiveMaximum)) {
    add("exclusiveMaximum", `${value} is not less than @exclusiveMaximum ${exclusiveMaximum}`);
  }
}

function brokenItemRules(rules: ShapeRules, items: readonly unknown[], count: number, add: Add): void {
  const { minItems, maxItems, uniqueItems } = rules;
  if (minItems !== undefined && count < minItems) add("minItems", `${count} items are fewer than the ${minItems} of @minItems`);
  if (maxItems !== undefined && count > maxItems) add("maxItems", `${count} items are more than the ${maxItems} of @maxItems`);
  if (uniqueItems === true && !areUnique(items)) add("uniqueItems", "holds an item twice, which @uniqueItems forbids");
}
