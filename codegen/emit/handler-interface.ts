/** `OrdersHandler`: what a server implements. */

import { serviceNames } from "../model/emitted-names.ts";
import type { Service } from "../model/schema-model.ts";
import { docComment } from "./doc-comment.ts";
import type { ModuleContext } from "./module-context.ts";
import { typeKey } from "./names.ts";
import { handlerSignature } from "./signature.ts";

export function handlerInterface(context: ModuleContext, service: Service): string {
  const members = service.methods.map(
    (method) => `${docComment(method.doc, "  ")}  ${typeKey(method.name)}${handlerSignature(context, method)};\n`,
  );
  return `${docComment(service.doc)}export interface ${serviceNames(service).handler} {\n${members.join("")}}\n`;
}
