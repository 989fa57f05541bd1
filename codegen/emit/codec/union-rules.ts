/** Where the rules of a union of values go. */

import type { Type } from "../../model/schema-model.ts";

/** Hands the rules of a union down to its arms: each takes what applies to it. An arm's own rules win. */
export function withRulesOf(union: Type, arm: Type): Type {
  if (union.rules === undefined) return arm;
  return { ...arm, rules: { ...union.rules, ...arm.rules } };
}
