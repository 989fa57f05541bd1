/** Emitted files on disk: what is written, what is left alone, what is deleted. */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { compareFolder, type FileText, ForeignFileError, writeFiles } from "../../codegen/write/index.ts";
import { readFolder } from "./emit-read-folder.ts";

const isOurs = (text: string): boolean => text.startsWith("// ours");
let out: string;

beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), "taut-write-"));
});
afterEach(() => {
  rmSync(out, { recursive: true, force: true });
});

function put(path: string, text: string): void {
  mkdirSync(dirname(join(out, path)), { recursive: true });
  writeFileSync(join(out, path), text);
}

const files: FileText[] = [
  { path: "a/v1/one.ts", text: "// ours\n1\n" },
  { path: "two.ts", text: "// ours\n2\n" },
];

test("a folder that does not exist is made, with every file", async () => {
  const deeper = join(out, "not/yet");
  await expect(compareFolder({ out: deeper, files, isOurs })).resolves.toMatchObject({ missing: ["a/v1/one.ts", "two.ts"] });
  await writeFiles({ out: deeper, files, isOurs });
  expect(readFolder(deeper)).toEqual({ "a/v1/one.ts": "// ours\n1\n", "two.ts": "// ours\n2\n" });
});

test("a file that did not change is not written again", async () => {
  await writeFiles({ out, files, isOurs });
  const before = new Date(1_000_000_000_000);
  for (const { path } of files) utimesSync(join(out, path), before, before);
  const changed = [{ path: "two.ts", text: "// ours\nnew\n" }, ...files.slice(0, 1)];
  await expect(writeFiles({ out, files: changed, isOurs })).resolves.toEqual({
    missing: [],
    changed: ["two.ts"],
    stale: [],
    foreign: [],
    unchanged: 1,
  });
  expect(statSync(join(out, "a/v1/one.ts")).mtimeMs).toBe(before.getTime());
  expect(readFolder(out)["two.ts"]).toBe("// ours\nnew\n");
});

test("what is ours and no longer emitted is deleted, with the folders that it leaves empty", async () => {
  put("old/v1/gone.ts", "// ours\n");
  put("old/v1/gone.d.ts", "// ours\n");
  put("old/kept/mine.ts", "export {};\n");
  put("node_modules/x/index.js", "// ours\n");
  await expect(writeFiles({ out, files, isOurs })).resolves.toMatchObject({ stale: ["old/v1/gone.d.ts", "old/v1/gone.ts"] });
  expect(Object.keys(readFolder(out))).toEqual(["a/v1/one.ts", "node_modules/x/index.js", "old/kept/mine.ts", "two.ts"]);
  expect(readdirSync(join(out, "old"))).toEqual(["kept"]);
});

test("a file of somebody else is never overwritten, and then nothing is written at all", async () => {
  put("two.ts", "export const mine = 1;\n");
  const writing = writeFiles({ out, files, isOurs });
  await expect(writing).rejects.toThrow(ForeignFileError);
  await expect(writing).rejects.toThrow(/two\.ts; move it away or choose another output folder/);
  expect(readFolder(out)).toEqual({ "two.ts": "export const mine = 1;\n" });
});

test("comparing writes nothing and names everything that differs", async () => {
  put("two.ts", "// ours\nold\n");
  put("three.ts", "// ours\n");
  await expect(compareFolder({ out, files, isOurs })).resolves.toEqual({
    missing: ["a/v1/one.ts"],
    changed: ["two.ts"],
    stale: ["three.ts"],
    foreign: [],
    unchanged: 0,
  });
  expect(Object.keys(readFolder(out))).toEqual(["three.ts", "two.ts"]);
});

test("a write that fails leaves every file as it was and no temporary one", async () => {
  put("two.ts", "// ours\nold\n");
  put("a/v1", "a file where a folder must be\n");
  await expect(writeFiles({ out, files: [...files].reverse(), isOurs })).rejects.toThrow(/EEXIST|ENOTDIR/);
  expect(readFolder(out)).toEqual({ "a/v1": "a file where a folder must be\n", "two.ts": "// ours\nold\n" });
});
