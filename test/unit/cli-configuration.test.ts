/** `taut.config.json` and the `taut` key of package.json, and the JSON schema that is published for them. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readConfiguration } from "../../cli/configuration.ts";
import { UsageError } from "../../cli/usage-error.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "taut-config-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function put(path: string, value: unknown): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
  return file;
}

test("nothing is configured where there is no file", () => {
  put("package.json", { name: "x" });
  expect(readConfiguration(folder)).toEqual({});
});

test("the file's folders count from the file, wherever the command runs", () => {
  put("taut.config.json", { $schema: "./x.json", schemas: "api", out: "./src/generated", emit: "js", importExtension: "none" });
  mkdirSync(join(folder, "deep/er"), { recursive: true });
  expect(readConfiguration(join(folder, "deep/er"))).toEqual({
    schemas: join(folder, "api"),
    out: join(folder, "src/generated"),
    emit: "js",
    importExtension: "none",
  });
});

test("package.json may hold it, and ends the search upwards", () => {
  put("taut.config.json", { out: "outer" });
  put("inner/package.json", { taut: { out: "inner" } });
  expect(readConfiguration(join(folder, "inner"))).toEqual({ out: join(folder, "inner/inner") });
  put("inner/package.json", {});
  expect(readConfiguration(join(folder, "inner"))).toEqual({});
});

test("of both in one folder the file of its own counts", () => {
  put("package.json", { taut: { out: "a" } });
  put("taut.config.json", { out: "b" });
  expect(readConfiguration(folder)).toEqual({ out: join(folder, "b") });
});

test.each<[unknown, string]>([
  [{ outDir: "x" }, 'unknown key "outDir"; known: schemas, out, emit, importExtension'],
  [{ toString: "x" }, 'unknown key "toString"'],
  [{ emit: "coffee" }, 'emit must be "ts" or "js", not "coffee"'],
  [{ out: "" }, 'out must be a folder, not ""'],
  [{ importExtension: true }, 'importExtension must be "js", "ts" or "none", not true'],
  [[], "not an object"],
  ["null", "not an object"],
  ["{ nonsense", "taut.config.json: "],
])("%j is wrong usage, named with its file", (value, words) => {
  const file = put("taut.config.json", value);
  const reading = () => readConfiguration(folder);
  expect(reading).toThrow(UsageError);
  expect(reading).toThrow(words);
  expect(reading).toThrow(file);
});

test("a folder of the file's name is wrong usage, named", () => {
  mkdirSync(join(folder, "taut.config.json"));
  const reading = () => readConfiguration(folder);
  expect(reading).toThrow(UsageError);
  expect(reading).toThrow(join(folder, "taut.config.json"));
});

test("the published schema knows the same keys and values", () => {
  const schema = JSON.parse(readFileSync(fileURLToPath(new URL("../../cli/config.schema.json", import.meta.url)), "utf8"));
  const { $schema, ...properties } = schema.properties;
  expect($schema).toEqual({ type: "string" });
  expect(schema.additionalProperties).toBe(false);
  for (const [key, { enum: values = ["folder"] }] of Object.entries<{ enum?: string[] }>(properties)) {
    for (const value of values) {
      put("taut.config.json", { [key]: value });
      expect(Object.keys(readConfiguration(folder))).toEqual([key]);
    }
  }
  put("taut.config.json", { unknown: 1 });
  const known = Object.keys(properties).join(", ");
  expect(() => readConfiguration(folder)).toThrow(`known: ${known}`);
});
