/** The values of literal types and enum members, and their order. */

import { ts } from "ts-morph";
import type { LiteralValue } from "../model/schema-model.ts";

/** The value of a literal or an enum's member, or why it has none that can travel. */
export function literalValue(type: ts.Type): LiteralValue | { readonly why: string } {
  if (type.flags & ts.TypeFlags.BooleanLiteral) return (type as { intrinsicName?: string }).intrinsicName === "true";
  if (type.flags & ts.TypeFlags.BigIntLiteral) return { why: "bigint literals are not carried" };
  if (type.isStringLiteral()) return type.value.isWellFormed() ? type.value : { why: "the text is no valid Unicode" };
  if (type.isNumberLiteral()) return Number.isFinite(type.value) ? type.value : { why: `${type.value} is no finite number` };
  return { why: "its value is not known before the program runs" };
}

/** Strings, then numbers, then booleans; each in its own order. */
export function compareLiterals(a: LiteralValue, b: LiteralValue): number {
  const rank = ranks[typeof a as keyof typeof ranks] - ranks[typeof b as keyof typeof ranks];
  if (rank !== 0) return rank;
  return a < b ? -1 : a > b ? 1 : 0;
}

const ranks = { string: 0, number: 1, boolean: 2 };
