/**
 * Model to source: one module a schema file.
 *
 * Everything is text; nothing here reads or writes a file. Same model and options, same bytes.
 */

import type { Fault, SchemaModel } from "../model/schema-model.ts";
import { moduleText } from "./module.ts";
import type { ImportExtension } from "./specifiers.ts";

export { hasHeader } from "./header.ts";
export type { ImportExtension } from "./specifiers.ts";

export interface EmitOptions {
  /** `ts`: one `.ts` a schema file; `js`: a `.js` and a `.d.ts`, which stand without the schema sources. */
  readonly emit: "ts" | "js";
  /** How relative imports end. */
  readonly importExtension: ImportExtension;
  /** Posix path from the output folder to the schema root: `../schemas`. Not used for `js`. */
  readonly schemaRoot: string;
}

export interface EmittedFile {
  /** Posix path below the output folder: `shop/v1/orders.ts`. */
  readonly path: string;
  readonly text: string;
}

export function emitModules(model: SchemaModel, options: EmitOptions): EmittedFile[] {
  const faults = new Map<string, { fault: Fault; file: string }>();
  for (const file of model.files) for (const fault of file.faults) faults.set(fault.fullName, { fault, file: file.path });
  const { importExtension, schemaRoot } = options;
  return model.files.flatMap((file) => {
    const shared = { model, file, importExtension, schemaRoot, faults };
    if (options.emit === "ts") return [{ path: `${file.path}.ts`, text: moduleText({ ...shared, language: "ts" }) }];
    return [
      { path: `${file.path}.js`, text: moduleText({ ...shared, language: "js" }) },
      { path: `${file.path}.d.ts`, text: moduleText({ ...shared, language: "dts" }) },
    ];
  });
}
