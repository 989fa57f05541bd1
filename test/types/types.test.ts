/** Type tests: the files beside this one compile, with every TypeScript that users have. Each `@ts-expect-error` in them is a test. */

import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

test.each(["typescript-5-9", "typescript-6-0", "typescript"])(
  "SC-10: wrong calls, handlers and faults do not compile with %s, right ones do",
  async (compiler) => {
    const tsc = join(root, "node_modules", compiler, "bin/tsc");
    const said = await run(process.execPath, [tsc, "-p", "test/types"], { cwd: root }).then(
      ({ stdout }) => stdout,
      ({ stdout }) => stdout,
    );
    expect(said).toBe("");
  },
  120_000,
);
