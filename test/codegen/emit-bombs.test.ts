/** SC-2 of the attacks, behind the reader: what it lets through is emitted without a stack overflow, and not in quadratic time. */

import { describe, expect, it } from "vitest";
import { emitModules } from "../../codegen/emit/index.ts";
import { readClean, readSource } from "./read-source.ts";

const limitMs = 120_000;

/** The text of the one module. */
function emitted(schema: string): string {
  const files = emitModules(readClean(schema), { emit: "js", importExtension: "js", schemaRoot: "../schemas" });
  return files.find(({ path }) => path.endsWith(".js"))?.text ?? "";
}

describe("SC-2: compiler bombs are emitted", { timeout: limitMs }, () => {
  it("a ring of ten thousand types", () => {
    const types = Array.from(
      { length: 10_000 },
      (_, index) => `export interface T${index} { next?: T${(index + 1) % 10_000}; x: string }`,
    );
    expect(emitted(types.join("\n")).match(/^export function decodeT/gm)).toHaveLength(10_000);
  });

  it("a literal and a name of a megabyte", () => {
    const long = "x".repeat(1 << 20);
    expect(emitted(`export interface X { a: "${long}" }`)).toContain("export function decodeX(");
    expect(emitted(`export interface X { "${long}": string }`)).toContain("export function decodeX(");
  });

  it("twenty-four interfaces that each hold the one before twice", () => {
    const types = Array.from({ length: 24 }, (_, index) => `export interface T${index + 1} { a: T${index}; b: T${index} }`);
    expect(emitted(`export interface T0 { x: number }\n${types.join("\n")}`)).toContain("export function decodeT24(");
  });

  it("what the compiler gives up on is named by its file", () => {
    const { diagnostics } = readSource(`export interface X { x: ${"{ a: ".repeat(20_000)}string${" }".repeat(20_000)} }`);
    for (const { place } of diagnostics) expect(place.file).toMatch(/\.ts$/);
  });
});
