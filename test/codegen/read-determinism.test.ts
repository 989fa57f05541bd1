/** SC-5: one schema, one model: whatever the line ends, the working folder, the time zone, the language, the way it is reached. */

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { emitModules } from "../../codegen/emit/index.ts";
import type { SchemaModel } from "../../codegen/model/schema-model.ts";
import { readSchemas } from "../../codegen/read/index.ts";
import { type Files, inFolder, readClean } from "./read-source.ts";

const schemas = fileURLToPath(new URL("./schemas", import.meta.url));

function filesBelow(folder: string): Files {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );
  return Object.fromEntries(paths.map((path) => [path.replaceAll("\\", "/"), readFileSync(join(folder, path), "utf8")]));
}

function emitted(model: SchemaModel): string {
  return JSON.stringify(emitModules(model, { emit: "ts", importExtension: "ts", schemaRoot: "../schemas" }));
}

describe("SC-5: the model of a folder", () => {
  const files = filesBelow(schemas);
  const model = readClean(files);

  it("is the same twice, and for CRLF sources", () => {
    expect(readClean(files)).toEqual(model);
    const crlf = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replaceAll("\n", "\r\n")]));
    expect(emitted(readClean(crlf))).toBe(emitted(model));
  });

  it("does not know where the folder lies, or in which order its files were made", () => {
    const reversed = Object.fromEntries(Object.entries(files).reverse());
    expect(readClean(reversed)).toEqual(model);
    const [one, two] = ["x", "deeper/y"].map((below) =>
      inFolder(Object.fromEntries(Object.entries(files).map(([path, text]) => [`${below}/${path}`, text])), (folder) =>
        readSchemas({ root: join(folder, below) }),
      ),
    );
    expect(one).toEqual(two);
    expect(one?.model).toEqual(model);
  });

  it("does not depend on time zone, language and working folder", () => {
    const reader = new URL("../../codegen/dist/read/index.js", import.meta.url);
    const script = `const { readSchemas } = await import(${JSON.stringify(reader.href)});
      const { model, diagnostics } = readSchemas({ root: process.argv[1] });
      const text = JSON.stringify([[...model.structures], model.files, diagnostics], (_, v) => typeof v === "bigint" ? v + "n" : v);
      process.stdout.write(text);`;
    const run = (cwd: string, env: Record<string, string>) =>
      execFileSync(process.execPath, ["--input-type=module", "-e", script, schemas], {
        cwd,
        env: { ...process.env, ...env },
        encoding: "utf8",
        maxBuffer: 1 << 28,
      });
    const here = run(process.cwd(), { TZ: "UTC", LANG: "C" });
    expect(run("/", { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" })).toBe(here);
  });

  it("sorts union members by tag or value, not as the checker met them", () => {
    const one = readClean('export type A = "z" | "b"; export interface X { x: "b" | "a" | "z"; y: null | string | Date }');
    const two = readClean('export type A = "z" | "b"; export interface X { x: "z" | "a" | "b"; y: Date | string | null }');
    expect(one).toEqual(two);
  });
});
