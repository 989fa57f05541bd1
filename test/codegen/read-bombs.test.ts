/** SC-2 of the attacks: schemas made to exhaust the reader end with a result or a diagnostic, soon and without a stack overflow. */

import { describe, expect, it } from "vitest";
import { codesOf, fileOf, readClean, readSource } from "./read-source.ts";

const limitMs = 30_000;

/** How a text that nests too deep may end: which of these depends on the stack that this Node has. */
const gaveUp: readonly string[] = ["TAUT3024", "TAUT1007", "TAUT1002"];

describe("SC-2: compiler bombs", { timeout: limitMs }, () => {
  it("ten thousand types", () => {
    const text = Array.from(
      { length: 10_000 },
      (_, index) => `export interface T${index} { next?: T${(index + 1) % 10_000}; x: string }`,
    );
    expect(fileOf(readClean(text.join("\n"))).messages).toHaveLength(10_000);
  });

  it.each([1_000, 5_000, 50_000])("%i levels of nesting", (depth) => {
    const { diagnostics } = readSource(
      `export interface X { x: ${"{ a: ".repeat(depth)}string${" }".repeat(depth)} }\nexport interface Fine { a: string }`,
    );
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(codesOf(diagnostics).filter((code) => !gaveUp.includes(code))).toEqual([]);
  });

  it.each([1_000, 20_000])("an array of %i dimensions", (depth) => {
    expect(readSource(`export interface X { x: string${"[]".repeat(depth)} }`).diagnostics.length).toBeGreaterThan(0);
  });

  it.each([400, 1_000, 10_000])("a chain of %i types that each hold the next", (length) => {
    const text = Array.from({ length }, (_, index) => `export interface T${index} { next: T${index + 1} }`);
    const { diagnostics } = readSource(`${text.join("\n")}\nexport interface T${length} { x: string }`);
    expect(new Set(codesOf(diagnostics))).toEqual(new Set(length < 500 ? [] : ["TAUT3024"]));
  });

  it("a chain of five thousand aliases", () => {
    const text = Array.from({ length: 5_000 }, (_, index) => `type T${index} = T${index + 1};`);
    const { diagnostics } = readSource(`${text.join("\n")}\ntype T5000 = string; export interface X { x: T0 }`);
    expect(codesOf(diagnostics).filter((code) => !gaveUp.includes(code))).toEqual([]);
  });

  it("a union of five thousand arms, and one of as many literals", () => {
    const arms = Array.from({ length: 5_000 }, (_, index) => `{ kind: "k${index}"; x${index}: string }`);
    readClean(`export type X = ${arms.join(" | ")};`);
    const literals = Array.from({ length: 5_000 }, (_, index) => `"k${index}"`);
    readClean(`export interface X { x: ${literals.join(" | ")} }`);
  });

  it("cyclic aliases", () => {
    const { diagnostics } = readSource(
      "type A = B; type B = A; export interface X { a: A; b: A[] } export type C = C; export interface S { m(x: X): void }",
    );
    expect(codesOf(diagnostics, "error")).toContain("TAUT1002");
  });

  it("interfaces that extend each other", () => {
    expect(codesOf(readSource("export interface A extends B {} export interface B extends A {}").diagnostics)).toContain(
      "TAUT1002",
    );
  });

  it("hundreds of interfaces that each inherit from all before", () => {
    const link = (index: number) => (index === 0 ? "" : `extends B${index - 1} `);
    const lines = Array.from({ length: 800 }, (_, index) => `export interface B${index} ${link(index)}{ p${index}: string }`);
    expect(codesOf(readSource(lines.join("\n")).diagnostics)).toEqual(["TAUT3025"]);
  });

  it("a literal of a megabyte", () => {
    readClean(`export interface X { x: "${"a".repeat(1_000_000)}" }`);
  });

  it("generics that grow", () => {
    const { diagnostics } = readSource(`
      interface A<T> { next?: A<T[]>; b?: B<T, A<T>> }
      interface B<T, U> { a?: A<U>; b?: B<U, T[]> }
      export interface S { m(request: A<string>): Promise<void> }
    `);
    expect(codesOf(diagnostics, "error").length).toBeGreaterThan(0);
  });

  it("mapped types over thousands of keys", () => {
    const keys = Array.from({ length: 5_000 }, (_, index) => `"k${index}"`).join(" | ");
    readClean(`export interface X { x: Partial<Record<${keys}, string>> }`);
  });

  it("a doubling of intersections and unions", () => {
    const lines = ["type T0 = { a: string };"];
    for (let index = 1; index <= 30; index += 1) lines.push(`type T${index} = { l: T${index - 1}; r: T${index - 1} };`);
    const doubled = readClean(`${lines.join("\n")}\nexport interface X { x: T30 }`);
    expect(doubled.structures.size).toBe(32);
    const tags = Array.from({ length: 16 }, (_, index) => `({ t${index}: 0 } | { t${index}: 1 })`);
    const { diagnostics } = readSource(`export type Y = ${tags.join(" & ")};`);
    expect(diagnostics).toMatchObject([{ code: "TAUT3025", message: "it has 65536 arms" }]);
  });

  it("ten thousand levels of parentheses in the text", () => {
    const { model, diagnostics } = readSource(`export interface X { x: ${"(".repeat(10_000)}string${")".repeat(10_000)} }`);
    if (diagnostics.length === 0) expect(fileOf(model).messages).toMatchObject([{ name: "X" }]);
    else expect(codesOf(diagnostics, "error")).toEqual(["TAUT1007"]);
  });

  it("two thousand levels of generics in the text", () => {
    const { diagnostics } = readSource(
      `interface P<T> { t: T }\nexport interface X { x: ${"P<".repeat(2_000)}string${">".repeat(2_000)} }`,
    );
    expect(["TAUT3023", ...gaveUp]).toContain(codesOf(diagnostics).join());
  });

  it("ten thousand near misses of a tag, and a hundred thousand backticks, in comments", () => {
    const { diagnostics } = readSource(`/** ${"@minimun ".repeat(10_000)} */ export interface X { a: string }`);
    expect(diagnostics).toHaveLength(10_000);
    expect(new Set(codesOf(diagnostics))).toEqual(new Set(["TAUT4001"]));
    expect(fileOf(readClean(`/** ${"`".repeat(100_001)} */ export interface X { a: string }`)).messages).toHaveLength(1);
  });
});
