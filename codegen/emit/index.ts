/**
 * Model to source: one module a schema file.
 *
 * Everything is text; nothing here reads or writes a file. Same model and options, same bytes.
 */

import type { Fault, SchemaFile, SchemaModel } from "../model/schema-model.ts";
import { type ModuleOptions, moduleText } from "./module.ts";
import type { Language } from "./module-context.ts";
import { ModuleKeys } from "./module-key.ts";
import type { ImportExtension } from "./specifiers.ts";

export { hasHeader } from "./header.ts";
export type { ImportExtension } from "./specifiers.ts";

/** In which language, and how modules find each other. */
export interface EmitOptions {
  /** `ts`: one `.ts` a schema file; `js`: a `.js` and a `.d.ts`, which stand without the schema sources. */
  readonly emit: "ts" | "js";
  /** How relative imports end. */
  readonly importExtension: ImportExtension;
  /** Posix path from the output folder to the schema root: `../schemas`. Not used for `js`. */
  readonly schemaRoot: string;
}

/** A file to be written. */
export interface EmittedFile {
  /** Posix path below the output folder: `shop/v1/orders.ts`. */
  readonly path: string;
  readonly text: string;
}

/** The modules of a model. */
export function emitModules(model: SchemaModel, options: EmitOptions): EmittedFile[] {
  return new ModuleEmitter(options).emit(model);
}

/** By the schema file's path. */
type Emitted = Map<string, { readonly key: string; readonly files: readonly EmittedFile[] }>;

/** Emits one model after another, as a watch does: modules that would come out as they were are not made again. */
export class ModuleEmitter {
  readonly #options: EmitOptions;
  #last: Emitted = new Map();

  constructor(options: EmitOptions) {
    this.#options = options;
  }

  emit(model: SchemaModel): EmittedFile[] {
    const faults = new Map<string, { fault: Fault; file: string }>();
    for (const file of model.files) for (const fault of file.faults) faults.set(fault.fullName, { fault, file: file.path });
    const keys = new ModuleKeys(model, faults);
    const emitted: Emitted = new Map();
    for (const file of model.files) {
      const key = keys.of(file);
      const last = this.#last.get(file.path);
      emitted.set(file.path, last?.key === key ? last : { key, files: this.#emitFile(model, file, faults) });
    }
    this.#last = emitted;
    return [...emitted.values()].flatMap(({ files }) => files);
  }

  #emitFile(model: SchemaModel, file: SchemaFile, faults: ModuleOptions["faults"]): EmittedFile[] {
    const { emit, importExtension, schemaRoot } = this.#options;
    const text = (language: Language) => moduleText({ model, file, language, importExtension, schemaRoot, faults });
    if (emit === "ts") return [{ path: `${file.path}.ts`, text: text("ts") }];
    return [
      { path: `${file.path}.js`, text: text("js") },
      { path: `${file.path}.d.ts`, text: text("dts") },
    ];
  }
}
