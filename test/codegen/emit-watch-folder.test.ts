/** The folder watcher: every change once, whatever the editor does. */

import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watchFolder } from "../../codegen/generate/folder-watcher.ts";

let folder: string;
let root: string;
let stop: AbortController;
let batches: AsyncGenerator<string[], void, undefined>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "taut-watch-"));
  root = join(folder, "above/schemas");
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
  rmSync(folder, { recursive: true });
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

test("a folder that goes is a batch of all its files, and one more when it is back, with what is above it or without", async () => {
  const all = ["b.ts", "shop/v1/a.ts"];
  expect(await next()).toEqual(all);
  for (const gone of [root, dirname(root), root]) {
    renameSync(gone, join(folder, "away"));
    expect(await next()).toEqual(all);
    renameSync(join(folder, "away"), gone);
    expect(await next()).toEqual(all);
    put("b.ts", gone);
    expect(await next()).toEqual(["b.ts"]);
  }
});

test("a folder made anew at once is watched anew", async () => {
  await next();
  rmSync(join(root, "shop"), { recursive: true });
  mkdirSync(join(root, "shop/v1"), { recursive: true });
  put("shop/v1/a.ts", "new");
  expect(await next()).toEqual(["shop/v1/a.ts"]);
  put("shop/v1/a.ts", "newer");
  expect(await next()).toEqual(["shop/v1/a.ts"]);
});

test("a folder that is not there is an error", async () => {
  await expect(watchFolder(join(root, "nowhere")).next()).rejects.toThrow("nowhere");
});
