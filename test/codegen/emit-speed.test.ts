/**
 * A large project: 100 services of 10 methods, 300 messages. Generated, generated again, compiled and loaded in the time that people
 * accept. The times are those of an idle machine with two cores: a fixed piece of work, done beside each measurement, says how much
 * slower this one is at the moment.
 */

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generate } from "../../codegen/generate/generate.ts";
import { type WatchRound, watch } from "../../codegen/generate/watch.ts";
import { schemaPath, schemaText, writeLargeSchemas } from "./emit-large-schemas.ts";
import { readFolder } from "./emit-read-folder.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

let folder: string;
beforeAll(() => {
  // Below the repository, so that `taut/runtime/v1` is found.
  mkdirSync(join(root, "test/.generated"), { recursive: true });
  folder = mkdtempSync(join(root, "test/.generated/large-"));
  writeLargeSchemas(join(folder, "schemas"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What the fixed piece of work takes on an idle machine. */
const idleMs = 60;

/** How many times slower than an idle machine this one is now, at least 1. */
function slowness(): number {
  const start = performance.now();
  let text = "";
  for (let round = 0; round < 40; round += 1) {
    text = JSON.stringify(Array.from({ length: 10_000 }, (_, index) => ({ index, text: `${index}` })));
  }
  const ms = performance.now() - start;
  expect(text.length).toBeGreaterThan(0);
  return Math.max(1, ms / idleMs);
}

/** How long something takes, as if the machine had nothing else to do. */
async function measure(work: () => Promise<unknown>): Promise<number> {
  const before = slowness();
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  return ms / Math.max(before, slowness());
}

describe("100 services", { timeout: 120_000 }, () => {
  test("are generated in less than 5 s", async () => {
    const ms = await measure(async () => {
      const { ok, missing } = await generate({ root: join(folder, "schemas"), out: join(folder, "generated") });
      expect({ ok, written: missing.length }).toEqual({ ok: true, written: 100 });
    });
    expect(ms).toBeLessThan(5_000);
  });

  test("are generated anew in less than 500 ms when one is edited under watch, and only what it touches is written", async () => {
    const stop = new AbortController();
    const rounds = watch({ root: join(folder, "schemas"), out: join(folder, "generated") }, stop.signal);
    const next = async (): Promise<WatchRound> => {
      const { value } = await rounds.next();
      if (value === undefined) throw new Error("the watch ended");
      return value;
    };
    try {
      expect((await next()).result).toMatchObject({ ok: true, unchanged: 100 });
      const times: number[] = [];
      for (let round = 0; round < 8; round += 1) {
        const added = `size: Int32;\n  added${round}: string;`;
        writeFileSync(join(folder, "schemas", schemaPath(7)), schemaText(7).replace("size: Int32;", added));
        const edited = measure(async () => expect((await next()).result?.changed).toEqual([schemaPath(7)]));
        times.push(await edited);
      }
      expect(Math.min(...times)).toBeLessThan(500);
    } finally {
      stop.abort();
      await rounds.return();
    }
  });

  test("compile in less than 10 s", async () => {
    const tsconfig = { extends: "../../../tsconfig.test.json", include: ["generated", "schemas"], exclude: [] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const compiling = () => run(process.execPath, [tsc, "-p", folder]);
    expect(await measure(() => expect(compiling()).resolves.toMatchObject({ stdout: "" }))).toBeLessThan(10_000);
  });

  test("load, as JavaScript, where code may not be made from strings", async () => {
    const js = join(folder, "javascript");
    await generate({ root: join(folder, "schemas"), out: js, emit: "js" });
    const imports = Object.keys(readFolder(js))
      .filter((path) => path.endsWith(".js"))
      .map((path) => `await import("./javascript/${path}");\n`);
    writeFileSync(join(folder, "load.mjs"), imports.join(""));
    const loading = run(process.execPath, ["--disallow-code-generation-from-strings", join(folder, "load.mjs")]);
    await expect(loading).resolves.toEqual({ stdout: "", stderr: "" });
    expect(imports).toHaveLength(100);
  });
});
