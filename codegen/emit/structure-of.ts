/** Looks up what a type refers to. A model that does not hold it is a fault of ours, not of a schema. */

import type { SchemaModel, Structure } from "../model/schema-model.ts";

export function structureOf(model: SchemaModel, id: string): Structure {
  const structure = model.structures.get(id);
  if (structure === undefined) throw new Error(`the model refers to a structure that it does not hold: ${id}`);
  return structure;
}
