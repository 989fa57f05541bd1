/** `OrdersClient`: the calls of a service, and `client.settled`. */

import { serviceNames } from "../model/emitted-names.ts";
import { quote } from "../model/quote.ts";
import type { Method, MethodKind, Service } from "../model/schema-model.ts";
import { docComment } from "./doc-comment.ts";
import { resultType } from "./method-types.ts";
import { type ModuleContext, runtime } from "./module-context.ts";
import { access, classKey, methodCall, objectKey, typeKey } from "./names.ts";
import { clientParameters, clientResult, type Signature, signatureOf, typedClientParameters } from "./signature.ts";

/** The method of `Caller` that makes a call of a kind. */
const callerMethods: Record<MethodKind, string> = {
  unary: "unary",
  "server-stream": "serverStream",
  "client-stream": "clientStream",
  bidi: "bidi",
  "one-way": "oneWay",
};

export function clientClass(context: ModuleContext, service: Service): string {
  const { client } = serviceNames(service);
  const settled = service.methods.filter(({ kind }) => kind === "unary" || kind === "client-stream");
  return context.language === "dts"
    ? declaration(context, service, client, settled)
    : implementation(context, service, client, settled);
}

function implementation(context: ModuleContext, service: Service, client: string, settled: readonly Method[]): string {
  const typed = context.language === "ts";
  const methods = methodsName(context, service);
  const channel = typed ? `channel: ${runtime(context, "Channel")}` : "channel";
  return [
    docComment(service.doc),
    `export class ${client} {\n`,
    typed ? `  readonly #caller: ${runtime(context, "Caller")};\n` : "  #caller;\n",
    settled.length === 0 ? "" : settledComment,
    settled.length === 0 ? "" : typed ? `  readonly settled: ${settledType(context, settled)};\n` : "  settled;\n",
    "\n",
    `  constructor(${channel}) {\n`,
    `    this.#caller = ${runtime(context, "callerOf", "value")}(channel);\n`,
    settled.length === 0 ? "" : settledObject(context, settled),
    "  }\n",
    ...service.methods.map((method) => `\n${clientMethod(context, method, methods)}`),
    "}\n",
  ].join("");
}

function declaration(context: ModuleContext, service: Service, client: string, settled: readonly Method[]): string {
  const methods = service.methods.map((method) => {
    const signature = signatureOf(method, "options");
    return `${docComment(method.doc, "  ")}  ${classKey(method.name)}${typedClientParameters(context, signature)}: ${clientResult(context, method)};\n`;
  });
  return [
    docComment(service.doc),
    `export declare class ${client} {\n`,
    settled.length === 0 ? "" : `${settledComment}  readonly settled: ${settledType(context, settled)};\n`,
    `  constructor(channel: ${runtime(context, "Channel")});\n`,
    ...methods,
    "}\n",
  ].join("");
}

const settledComment =
  "  /** The same calls, answering `{ ok: true, value }` or `{ ok: false, error }` instead of rejecting. */\n";

/** The descriptions of the methods, by name: what the client hands to its caller. Stands behind the service's description. */
export function methodTable(context: ModuleContext, service: Service): string {
  const { description } = serviceNames(service);
  const methodOf = runtime(context, "methodOf", "value");
  const members = service.methods.map(({ name }) => `  ${objectKey(name)}: ${methodOf}(${description}, ${quote(name)}),\n`);
  return `const ${methodsName(context, service)} = {\n${members.join("")}};\n`;
}

function methodsName(context: ModuleContext, service: Service): string {
  return context.internal(`${service.name}Methods`);
}

function clientMethod(context: ModuleContext, method: Method, methods: string): string {
  const signature = signatureOf(method, "options");
  const call = `this.#caller.${callerMethods[method.kind]}(${methods}${access(method.name)}, ${request(signature)}, ${signature.last})`;
  const answer = context.language === "ts" ? clientResult(context, method) : undefined;
  return [
    docComment(method.doc, "  "),
    `  ${classKey(method.name)}${clientParameters(context, signature)}${answer === undefined ? "" : `: ${answer}`} {\n`,
    `    return ${call}${answer === undefined || method.kind === "one-way" ? "" : ` as ${answer}`};\n`,
    "  }\n",
  ].join("");
}

/** The wire document, or the iterable of requests. */
function request({ method, arguments: list }: Signature): string {
  if (method.requestShape !== "parameters") return list[0]?.local ?? "{}";
  const members = list.map(({ parameter, local }) =>
    parameter.name === local ? local : `${objectKey(parameter.name)}: ${local}`,
  );
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function settledType(context: ModuleContext, methods: readonly Method[]): string {
  const members = methods.map((method) => {
    const parameters = typedClientParameters(context, signatureOf(method, "options"));
    return `${docComment(method.doc, "    ")}    ${typeKey(method.name)}${parameters}: Promise<${settledResult(context, method)}>;\n`;
  });
  return `{\n${members.join("")}  }`;
}

function settledResult(context: ModuleContext, method: Method): string {
  return `${runtime(context, "Settled")}<${settledArguments(context, method)}>`;
}

function settledArguments(context: ModuleContext, method: Method): string {
  const faults = method.faults.map((fullName) => context.faultClass(context.fault(fullName), "type"));
  return `${resultType(context, method)}, ${faults.length === 0 ? "never" : faults.join(" | ")}`;
}

function settledObject(context: ModuleContext, methods: readonly Method[]): string {
  const settle = runtime(context, "settle", "value");
  const members = methods.map((method) => {
    const { arguments: list, last } = signatureOf(method, "options");
    const names = [...list.map(({ local }) => local), last];
    const types = context.language === "ts" ? `<${settledArguments(context, method)}>` : "";
    return `      ${objectKey(method.name)}: (${names.join(", ")}) => ${settle}${types}(${methodCall("this", method.name, names)}),\n`;
  });
  return `    this.settled = {\n${members.join("")}    };\n`;
}
