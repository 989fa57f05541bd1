/** What every emitter of one module works with. */

import type { Fault, SchemaFile, SchemaModel } from "../model/schema-model.ts";
import type { ModuleScope } from "./module-scope.ts";
import type { TypeTexts } from "./type-text.ts";

/** `ts`: a module with its types; `js`: the same without; `dts`: the types of the latter alone. */
export type Language = "ts" | "js" | "dts";

export interface ModuleContext {
  readonly model: SchemaModel;
  readonly file: SchemaFile;
  readonly language: Language;
  readonly scope: ModuleScope;
  readonly types: TypeTexts;
  /** The internal name for something of the module; the same for the same hint. */
  internal(hint: string): string;
  /** The internal name of the codec of a structure, asked for by id. */
  codec(structureId: string): string;
  /** The local name of a fault's class, wherever it is declared. */
  faultClass(fault: Fault, kind: "type" | "value"): string;
  /** The local name of the type of a fault's data. */
  faultData(fault: Fault): string;
  /** The internal name of a fault's description in this module. */
  faultDescription(fault: Fault): string;
  fault(fullName: string): Fault;
}

/** The local name of something that `taut/runtime/v1` exports. */
export function runtime(context: ModuleContext, name: string, kind: "type" | "value" = "type"): string {
  return context.scope.import("taut/runtime/v1", name, kind);
}
