/** The documents that carry what is no document itself: `{ value }`, and parameters by name. */

import type { ts } from "ts-morph";
import type { Field, Type } from "../model/schema-model.ts";
import type { Draft } from "./owners.ts";
import { isDocumentArm } from "./read-object.ts";
import { inside, type Reading, type Site } from "./reading.ts";

/** True for what is a request or response document itself. */
export function isDocumentType(reading: Reading, arms: readonly ts.Type[]): boolean {
  return arms.length > 0 && arms.every((arm) => isDocumentArm(reading, arm));
}

/** A document of fields that are read at once. */
export function documentOf(reading: Reading, site: Site, fields: (draft: Draft) => readonly Field[]): Draft {
  let read: readonly Field[] = [];
  const draft = reading.structures.add(`document ${site.name}`, site.owner, {
    kind: "document",
    name: site.name,
    hint: site.hint,
    place: reading.places.of(site.at),
    at: site.at,
    build: () => ({ kind: "document", fields: read }),
  });
  read = fields(draft);
  return draft;
}

export interface Wrapped {
  readonly draft: Draft;
  readonly type: Type;
}

/** `{ value: T }` */
export function wrapped(reading: Reading, arms: readonly ts.Type[], site: Site, optional = false): Wrapped {
  let type: Type = { kind: "unknown" };
  const draft = documentOf(reading, site, (owner) => {
    type = reading.readArms(arms, { ...inside(site, { node: site.node }), owner, depth: 0 });
    return [{ name: "value", type, optional }];
  });
  return { draft, type };
}
