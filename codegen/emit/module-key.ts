/**
 * What the text of a module depends on, as a short key: equal keys, equal texts.
 *
 * A watch emits a hundred modules again because one field of one message changed; most of them would come out as they were. The key of
 * a module is made from its file's part of the model and from every structure that can be reached from there, each written as JSON
 * once a model.
 */

import { createHash } from "node:crypto";
import type { Fault, SchemaFile, SchemaModel } from "../model/schema-model.ts";

interface Written {
  readonly digest: string;
  /** Ids of the structures that it refers to. */
  readonly references: readonly string[];
}

export class ModuleKeys {
  readonly #model: SchemaModel;
  readonly #faults: ReadonlyMap<string, { readonly fault: Fault; readonly file: string }>;
  readonly #structures = new Map<string, Written>();

  constructor(model: SchemaModel, faults: ReadonlyMap<string, { readonly fault: Fault; readonly file: string }>) {
    this.#model = model;
    this.#faults = faults;
  }

  of(file: SchemaFile): string {
    const answered = file.services.flatMap(({ methods }) => methods.flatMap((method) => method.faults));
    const own = write([file, [...new Set(answered)].map((fullName) => this.#faults.get(fullName))]);
    const reached = new Set(own.references);
    // A set's members are visited in the order of insertion, those that the loop adds included.
    for (const id of reached) for (const reference of this.#structure(id).references) reached.add(reference);
    return digest([own.digest, ...[...reached].map((id) => this.#structure(id).digest)].join(" "));
  }

  #structure(id: string): Written {
    const known = this.#structures.get(id);
    if (known !== undefined) return known;
    const written = write(this.#model.structures.get(id));
    this.#structures.set(id, written);
    return written;
  }
}

/** Ids stand in refs, and where methods, messages and faults name their documents. */
const idKeys: ReadonlySet<string> = new Set(["id", "request", "response", "structure"]);

function write(value: unknown): Written {
  const references: string[] = [];
  const text = JSON.stringify(value, (key, part: unknown) => {
    if (typeof part === "bigint") return `${part}n`;
    // Infinities and -0 of rules and defaults, which JSON does not tell from null and 0.
    if (typeof part === "number" && (!Number.isFinite(part) || Object.is(part, -0)))
      return `number ${Object.is(part, -0) ? "-0" : part}`;
    if (typeof part === "string" && idKeys.has(key)) references.push(part);
    // Where something stands in its file says nothing of what is emitted.
    return key === "place" ? undefined : part;
  });
  return { digest: digest(text ?? ""), references };
}

function digest(text: string): string {
  return createHash("sha1").update(text).digest("base64");
}
