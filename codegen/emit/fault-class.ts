/**
 * `OutOfStock`: the class of a declared error, its data's type, and its description for both ends.
 *
 * A class is declared once, in the module of the file that declares the fault; every module that needs its description makes its
 * own, so that modules which import each other in a circle never need one another while they load.
 */

import { faultNames } from "../model/emitted-names.ts";
import { quote } from "../model/quote.ts";
import type { Fault } from "../model/schema-model.ts";
import { docComment } from "./doc-comment.ts";
import { type ModuleContext, runtime } from "./module-context.ts";

export function faultClass(context: ModuleContext, fault: Fault): string {
  return context.language === "dts" ? declaration(context, fault) : implementation(context, fault);
}

/** `export interface OutOfStockData { ... }`, for the languages that have types. */
export function faultData(context: ModuleContext, fault: Fault): string {
  const { data } = faultNames(fault);
  const { type } = context.types.lookUp(fault.structure);
  const comment = docComment(fault.doc);
  if (context.language === "ts" && !context.types.isExact(type)) {
    const declared = context.types.name({ name: fault.name, file: context.file.path });
    return `${comment}export type ${data} = ${context.scope.import("taut/schema", "FaultData", "type")}<${declared}>;\n`;
  }
  if (type.kind !== "document") return `${comment}export type ${data} = ${context.types.built(type)};\n`;
  return `${comment}export ${context.types.interface(data, type)}`;
}

function implementation(context: ModuleContext, fault: Fault): string {
  const { error, data } = faultNames(fault);
  const local = context.scope.exportedLocal(error);
  const head = local === error ? "export " : "";
  const typed = context.language === "ts";
  const fullName = quote(fault.fullName);
  const rpcError = runtime(context, "RpcError", "value");
  return [
    docComment(fault.doc),
    `${head}class ${local} extends ${rpcError} {\n`,
    typed ? narrowed(context, fault) : "  data;\n",
    "\n",
    typed
      ? `  constructor(data: ${data}, init: ${runtime(context, "FaultInit")} = {}) {\n`
      : "  constructor(data, init = {}) {\n",
    `    super(${runtime(context, "faultInit", "value")}(${fullName}, ${quote(fault.code)}, data, init));\n`,
    "    this.data = data;\n",
    "  }\n",
    "\n",
    typed ? `  static is(error: unknown): error is ${local} {\n` : "  static is(error) {\n",
    `    return ${runtime(context, "isFault", "value")}(error, ${fullName});\n`,
    "  }\n",
    "\n",
    "  static {\n",
    `    Object.defineProperty(${local}.prototype, "name", { value: ${quote(error)}, configurable: true, writable: true });\n`,
    "  }\n",
    "}\n",
  ].join("");
}

function declaration(context: ModuleContext, fault: Fault): string {
  const { error, data } = faultNames(fault);
  const local = context.scope.exportedLocal(error);
  const head = local === error ? "export " : "";
  return [
    docComment(fault.doc),
    `${head}declare class ${local} extends ${runtime(context, "RpcError")} {\n`,
    narrowed(context, fault).replaceAll("declare readonly", "readonly"),
    `  constructor(data: ${data}, init?: ${runtime(context, "FaultInit")});\n`,
    `  static is(error: unknown): error is ${local};\n`,
    "}\n",
  ].join("");
}

/**
 * The code and the type of the first detail are literals in the class's type: two faults of equal data stay two types, and
 * `switch (error.code)` narrows.
 */
function narrowed(context: ModuleContext, fault: Fault): string {
  const { data } = faultNames(fault);
  const detail = `{ readonly type: ${quote(fault.fullName)}; readonly data: ${data} }`;
  return [
    `  declare readonly code: ${quote(fault.code)};\n`,
    `  declare readonly details: readonly [${detail}, ...${runtime(context, "Detail")}[]];\n`,
    `  readonly data: ${data};\n`,
  ].join("");
}

/** `const $OutOfStock: FaultDescription = { ... };` */
export function faultDescription(context: ModuleContext, fault: Fault, local: string): string {
  const typed = context.language === "ts";
  const target = context.faultClass(fault, "value");
  const dataType = typed ? ` as ${context.faultData(fault)}` : "";
  return [
    `const ${local}${typed ? `: ${runtime(context, "FaultDescription")}` : ""} = {\n`,
    `  fullName: ${quote(fault.fullName)},\n`,
    `  code: ${quote(fault.code)},\n`,
    `  codec: ${context.codec(fault.structure)},\n`,
    `  create: (data, init) => new ${target}(data${dataType}, init),\n`,
    "};\n",
  ].join("");
}
