/** `OrdersService`: the description that `server.add` and the client work from. */

import { serviceNames } from "../model/emitted-names.ts";
import { quote } from "../model/quote.ts";
import type { Method, Service } from "../model/schema-model.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { type ModuleContext, runtime } from "./module-context.ts";
import { access, methodCall, typeKey } from "./names.ts";
import { handlerParameterType } from "./signature.ts";

export function serviceDescription(context: ModuleContext, service: Service): string {
  const { description, handler } = serviceNames(service);
  const type = context.language === "js" ? "" : `${runtime(context, "ServiceDescription")}<${handler}>`;
  const comment = `/** \`${service.fullName}\`, for \`server.add\`. */\n`;
  if (context.language === "dts") return `${comment}export declare const ${description}: ${type};\n`;
  const typed = context.language === "ts";
  const define = `${runtime(context, "defineService", "value")}${typed ? `<${handler}>` : ""}`;
  return [
    comment,
    `export const ${description}${typed ? `: ${type}` : ""} = ${define}({\n`,
    `  fullName: ${quote(service.fullName)},\n`,
    `  fingerprint: ${quote(fingerprintOf(context.model, service))},\n`,
    `  methods: [${service.methods.length === 0 ? "" : "\n"}`,
    ...service.methods.map((method) => methodDefinition(context, method, handler)),
    `${service.methods.length === 0 ? "" : "  "}],\n`,
    "});\n",
  ].join("");
}

function methodDefinition(context: ModuleContext, method: Method, handler: string): string {
  const faults = method.faults.map((fullName) => context.faultDescription(context.fault(fullName)));
  const lines = [
    `name: ${quote(method.name)}`,
    `kind: ${quote(method.kind)}`,
    `idempotent: ${method.idempotent}`,
    ...(method.timeoutMs === undefined ? [] : [`timeoutMs: ${method.timeoutMs}`]),
    `request: ${context.codec(method.request)}`,
    `response: ${context.codec(method.response)}`,
    `requestItem: ${quote(method.requestShape === "item" ? "value" : "document")}`,
    `result: ${quote(method.resultWrapping)}`,
    `faults: [${faults.join(", ")}]`,
    `invoke: ${invocation(context, method, handler)}`,
  ];
  return `    {\n${lines.map((line) => `      ${line},\n`).join("")}    },\n`;
}

/** `(handler, request, context) => handler.place(request, context)`, the request spread over declared parameters where it is. */
function invocation(context: ModuleContext, method: Method, handler: string): string {
  const spread = method.requestShape === "parameters";
  const handed = spread ? method.parameters.map(({ name }) => `request${access(name)}`) : ["request"];
  const call = methodCall("handler", method.name, [...handed, "context"]);
  const request = spread && method.parameters.length === 0 ? "_request" : "request";
  if (context.language !== "ts") return `(handler, ${request}, context) => ${call}`;
  const types = method.parameters.map((_parameter, index) => handlerParameterType(context, method, index));
  const document = method.parameters.map(({ name }, index) => `${typeKey(name)}: ${types[index]}`);
  const requestType = !spread ? types[0] : document.length === 0 ? "unknown" : `{ ${document.join("; ")} }`;
  return `(handler: ${handler}, ${request}: ${requestType}, context: ${runtime(context, "CallContext")}) =>\n        ${call}`;
}
