/** Judges a model as a whole: what no single declaration can know. */

import type { Diagnostic } from "../model/diagnostic.ts";
import type { SchemaModel } from "../model/schema-model.ts";
import { nameClashes } from "./name-clashes.ts";
import { deepStructures } from "./nesting.ts";

export function checkModel(model: SchemaModel): Diagnostic[] {
  return [...nameClashes(model), ...deepStructures(model)];
}
