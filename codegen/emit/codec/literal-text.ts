/** Prints object and array literals as the formatter would: on one line where they fit, else one entry a line. */

import { quote } from "../../model/quote.ts";
import type { LiteralValue } from "../../model/schema-model.ts";
import { lineWidth } from "../line-width.ts";

/** Ready text, an object's entries (keys as they are to be printed), or an array's items. */
export type Literal =
  | string
  | { readonly entries: readonly (readonly [key: string, value: Literal])[] }
  | { readonly items: readonly Literal[] };

/** @param column where the literal begins on its line @param tail how many characters follow it on its last line */
export function literalText(literal: Literal, indent = "", column = 0, tail = 1): string {
  if (typeof literal === "string") return literal;
  if (!mustBreak(literal)) {
    const flat = flatText(literal);
    if (column + flat.length + tail <= lineWidth) return flat;
  }
  const inner = `${indent}  `;
  if ("items" in literal) {
    if (literal.items.length === 0) return "[]";
    const lines = literal.items.map((item) => `${inner}${literalText(item, inner, inner.length)},\n`);
    return `[\n${lines.join("")}${indent}]`;
  }
  if (literal.entries.length === 0) return "{}";
  const lines = literal.entries.map(([key, value]) => {
    const head = `${inner}${key}: `;
    return `${head}${literalText(value, inner, head.length)},\n`;
  });
  return `{\n${lines.join("")}${indent}}`;
}

/** The formatter breaks arrays of several objects, or of several arrays, that have more than one entry each. */
function mustBreak(literal: Literal): boolean {
  if (typeof literal === "string") return false;
  if ("entries" in literal) return literal.entries.some(([, value]) => mustBreak(value));
  const { items } = literal;
  if (items.some(mustBreak)) return true;
  return items.length > 1 && (items.every((item) => size(item, "entries") > 1) || items.every((item) => size(item, "items") > 1));
}

function size(literal: Literal, kind: "entries" | "items"): number {
  if (typeof literal === "string") return 0;
  if (kind === "entries") return "entries" in literal ? literal.entries.length : 0;
  return "items" in literal ? literal.items.length : 0;
}

function flatText(literal: Literal): string {
  if (typeof literal === "string") return literal;
  if ("items" in literal) return `[${literal.items.map(flatText).join(", ")}]`;
  if (literal.entries.length === 0) return "{}";
  return `{ ${literal.entries.map(([key, value]) => `${key}: ${flatText(value)}`).join(", ")} }`;
}

/** A literal of a schema. */
export function literalValueText(value: LiteralValue): string {
  return typeof value === "string" ? quote(value) : Object.is(value, -0) ? "-0" : String(value);
}
