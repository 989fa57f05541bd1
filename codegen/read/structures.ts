/**
 * The structures of a folder: named one by one as they are referred to, read later, one after the other.
 *
 * Nothing here recurses from one structure into the next, so a chain of ten thousand interfaces costs no stack. The order is the order
 * in which they were first referred to, which is that of the sources.
 */

import type { ts } from "ts-morph";
import type { DeclaredName, Doc, Place } from "../model/schema-model.ts";
import { type Draft, newOwner, type Owner } from "./owners.ts";

export interface NewStructure {
  readonly kind: Draft["kind"];
  readonly name: string;
  readonly hint: string;
  readonly place: Place;
  /** In a schema file. */
  readonly at: ts.Node;
  readonly declared?: DeclaredName | undefined;
  readonly doc?: Doc | undefined;
  readonly reserved?: readonly string[] | undefined;
  /** Reads what the structure is. */
  build(draft: Draft): NonNullable<Draft["type"]>;
}

interface Waiting {
  readonly draft: Draft;
  readonly build: NewStructure["build"];
}

export class Structures {
  readonly drafts = new Map<string, Draft>();
  readonly #byKey = new Map<unknown, Draft>();
  readonly #waiting: Waiting[] = [];

  /** @param key equal for equal structures: a type of the checker, or a text */
  known(key: unknown, owner: Owner): Draft | undefined {
    const draft = this.#byKey.get(key);
    if (draft !== undefined) owner.references.add(draft.id);
    return draft;
  }

  add(key: unknown, owner: Owner, structure: NewStructure): Draft {
    const { kind, name, place, declared, doc, reserved } = structure;
    const draft: Draft = {
      ...newOwner(structure.at),
      id: this.#freeId(name),
      name,
      hint: structure.hint === "" ? "Type" : structure.hint,
      kind,
      place,
      ...(declared === undefined ? {} : { declared }),
      ...(doc === undefined ? {} : { doc }),
      ...(reserved === undefined ? {} : { reserved }),
    };
    this.drafts.set(draft.id, draft);
    this.#byKey.set(key, draft);
    owner.references.add(draft.id);
    this.#waiting.push({ draft, build: structure.build });
    return draft;
  }

  get(id: string): Draft {
    const draft = this.drafts.get(id);
    if (draft === undefined) throw new Error(`there is no structure ${id}`);
    return draft;
  }

  /** Reads all that wait, and what they refer to in turn. */
  readAll(): void {
    for (const { draft, build } of this.#waiting) draft.type = build(draft);
    this.#waiting.length = 0;
  }

  #freeId(name: string): string {
    if (!this.drafts.has(name)) return name;
    let count = 2;
    while (this.drafts.has(`${name}~${count}`)) count += 1;
    return `${name}~${count}`;
  }
}
