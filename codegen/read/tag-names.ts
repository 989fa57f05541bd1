/** Which tags of doc comments are Taut's, which are other tools', and which look like one of ours with a typing error. */

/** Rules for values, in JSON Schema's words. */
const ruleTags = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "minLength",
  "maxLength",
  "pattern",
  "minItems",
  "maxItems",
  "uniqueItems",
  "format",
] as const;
export type RuleTag = (typeof ruleTags)[number];

const otherTags = ["default", "deprecated", "reserved", "idempotent", "timeoutMs"] as const;
export type TagName = RuleTag | (typeof otherTags)[number];

const names: ReadonlySet<string> = new Set([...ruleTags, ...otherTags]);

export function isTagName(name: string): name is TagName {
  return names.has(name);
}

export function isRuleTag(name: string): name is RuleTag {
  return (ruleTags as readonly string[]).includes(name);
}

/** Which tags mean something where. */
export const fieldTags: ReadonlySet<string> = new Set([...ruleTags, "default", "deprecated"]);
export const aliasTags: ReadonlySet<string> = new Set([...ruleTags, "default", "deprecated", "reserved"]);
export const interfaceTags: ReadonlySet<string> = new Set(["deprecated", "reserved"]);
export const methodTags: ReadonlySet<string> = new Set(["deprecated", "idempotent", "timeoutMs"]);

/** Tags of JSDoc, TSDoc and JSON Schema that are near to one of ours and mean something else. */
const foreignTags: ReadonlySet<string> = new Set(
  "defaultValue defaultvalue definition description event experimental file final function ignore implements inheritDoc internal module namespace override package param preserve preserved readonly requires return returns since summary template throws title todo type typedef version".split(
    " ",
  ),
);

/** What people write who know other tools. */
const synonyms: Readonly<Record<string, TagName>> = {
  min: "minimum",
  max: "maximum",
  minlen: "minLength",
  maxlen: "maxLength",
  regex: "pattern",
  regexp: "pattern",
  timeout: "timeoutMs",
  unique: "uniqueItems",
};

/** The tag of ours that an unknown one is probably meant to be. */
export function nearestTag(name: string): TagName | undefined {
  if (foreignTags.has(name)) return undefined;
  const lower = name.toLowerCase();
  const synonym = Object.hasOwn(synonyms, lower) ? synonyms[lower] : undefined;
  if (synonym !== undefined) return synonym;
  let nearest: TagName | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const tag of [...ruleTags, ...otherTags]) {
    const allowed = tag.length < 7 ? 1 : 2;
    if (Math.abs(tag.length - lower.length) > allowed) continue;
    const found = distance(lower, tag.toLowerCase());
    if (found > allowed || found >= least) continue;
    nearest = tag;
    least = found;
  }
  return nearest;
}

/** How many letters have to be added, removed, changed or swapped with their neighbour. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
