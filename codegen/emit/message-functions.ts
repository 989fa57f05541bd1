/** `encodeOrder` and `decodeOrder`: a message's codec on bytes that stand alone. */

import { messageNames } from "../model/emitted-names.ts";
import type { Message } from "../model/schema-model.ts";
import { type ModuleContext, runtime } from "./module-context.ts";

export function messageFunctions(context: ModuleContext, message: Message): string {
  const { encode, decode } = messageNames(message);
  const type = context.language === "js" ? "" : context.types.name({ name: message.name, file: context.file.path });
  const comments = [
    `/** Encodes \`${message.name}\` as one BSON document. Throws CodecError. */\n`,
    `/** Decodes \`${message.name}\` from one BSON document; what it returns owns its memory. Throws CodecError. */\n`,
  ];
  if (context.language === "dts") {
    return [
      `${comments[0]}export declare function ${encode}(value: ${type}): Uint8Array;\n\n`,
      `${comments[1]}export declare function ${decode}(bytes: Uint8Array): ${type};\n`,
    ].join("");
  }
  const typed = context.language === "ts";
  const codec = context.codec(message.structure);
  return [
    `${comments[0]}export function ${encode}(value${typed ? `: ${type}): Uint8Array` : ")"} {\n`,
    `  return ${runtime(context, "encodeDocument", "value")}(${codec}, value);\n`,
    "}\n\n",
    `${comments[1]}export function ${decode}(bytes${typed ? `: Uint8Array): ${type}` : ")"} {\n`,
    `  return ${runtime(context, "decodeDocument", "value")}(${codec}, bytes);\n`,
    "}\n",
  ].join("");
}
