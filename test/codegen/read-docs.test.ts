/** Holds SCHEMA.md to what the reader does: its examples read without a word, its table of diagnostics is the one in the sources. */

import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { diagnosticRows } from "../../codegen/check/diagnostic-codes.ts";
import { readSource } from "./read-source.ts";

const path = new URL("../../docs/SCHEMA.md", import.meta.url);
const page = readFileSync(path, "utf8");
const examples = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");

function table(): string {
  const rows = Object.values(diagnosticRows).map(({ code, title, explanation, remedy }) => {
    const cells = [`\`${code}\``, `**${title}**. ${explanation}`, remedy];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  });
  return `| code | what and why | instead |\n| --- | --- | --- |\n${rows.join("")}`;
}

describe("SCHEMA.md", () => {
  it.each(examples.map((text) => [text.split("\n").find((line) => line.startsWith("export")) ?? text, text]))(
    "reads: %s",
    (_, text) => {
      expect(readSource(text).diagnostics).toEqual([]);
    },
  );

  it("explains every diagnostic as the sources do", () => {
    const section = /(<!-- diagnostics:.*-->\n)([\s\S]*)(<!-- \/diagnostics -->)/;
    const updated = page.replace(section, (_, open: string, __: string, close: string) => `${open}\n${table()}\n${close}`);
    if (process.env.UPDATE_GOLDENS === "1") writeFileSync(path, updated);
    expect(readFileSync(path, "utf8")).toBe(updated);
  });
});
