/** What `generate` refuses before it reads or deletes anything: folders that cannot be meant so. */

import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkFolders, OptionError } from "../../codegen/generate/folders.ts";
import { generate } from "../../codegen/index.ts";
import { readFolder } from "./emit-read-folder.ts";

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "taut-folders-")));
  put("project/schemas/shop/v1/orders.ts", "export interface Order { id: string }\n");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function check(out: string, root = "project/schemas"): void {
  checkFolders({ root: join(folder, root), out: join(folder, out) });
}

test.each(["project/generated", "elsewhere/not/yet", "project/schemas-generated", "project/..generated"])("%s is fine", (out) => {
  expect(() => check(out)).not.toThrow();
});

test.each([
  ["project/schemas", "lies in the schema folder"],
  ["project/schemas/generated", "lies in the schema folder"],
  ["project", "holds the schema folder"],
  [".", "would be deleted"],
  ["/", "would be deleted"],
])("%s is refused: it %s", (out, words) => {
  const checking = () => (out === "/" ? checkFolders({ root: join(folder, "project/schemas"), out }) : check(out));
  expect(checking).toThrow(OptionError);
  expect(checking).toThrow(words);
});

test("a link does not lead around that", () => {
  symlinkSync(join(folder, "project"), join(folder, "link"), "junction");
  expect(() => check("link")).toThrow("holds the schema folder");
  expect(() => check("link/schemas/not/yet")).toThrow("lies in the schema folder");
  expect(() => check("project", "link/schemas")).toThrow("holds the schema folder");
  expect(() => check("link/generated")).not.toThrow();
});

test("a file is no output folder, nor is what would lie in one", () => {
  put("project/file", "");
  expect(() => check("project/file")).toThrow(`the output folder ${join(folder, "project/file")} is a file`);
  expect(() => check("project/file/a/b")).toThrow(`would lie in ${join(folder, "project/file")}, which is a file`);
  expect(() => check("project/generated", "project/file/a")).toThrow("no schema folder at");
});

test("an empty name is not the current folder", () => {
  expect(() => checkFolders({ root: join(folder, "project/schemas"), out: "" })).toThrow("out must not be empty");
  expect(() => checkFolders({ root: "", out: folder })).toThrow("root must not be empty");
});

test("what was generated into other folders stays when the folder above them is given", async () => {
  const root = join(folder, "project/schemas");
  await generate({ root, out: join(folder, "project/a") });
  await generate({ root, out: join(folder, "project/b"), emit: "js" });
  const before = readFolder(folder);
  await expect(generate({ root, out: join(folder, "project") })).rejects.toThrow(OptionError);
  expect(readFolder(folder)).toEqual(before);
});
