import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { codeNumbers } from "../../src/errors/code.ts";

it("ERRORS.md has the codes and numbers of the source, and no others", () => {
  const text = readFileSync(new URL("../../docs/ERRORS.md", import.meta.url), "utf8");
  const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)].map(([, code, number]) => [code, Number(number)]);
  expect(rows).toEqual(Object.entries(codeNumbers));
});
