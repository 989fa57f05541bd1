/**
 * The texts of what a method takes and answers.
 *
 * They are printed from the model, which reads best. Where that would be another type than the schema's (members of an enum), a
 * TypeScript module takes the type from the schema's interface by its position instead; a declaration file, which has no schema beside
 * it, has enums of its own and prints their values.
 */

import { quote } from "../model/quote.ts";
import type { Method, Type } from "../model/schema-model.ts";
import { type ModuleContext, runtime } from "./module-context.ts";

/** A declared parameter without `undefined`; of a stream, its item. */
export function parameterType(context: ModuleContext, method: Method, index: number): string {
  const parameter = method.parameters[index];
  if (parameter === undefined) throw new Error(`${method.name} has no parameter ${index}`);
  if (isPrinted(context, parameter.type)) return context.types.of(parameter.type);
  const position = `Parameters<${signatureType(context, method)}>[${index}]`;
  if (parameter.stream) return itemOf(context, position);
  return parameter.optional ? `Exclude<${position}, undefined>` : position;
}

/** The result, or an item of the stream of results; without the declared faults. */
export function resultType(context: ModuleContext, method: Method): string {
  const { result, resultOrUndefined = false, kind, faults } = method;
  if (result === undefined) return "void";
  if (isPrinted(context, result)) return `${context.types.of(result)}${resultOrUndefined ? " | undefined" : ""}`;
  const answer = `ReturnType<${signatureType(context, method)}>`;
  const item = kind === "server-stream" || kind === "bidi" ? itemOf(context, answer) : `Awaited<${answer}>`;
  if (faults.length === 0) return item;
  const [fault, code] = ["Fault", "Code"].map((name) => context.scope.import("taut/schema", name, "type"));
  return `Exclude<${item}, ${fault}<${code}>>`;
}

function isPrinted(context: ModuleContext, type: Type): boolean {
  return context.language !== "ts" || context.types.isExact(type);
}

/** `Orders["place"]` */
function signatureType(context: ModuleContext, method: Method): string {
  const service = context.file.services.find(({ methods }) => methods.includes(method));
  if (service === undefined) throw new Error(`no service of ${context.file.path} has the method ${method.name}`);
  return `${context.types.name({ name: service.name, file: context.file.path })}[${quote(method.name)}]`;
}

function itemOf(context: ModuleContext, stream: string): string {
  return `${runtime(context, "ItemOf")}<${stream}>`;
}
