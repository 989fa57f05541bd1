/**
 * The fingerprint of a service: 16 hexadecimal digits over its wire shape.
 *
 * Equal for equal shapes: names of types, comments, rules, defaults and the order in which methods and fields are written do not
 * count, nor whether a document is named or written in place; names of methods and fields, kinds, types, optionality and faults
 * do. People compare it when decoding fails.
 */

import { createHash } from "node:crypto";
import { compare } from "../model/compare.ts";
import type { DocumentType, Fault, Field, Method, SchemaModel, Service, Structure, Type } from "../model/schema-model.ts";
import { structureOf } from "./structure-of.ts";

export function fingerprintOf(model: SchemaModel, service: Service): string {
  const shapes = new Shapes(model);
  return digest(service.methods.map((method) => shapes.method(method)).sort(compare)).slice(0, 16);
}

function digest(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/**
 * Each shape is the digest of its parts' shapes, so that what is referred to often costs once. A structure that can contain itself is
 * written as a list: itself, then every recursive structure below it in the order of discovery, each referred to by its number.
 *
 * References are followed by loops, never by recursion: a chain of ten thousand types is legal.
 */
class Shapes {
  readonly #model: SchemaModel;
  readonly #faults: ReadonlyMap<string, Fault>;
  readonly #known = new Map<string, string>();

  constructor(model: SchemaModel) {
    this.#model = model;
    this.#faults = new Map(model.files.flatMap(({ faults }) => faults.map((fault) => [fault.fullName, fault])));
  }

  method(method: Method): string {
    const faults = method.faults.map((fullName) => {
      const fault = this.#faults.get(fullName);
      return [fullName, fault?.code ?? "", fault === undefined ? "" : this.#of(fault.structure)];
    });
    const { name, kind, resultWrapping } = method;
    // The name leads, so that sorting the shapes sorts by it.
    return JSON.stringify([name, kind, this.#of(method.request), this.#of(method.response), resultWrapping === "void", faults]);
  }

  #of(id: string): string {
    const waiting = this.#known.has(id) ? [] : [id];
    for (let next = waiting.at(-1); next !== undefined; next = waiting.at(-1)) {
      if (this.#known.has(next)) {
        waiting.pop();
        continue;
      }
      const numbers = this.#numbers(next);
      const members = numbers.size === 0 ? [next] : [...numbers.keys()];
      const missing = members
        .flatMap((member) => references(this.#lookUp(member).type))
        .filter((reference) => !this.#known.has(reference) && !numbers.has(reference));
      waiting.push(...missing);
      if (missing.length > 0) continue;
      waiting.pop();
      const shapes = members.map((member) => this.#shape(this.#lookUp(member).type, numbers));
      // One that is not recursive has the shape that it would have in place.
      this.#known.set(next, numbers.size === 0 ? shapes.join() : digest(shapes));
    }
    return this.#known.get(id) ?? "";
  }

  /** The recursive structures below a recursive one, itself first, each with its number. Empty for one that is not recursive. */
  #numbers(id: string): Map<string, number> {
    const numbers = new Map<string, number>();
    if (!this.#lookUp(id).recursive) return numbers;
    numbers.set(id, 0);
    // A map's keys are visited in the order of insertion, those that the loop adds included.
    for (const member of numbers.keys()) {
      for (const reference of references(this.#lookUp(member).type)) {
        if (!numbers.has(reference) && this.#lookUp(reference).recursive) numbers.set(reference, numbers.size);
      }
    }
    return numbers;
  }

  #lookUp(id: string): Structure {
    return structureOf(this.#model, id);
  }

  #shape(type: Type, numbers: ReadonlyMap<string, number>): string {
    const shape = (part: Type): string => this.#shape(part, numbers);
    switch (type.kind) {
      case "literals":
        return digest(["literals", type.open, type.values]);
      case "array":
      case "set":
        return digest(["array", shape(type.items)]);
      case "tuple": {
        const items = type.items.map((item) => [item.optional, shape(item.type)]);
        return digest(["tuple", items, type.rest === undefined ? null : shape(type.rest)]);
      }
      case "map":
        return digest(["map", shape(type.key), shape(type.value)]);
      case "document": {
        const fields = inOneOrder(type).map(({ name, optional, type: field }) => [name, optional, shape(field)]);
        return digest(["document", fields]);
      }
      case "tagged": {
        const arms = type.arms.map((arm) => [arm.tags, shape(arm.type)]);
        return digest(["tagged", type.tag, type.unrecognized, arms]);
      }
      case "value-union":
        return digest(["union", type.arms.map(shape)]);
      case "ref": {
        const number = numbers.get(type.id);
        return number === undefined ? (this.#known.get(type.id) ?? "") : `number ${number}`;
      }
      default:
        return type.kind;
    }
  }
}

function inOneOrder({ fields }: DocumentType): Field[] {
  return [...fields].sort((a, b) => compare(a.name, b.name));
}

/** The structures that a type refers to, in an order that does not depend on how its fields are written. */
function references(type: Type): string[] {
  switch (type.kind) {
    case "array":
    case "set":
      return references(type.items);
    case "tuple":
      return [...type.items.map((item) => item.type), ...(type.rest === undefined ? [] : [type.rest])].flatMap(references);
    case "map":
      return references(type.value);
    case "document":
      return inOneOrder(type).flatMap((field) => references(field.type));
    case "tagged":
      return type.arms.flatMap((arm) => references(arm.type));
    case "value-union":
      return type.arms.flatMap(references);
    case "ref":
      return [type.id];
    default:
      return [];
  }
}
