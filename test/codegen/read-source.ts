/** Reads schemas that a test writes in place. */

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Diagnostic } from "../../codegen/model/diagnostic.ts";
import type { Field, SchemaFile, SchemaModel, Type } from "../../codegen/model/schema-model.ts";
import { readSchemas } from "../../codegen/read/index.ts";

export type Files = Readonly<Record<string, string>>;

export interface ReadSource {
  readonly model: SchemaModel;
  readonly diagnostics: readonly Diagnostic[];
}

/** Writes files into a new folder, and removes it when `use` is done. Paths are relative to the folder. */
export function inFolder<T>(files: Files, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "taut-read-"));
  try {
    writeInto(folder, files);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function writeInto(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Lets the schemas of a folder import `bson` as a project does that has it installed. */
export function installBson(folder: string): void {
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  const installed = fileURLToPath(new URL("../../node_modules/bson", import.meta.url));
  symlinkSync(installed, join(folder, "node_modules", "bson"), "junction");
}

/** @param source one file `shop/v1/shop.ts`, or several below the root */
export function readSource(source: string | Files): ReadSource {
  const files = typeof source === "string" ? { "shop/v1/shop.ts": source } : source;
  return inFolder(files, (root) => readSchemas({ root }));
}

/** What was read, or all that is wrong as an error. */
export function readClean(source: string | Files): SchemaModel {
  const { model, diagnostics } = readSource(source);
  if (diagnostics.length > 0) throw new Error(diagnostics.map((diagnostic) => diagnosticLines(diagnostic)).join("\n"));
  return model;
}

export function fileOf(model: SchemaModel, path = "shop/v1/shop"): SchemaFile {
  const file = model.files.find((one) => one.path === path);
  if (file === undefined) throw new Error(`the model has no file ${path}`);
  return file;
}

export function structureType(model: SchemaModel, id: string): Type {
  const structure = model.structures.get(id);
  if (structure === undefined) throw new Error(`the model has no structure ${id}`);
  return structure.type;
}

/** The fields of a document, directly or by reference. */
export function fieldsOf(model: SchemaModel, type: Type): readonly Field[] {
  const target = type.kind === "ref" ? structureType(model, type.id) : type;
  if (target.kind !== "document") throw new Error(`${target.kind} is no document`);
  return target.fields;
}

export function messageFields(model: SchemaModel, name: string, path?: string): readonly Field[] {
  const message = fileOf(model, path).messages.find((one) => one.name === name);
  if (message === undefined) throw new Error(`there is no message ${name}`);
  return fieldsOf(model, { kind: "ref", id: message.structure });
}

/** The type of a field `x` that is written so. */
export function typeOf(text: string, head = ""): { type: Type; model: SchemaModel } {
  const model = readClean(`${head}\nexport interface Subject { x: ${text} }`);
  const [field] = messageFields(model, "Subject");
  if (field === undefined) throw new Error("the field is lost");
  return { type: field.type, model };
}

export function diagnosticLines({ code, severity, place, typeText, message, remedy, other }: Diagnostic): string {
  return [
    `${severity} ${code} ${place.file}:${place.line}:${place.column}`,
    `  type    ${JSON.stringify(typeText)}`,
    `  why     ${message}`,
    `  remedy  ${remedy}`,
    ...(other === undefined ? [] : [`  other   ${other.file}:${other.line}:${other.column}`]),
  ].join("\n");
}

/** Codes, each as often as it was said, sorted. */
export function codesOf(diagnostics: readonly Diagnostic[], severity?: Diagnostic["severity"]): string[] {
  return diagnostics
    .filter((diagnostic) => severity === undefined || diagnostic.severity === severity)
    .map(({ code }) => code)
    .sort();
}
