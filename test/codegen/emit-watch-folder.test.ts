/** The folder watcher: every change once, whatever the editor does. */

import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watchFolder } from "../../codegen/generate/folder-watcher.ts";

let root: string;
let stop: AbortController;
let batches: AsyncGenerator<string[], void, undefined>;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "taut-watch-"));
  mkdirSync(join(root, "shop/v1"), { recursive: true });
  put("shop/v1/a.ts");
  put("b.ts");
  put("notes.md");
  stop = new AbortController();
  batches = watchFolder(root, stop.signal);
});
afterEach(async () => {
  stop.abort();
  await batches.return();
  rmSync(root, { recursive: true });
});

function put(path: string, text = ""): void {
  writeFileSync(join(root, path), text);
}

async function next(): Promise<string[]> {
  const { value } = await batches.next();
  return (value ?? []).map((path) => path.slice(root.length + 1));
}

test("the first batch is every TypeScript file", async () => {
  expect(await next()).toEqual(["b.ts", "shop/v1/a.ts"]);
});

test("edits, new files, removed ones and renames come as batches of what differs", async () => {
  await next();
  put("b.ts", "1");
  put("shop/v1/c.ts", "1");
  expect(await next()).toEqual(["b.ts", "shop/v1/c.ts"]);
  rmSync(join(root, "b.ts"));
  renameSync(join(root, "shop/v1/c.ts"), join(root, "shop/v1/d.ts"));
  expect(await next()).toEqual(["b.ts", "shop/v1/c.ts", "shop/v1/d.ts"]);
});

test("a file saved by rename is a change", async () => {
  await next();
  put("b.ts~", "new");
  renameSync(join(root, "b.ts~"), join(root, "b.ts"));
  expect(await next()).toEqual(["b.ts"]);
});

test("folders that come with files in them are seen, and those that go", async () => {
  await next();
  const outside = mkdtempSync(join(tmpdir(), "taut-watch-outside-"));
  mkdirSync(join(outside, "v1"));
  writeFileSync(join(outside, "v1/x.ts"), "");
  renameSync(outside, join(root, "moved"));
  expect(await next()).toEqual(["moved/v1/x.ts"]);
  put("moved/v1/x.ts", "1");
  expect(await next()).toEqual(["moved/v1/x.ts"]);
  rmSync(join(root, "moved"), { recursive: true });
  expect(await next()).toEqual(["moved/v1/x.ts"]);
});

test("changes while nobody asks are kept and joined", async () => {
  await next();
  put("b.ts", "1");
  await new Promise((resolve) => setTimeout(resolve, 150));
  put("shop/v1/a.ts", "1");
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(await next()).toEqual(["b.ts", "shop/v1/a.ts"]);
});

test("an abort ends it at once", async () => {
  await next();
  const waiting = batches.next();
  stop.abort();
  await expect(waiting).resolves.toEqual({ done: true, value: undefined });
});

test("a folder that is not there is an error", async () => {
  await expect(watchFolder(join(root, "nowhere")).next()).rejects.toThrow("nowhere");
});
