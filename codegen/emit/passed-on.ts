/**
 * The exported types of a schema file, passed on by its module.
 *
 * In TypeScript they are re-exported from the schema, so there is one declaration of each. In JavaScript they are written out, so
 * that the package can be published without the schema sources; enums become frozen objects.
 */

import { quote } from "../model/quote.ts";
import type { PassedOn, SchemaModel, Structure } from "../model/schema-model.ts";
import { docComment } from "./doc-comment.ts";
import type { ModuleContext } from "./module-context.ts";
import { clause } from "./module-scope.ts";
import { objectKey, typeKey } from "./names.ts";

/** `export type { Order, PlaceOrder } from "../../schemas/shop/v1/orders.ts";` */
export function reExports(exports: readonly PassedOn[], source: string): string {
  const isValue = ({ kind, isTypeOnly }: PassedOn) => kind === "enum" && isTypeOnly !== true;
  const types = exports.filter((passedOn) => !isValue(passedOn)).map(({ name }) => name);
  const values = exports.filter(isValue).map(({ name }) => name);
  return [
    types.length === 0 ? "" : clause("export type", types, source),
    values.length === 0 ? "" : clause("export", values, source),
  ].join("");
}

/** The enums of a file for a JavaScript module, as values. */
export function enumObjects({ file, scope }: ModuleContext): string {
  return file.exports
    .filter(({ kind }) => kind === "enum")
    .map(({ name, members = [], doc }) => {
      const local = scope.exportedLocal(name);
      const lines = members.map((member) => `  ${objectKey(member.name)}: ${literal(member.value)},\n`);
      return `${docComment(doc)}${local === name ? "export " : ""}const ${local} = Object.freeze({\n${lines.join("")}});\n`;
    })
    .join("\n");
}

/** The types of a file written out, for a declaration file. */
export function declarations(context: ModuleContext): string {
  const structures = structuresByName(context.model);
  return context.file.exports
    .map((passedOn) =>
      passedOn.kind === "enum" ? enumDeclaration(context, passedOn) : typeDeclaration(context, passedOn, structures),
    )
    .filter((text) => text !== "")
    .join("\n");
}

function enumDeclaration({ scope }: ModuleContext, { name, members = [], doc }: PassedOn): string {
  const local = scope.exportedLocal(name);
  const head = local === name ? "export " : "";
  const lines = members.map((member) => `  readonly ${typeKey(member.name)}: ${literal(member.value)};\n`);
  return [
    docComment(doc),
    `${head}declare const ${local}: {\n${lines.join("")}};\n`,
    `${head}type ${local} = (typeof ${local})[keyof typeof ${local}];\n`,
  ].join("");
}

function typeDeclaration(
  context: ModuleContext,
  { name, doc, type, text }: PassedOn,
  structures: ReadonlyMap<string, Structure>,
): string {
  const structure = structures.get(`${context.file.path}\n${name}`);
  const target = structure?.type ?? type;
  if (target === undefined && text === undefined) return "";
  const local = context.scope.exportedLocal(name);
  const comment = docComment(doc ?? structure?.doc);
  const exporting = local === name ? "export " : "";
  const head = `${comment}${exporting}`;
  if (target === undefined)
    return text === undefined ? "" : `${comment}${context.types.declaration({ local, head: exporting }, text)}`;
  return target.kind === "document"
    ? `${head}${context.types.interface(local, target)}`
    : `${head}type ${local} = ${context.types.built(target)};\n`;
}

function structuresByName(model: SchemaModel): Map<string, Structure> {
  const byName = new Map<string, Structure>();
  for (const structure of model.structures.values()) {
    const { declared } = structure;
    if (declared !== undefined) byName.set(`${declared.file}\n${declared.name}`, structure);
  }
  return byName;
}

function literal(value: string | number): string {
  return typeof value === "string" ? quote(value) : String(value);
}
