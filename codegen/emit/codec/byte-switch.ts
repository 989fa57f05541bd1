/**
 * Emits the search for a text among known ones, by its bytes: which field a key names, which literal a string is.
 *
 * By length first, then by words, halving where there are many. No string is made, so a known literal costs no allocation.
 * The bytes lie at `at`, `length` of them, and a NUL follows them.
 */

import { utf8 } from "./byte-match.ts";
import { plus, type SourceText, wordLiteral } from "./source-text.ts";

export interface SwitchCase {
  readonly text: string;
  /** The expression to return for it. */
  readonly result: string;
}

interface Entry {
  readonly bytes: readonly number[];
  readonly result: string;
}

/** Above so many texts of one length, words are compared by halves rather than one after the other. */
const linearLimit = 4;

/** The body of a function `(b, dv, at, length)` that returns a case's result, or `otherwise`. */
export function byteSwitch(out: SourceText, cases: readonly SwitchCase[], otherwise: string): void {
  const byLength = new Map<number, Entry[]>();
  for (const { text, result } of cases) {
    const bytes = utf8(text);
    const group = byLength.get(bytes.length);
    if (group === undefined) byLength.set(bytes.length, [{ bytes, result }]);
    else group.push({ bytes, result });
  }
  if (byLength.size > 0) {
    out.block("switch (length)", () => {
      for (const [length, entries] of [...byLength].sort(([a], [b]) => a - b)) {
        out.block(`case ${length}:`, () => {
          search(out, entries, loadsOf(length), 0);
          if (length > 0) out.line("break;");
        });
      }
    });
  }
  out.line(`return ${otherwise};`);
}

interface Load {
  readonly expression: string;
  value(bytes: readonly number[]): number;
}

/** The loads that see all bytes of a text of this length. Three bytes are seen with the NUL behind them. */
function loadsOf(length: number): Load[] {
  if (length === 0) return [];
  if (length === 1) return [{ expression: "b[at]", value: ([byte]) => byte as number }];
  if (length === 2) return [{ expression: "dv.getInt16(at, true)", value: (bytes) => (wordOf(bytes, 0) << 16) >> 16 }];
  if (length === 3) return [{ expression: "dv.getInt32(at, true)", value: (bytes) => wordOf(bytes, 0) }];
  const places = [];
  for (let place = 0; place + 4 <= length; place += 4) places.push(place);
  if (length % 4 !== 0) places.push(length - 4);
  return places.map((place) => ({
    expression: `dv.getInt32(${plus("at", place)}, true)`,
    value: (bytes) => wordOf(bytes, place),
  }));
}

function wordOf(bytes: readonly number[], place: number): number {
  const byte = (i: number) => bytes[place + i] ?? 0;
  return byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
}

function search(out: SourceText, entries: readonly Entry[], loads: readonly Load[], depth: number): void {
  const load = loads[0];
  if (load === undefined) {
    out.line(`return ${entries[0]?.result};`);
    return;
  }
  const byWord = new Map<number, Entry[]>();
  for (const entry of entries) {
    const word = load.value(entry.bytes);
    const group = byWord.get(word);
    if (group === undefined) byWord.set(word, [entry]);
    else group.push(entry);
  }
  const words = [...byWord].sort(([a], [b]) => a - b);
  if (words.length === 1 && words[0] !== undefined) {
    single(out, words[0][1], loads);
    return;
  }
  const word = `word${depth}`;
  // An indexed byte may be undefined to strict users, and then halves cannot be compared.
  const isIndexed = load.expression === "b[at]" && words.length > linearLimit;
  out.line(`const ${word} = ${isIndexed ? out.cast(load.expression, "number") : load.expression};`);
  halves(out, words, word, loads.slice(1), depth + 1);
}

/** All entries share their next word: compares it, and where it is one entry alone, all of its words at once. */
function single(out: SourceText, entries: readonly Entry[], loads: readonly Load[]): void {
  const [first] = entries;
  const [load, ...rest] = loads;
  if (first === undefined || load === undefined) return;
  if (entries.length === 1) {
    const conditions = loads.map(({ expression, value }) => `${expression} === ${wordLiteral(value(first.bytes))}`);
    out.when(conditions, "&&", () => out.line(`return ${first.result};`));
  } else {
    out.block(`if (${load.expression} === ${wordLiteral(load.value(first.bytes))})`, () => search(out, entries, rest, 0));
  }
}

function halves(
  out: SourceText,
  words: readonly (readonly [number, readonly Entry[]])[],
  word: string,
  rest: readonly Load[],
  depth: number,
): void {
  if (words.length > linearLimit) {
    const middle = words.length >> 1;
    const pivot = words[middle]?.[0] as number;
    out.either(
      `${word} < ${wordLiteral(pivot)}`,
      () => halves(out, words.slice(0, middle), word, rest, depth),
      () => halves(out, words.slice(middle), word, rest, depth),
    );
    return;
  }
  for (const [value, entries] of words) {
    const [only] = entries;
    if (entries.length === 1 && only !== undefined) {
      const conditions = [
        `${word} === ${wordLiteral(value)}`,
        ...rest.map((load) => `${load.expression} === ${wordLiteral(load.value(only.bytes))}`),
      ];
      out.when(conditions, "&&", () => out.line(`return ${only.result};`));
    } else {
      out.block(`if (${word} === ${wordLiteral(value)})`, () => search(out, entries, rest, depth));
    }
  }
}
