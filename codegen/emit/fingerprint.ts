/**
 * The fingerprint of a service: 16 hexadecimal digits over its wire shape.
 *
 * Equal for equal shapes: names of types, comments, rules, defaults and the order in which methods and fields are written do not
 * count, nor whether a document is named or written in place; names of methods and fields, kinds, types, optionality and faults
 * do. People compare it when decoding fails.
 */

import { createHash } from "node:crypto";
import type { Method, SchemaModel, Service, Type } from "../model/schema-model.ts";
import { compare } from "./module-scope.ts";

export function fingerprintOf(model: SchemaModel, service: Service): string {
  const shapes = new Shapes(model);
  return digest(service.methods.map((method) => shapes.method(method)).sort(compare)).slice(0, 16);
}

function digest(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/**
 * Each shape is the digest of its parts' shapes, so that what is referred to often costs once. A structure that can contain itself
 * is walked from where it is entered, each structure below it numbered at its first visit and written as that number afterwards.
 */
class Shapes {
  readonly #model: SchemaModel;
  readonly #known = new Map<string, string>();

  constructor(model: SchemaModel) {
    this.#model = model;
  }

  method(method: Method): string {
    const faults = method.faults.map((fullName) => {
      const fault = this.#model.files.flatMap((file) => file.faults).find((one) => one.fullName === fullName);
      return [fullName, fault?.code ?? "", fault === undefined ? "" : this.#structure(fault.structure)];
    });
    const { name, kind, resultWrapping } = method;
    // The name leads, so that sorting the shapes sorts by it.
    return JSON.stringify([
      name,
      kind,
      this.#structure(method.request),
      this.#structure(method.response),
      resultWrapping === "void",
      faults,
    ]);
  }

  /** @param entered numbers of the recursive structures between the one that was entered and here */
  #structure(id: string, entered?: Map<string, number>): string {
    const structure = this.#model.structures.get(id);
    if (structure === undefined) throw new Error(`the model has no structure ${id}`);
    if (structure.recursive) {
      const seen = entered?.get(id);
      if (seen !== undefined) return `again ${seen}`;
      if (entered !== undefined) return this.#type(structure.type, entered.set(id, entered.size));
    }
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const shape = this.#type(structure.type, structure.recursive ? new Map([[id, 0]]) : undefined);
    this.#known.set(id, shape);
    return shape;
  }

  #type(type: Type, entered?: Map<string, number>): string {
    switch (type.kind) {
      case "literals":
        return digest(["literals", type.open, type.values]);
      case "array":
      case "set":
        return digest(["array", this.#type(type.items, entered)]);
      case "tuple":
        return digest([
          "tuple",
          type.items.map((item) => [item.optional, this.#type(item.type, entered)]),
          type.rest === undefined ? null : this.#type(type.rest, entered),
        ]);
      case "map":
        return digest(["map", this.#type(type.key, entered), this.#type(type.value, entered)]);
      case "document": {
        const fields = [...type.fields].sort((a, b) => compare(a.name, b.name));
        return digest([
          "document",
          fields.map(({ name, optional, type: field }) => [name, optional, this.#type(field, entered)]),
        ]);
      }
      case "tagged":
        return digest(["tagged", type.tag, type.unrecognized, type.arms.map((arm) => [arm.tags, this.#type(arm.type, entered)])]);
      case "value-union":
        return digest(["union", type.arms.map((arm) => this.#type(arm, entered))]);
      case "ref":
        return this.#structure(type.id, entered);
      default:
        return type.kind;
    }
  }
}
