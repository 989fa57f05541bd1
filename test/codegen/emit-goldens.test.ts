/** What is emitted, byte for byte. `UPDATE_GOLDENS=1 npx vitest run test/codegen/emit-goldens.test.ts` writes the goldens anew. */

import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { caseNames, emitFolder, emits, schemasOf, validFolder } from "./emit-cases.ts";
import { readFolder } from "./emit-read-folder.ts";

const update = process.env.UPDATE_GOLDENS === "1";

describe.each(caseNames())("the schemas of valid/%s", (name) => {
  test.each(emits)("emit the %s modules beside them", (emit) => {
    const golden = join(validFolder, name, emit);
    const emitted = emitFolder(schemasOf(name), emit);
    if (update) {
      rmSync(golden, { recursive: true, force: true });
      for (const { path, text } of emitted) {
        mkdirSync(dirname(join(golden, path)), { recursive: true });
        writeFileSync(join(golden, path), text);
      }
    }
    expect(existsSync(golden), "no golden yet: run with UPDATE_GOLDENS=1").toBe(true);
    expect(Object.fromEntries(emitted.map(({ path, text }) => [path, text]))).toEqual(readFolder(golden));
  });
});
