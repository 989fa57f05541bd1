/**
 * What cannot be carried: one folder a diagnostic below `invalid/`, with schemas and all that is said of them.
 * `UPDATE_GOLDENS=1 npx vitest run test/codegen/read-invalid.test.ts` writes what is said anew.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type DiagnosticName, diagnosticRows } from "../../codegen/check/diagnostic-codes.ts";
import { readSchemas } from "../../codegen/read/index.ts";
import { diagnosticLines, inFolder } from "./read-source.ts";

const invalidFolder = fileURLToPath(new URL("./invalid", import.meta.url));
const update = process.env.UPDATE_GOLDENS === "1";
const names = Object.keys(diagnosticRows) as DiagnosticName[];
const cases = readdirSync(invalidFolder).sort() as DiagnosticName[];

/** Cases that no repository could hold, or that would be too large for one. */
const builtCases: Readonly<Partial<Record<DiagnosticName, () => string[]>>> = {
  "root-missing": () => codes(join(invalidFolder, "there is no such folder")),
  "file-name": () => inFolder({ "shop/v1/a\u0001b.ts": "export interface Order { id: string }" }, codes),
  "not-utf8": () => {
    const text = 'export interface Order { size: "gro\u00df" | "\ufffd" }';
    return inFolder({ "shop/v1/utf8.ts": text }, (root) => {
      writeFileSync(join(root, "shop/v1/latin1.ts"), Buffer.from(text.replace("Order", "Other"), "latin1"));
      return codes(root);
    });
  },
  "compiler-gave-up": () => {
    const depth = 50_000;
    const text = `export interface Order { deep: ${"{ a: ".repeat(depth)}string${" }".repeat(depth)} }`;
    return inFolder({ "shop/v1/deep.ts": text }, codes);
  },
  "too-large": () => {
    const items = Array.from({ length: 40 }, () => "T").join(", ");
    const text = [
      `type Wide<T> = [${items}];`,
      "export interface Order { all: Wide<Wide<Wide<Wide<string>>>> }",
      "export interface Shop { get(id: string): Promise<Order> }",
    ].join("\n");
    return inFolder({ "shop/v1/large.ts": text }, codes);
  },
};

function codes(root: string): string[] {
  return readSchemas({ root }).diagnostics.map(({ code }) => code);
}

describe("the diagnostics", () => {
  it("have a case each, and no case is without one", () => {
    expect([...cases, ...Object.keys(builtCases)].sort()).toEqual([...names].sort());
  });

  it("have codes of their own", () => {
    const codes = names.map((name) => diagnosticRows[name].code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.filter((code) => !/^TAUT[1-9]\d{3}$/.test(code))).toEqual([]);
  });
});

describe.each(cases)("the schemas of invalid/%s", (name) => {
  const folder = join(invalidFolder, name);

  it("say what is wrong, where, why, and how to write it instead", () => {
    const { diagnostics } = readSchemas({ root: join(folder, "schemas") });
    const text = `${diagnostics.map(diagnosticLines).join("\n\n")}\n`;
    const golden = join(folder, "expected.txt");
    if (update) writeFileSync(golden, text);
    expect(existsSync(golden), "no golden yet: run with UPDATE_GOLDENS=1").toBe(true);
    expect(text).toBe(readFileSync(golden, "utf8"));
    expect(diagnostics.map(({ code }) => code)).toContain(diagnosticRows[name].code);
    for (const { message, remedy, place, typeText } of diagnostics) {
      expect(typeText).not.toBe("");
      expect(message).not.toBe("");
      expect(remedy).not.toBe("");
      expect(place.line).toBeGreaterThan(0);
      expect(place.column).toBeGreaterThan(0);
    }
  });
});

describe.each(Object.keys(builtCases) as DiagnosticName[])("a case of %s", (name) => {
  it("is told", () => {
    expect(builtCases[name]?.()).toContain(diagnosticRows[name].code);
  });
});
