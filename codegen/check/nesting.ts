/**
 * Documents nested so deeply that no reader takes them, although they end.
 *
 * What comes after works recursively, structure by structure; this is also its bound.
 */

import type { Diagnostic } from "../model/diagnostic.ts";
import type { SchemaModel, Structure, Type } from "../model/schema-model.ts";
import { diagnosticRows } from "./diagnostic-codes.ts";

const maxLevels = 500;

export function deepStructures({ structures }: SchemaModel): Diagnostic[] {
  const levels = new Map<string, number>();
  const diagnostics: Diagnostic[] = [];
  for (const root of structures.values()) measure(root, structures, levels);
  for (const { id, name, place } of structures.values()) {
    // Only where the bound is crossed: all that contain it are beyond it, too.
    if (levels.get(id) !== maxLevels + 1) continue;
    const { code, remedy } = diagnosticRows["nested-too-deep"];
    const message = `${name} holds more than ${maxLevels} documents inside of each other`;
    diagnostics.push({ code, severity: "error", place, typeText: name, message, remedy });
  }
  return diagnostics;
}

/** Levels of documents below and with each structure; what contains itself counts one. With a list of its own, not by recursion. */
function measure(root: Structure, structures: ReadonlyMap<string, Structure>, levels: Map<string, number>): void {
  const open: { structure: Structure; parts: readonly string[]; next: number }[] = [];
  const enter = (structure: Structure): void => {
    if (levels.has(structure.id)) return;
    levels.set(structure.id, 1);
    open.push({ structure, parts: referencesOf(structure.type), next: 0 });
  };
  enter(root);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const part = top.parts[top.next];
    top.next += 1;
    const target = part === undefined ? undefined : structures.get(part);
    if (target !== undefined) {
      enter(target);
      continue;
    }
    if (part !== undefined) continue;
    open.pop();
    const below = top.parts.map((id) => (structures.get(id)?.recursive === true ? 0 : (levels.get(id) ?? 0)));
    levels.set(top.structure.id, 1 + below.reduce((most, level) => Math.max(most, level), 0));
  }
}

function referencesOf(type: Type): string[] {
  switch (type.kind) {
    case "ref":
      return [type.id];
    case "array":
    case "set":
      return referencesOf(type.items);
    case "tuple":
      return [
        ...type.items.flatMap((item) => referencesOf(item.type)),
        ...(type.rest === undefined ? [] : referencesOf(type.rest)),
      ];
    case "map":
      return referencesOf(type.value);
    case "document":
      return type.fields.flatMap((field) => referencesOf(field.type));
    case "tagged":
      return type.arms.flatMap((arm) => referencesOf(arm.type));
    case "value-union":
      return type.arms.flatMap(referencesOf);
    default:
      return [];
  }
}
