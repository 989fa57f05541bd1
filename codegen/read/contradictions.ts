/** Rules that leave no value: two that exclude each other, or what the type cannot hold anyway. */

import type { Rules, Type } from "../model/schema-model.ts";
import { integerRanges } from "./integer-ranges.ts";

/** Why no value of the type keeps its rules, where none does. */
export function contradictionOf(type: Type): string | undefined {
  if (type.kind === "value-union") return type.arms.map(contradictionOf).find((text) => text !== undefined);
  return contradictingPair(type) ?? noInteger(type) ?? noCount(type);
}

/** Two rules that leave nothing to any type. */
function contradictingPair(type: Type): string | undefined {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, minItems, maxItems } = type.rules ?? {};
  const pairs = [
    ["@minimum", minimum, "@maximum", maximum, false],
    ["@minimum", minimum, "@exclusiveMaximum", exclusiveMaximum, true],
    ["@exclusiveMinimum", exclusiveMinimum, "@maximum", maximum, true],
    ["@exclusiveMinimum", exclusiveMinimum, "@exclusiveMaximum", exclusiveMaximum, true],
    ["@minLength", minLength, "@maxLength", maxLength, false],
    ["@minItems", minItems, "@maxItems", maxItems, false],
  ] as const;
  for (const [low, from, high, to, exclusive] of pairs) {
    if (from === undefined || to === undefined) continue;
    if (from > to || (exclusive && from >= to)) return `${low} ${from} and ${high} ${to} leave no value`;
  }
  return undefined;
}

/** Bounds between which, or within the type's range, there is no integer. */
function noInteger({ kind, rules = {} }: Type): string | undefined {
  const range = integerRanges[kind];
  if (range === undefined) return undefined;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = rules;
  let [least, most] = range;
  const atLeast = (bound: bigint) => {
    if (bound > least) least = bound;
  };
  const atMost = (bound: bigint) => {
    if (bound < most) most = bound;
  };
  if (minimum !== undefined) atLeast(ceiling(minimum));
  if (exclusiveMinimum !== undefined) atLeast(floor(exclusiveMinimum) + 1n);
  if (maximum !== undefined) atMost(floor(maximum));
  if (exclusiveMaximum !== undefined) atMost(ceiling(exclusiveMaximum) - 1n);
  return least <= most ? undefined : nothingKeeps(kind, rules, boundNames);
}

function ceiling(bound: number | bigint): bigint {
  return BigInt(typeof bound === "bigint" ? bound : Math.ceil(bound));
}

function floor(bound: number | bigint): bigint {
  return BigInt(typeof bound === "bigint" ? bound : Math.floor(bound));
}

/** Counts that a tuple never has, lengths that a Uuid never has. */
function noCount(type: Type): string | undefined {
  const { rules = {} } = type;
  if (type.kind === "uuid") {
    const { minLength = uuidLength, maxLength = uuidLength } = rules;
    return minLength <= uuidLength && uuidLength <= maxLength
      ? undefined
      : nothingKeeps("uuid", rules, ["minLength", "maxLength"]);
  }
  if (type.kind !== "tuple") return undefined;
  const least = type.items.filter(({ optional }) => !optional).length;
  const most = type.rest === undefined ? type.items.length : Number.POSITIVE_INFINITY;
  const { minItems = least, maxItems = least } = rules;
  return minItems <= most && maxItems >= least ? undefined : nothingKeeps("tuple of its length", rules, ["minItems", "maxItems"]);
}

const uuidLength = 36;
const boundNames = ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"] as const;

function nothingKeeps(what: string, rules: Rules, names: readonly (keyof Rules)[]): string {
  const texts = names.filter((name) => rules[name] !== undefined).map((name) => `@${name} ${rules[name]}`);
  return `no ${what} keeps ${texts.join(" and ")}`;
}
