/**
 * What every part of the reader works with while one folder is read.
 *
 * The parts call each other through this interface (a document holds types, a type is a document), so that no file has to import one
 * that imports it.
 */

import type { ts } from "ts-morph";
import type { DiagnosticName } from "../check/index.ts";
import type { Place, Type } from "../model/schema-model.ts";
import type { DocComments } from "./doc-comments.ts";
import type { ExportedNames } from "./exported-names.ts";
import type { KnownClasses } from "./known-classes.ts";
import type { Marks } from "./marks.ts";
import type { Owner } from "./owners.ts";
import type { Places } from "./places.ts";
import type { PropertyOrder } from "./property-order.ts";
import type { Structures } from "./structures.ts";
import type { WrittenTypes } from "./written-type.ts";

/** Where a type stands. */
export interface Site {
  /** The type as written, where the sources say it: not inside of generics and mapped types. Gives aliases and places. */
  readonly node?: ts.TypeNode | undefined;
  readonly type?: ts.Type | undefined;
  /** Where trouble is reported when there is no such node. */
  readonly at: ts.Node;
  /** What an unnamed structure here is called: `shop.v1.Order.items`. */
  readonly name: string;
  /** The same for identifiers: `OrderItems`. */
  readonly hint: string;
  readonly owner: Owner;
  /** How many types without a name are around it. */
  readonly depth: number;
}

export type TroubleSite = Pick<Site, "owner" | "at" | "node" | "type">;

export interface TroubleDetail {
  readonly message: string;
  readonly remedy?: string | undefined;
  /** Default: the type as written at the site. */
  readonly typeText?: string | undefined;
  readonly at?: ts.Node | undefined;
  /** Whatever reaches it. */
  readonly severity?: "error" | "warning";
  /** Where exactly, when it is no node: a tag. */
  readonly place?: Place;
}

export interface Reading {
  readonly checker: ts.TypeChecker;
  readonly places: Places;
  readonly docs: DocComments;
  readonly marks: Marks;
  readonly classes: KnownClasses;
  readonly names: ExportedNames;
  /** A type anywhere but in a method's result. Without `undefined`, which is the field's or parameter's matter. */
  read(type: ts.Type, site: Site): Type;
  /** The same for a union of which some arms were taken away. */
  readArms(arms: readonly ts.Type[], site: Site): Type;
  /** The aliases that a type is written with, and what stands behind them. */
  readonly written: WrittenTypes;
  /** `shop.v1` for a file of it; undefined for files that are no schemas. */
  packageOf(fileName: string): string | undefined;
  /** A document, as a reference to its structure. */
  document(type: ts.Type, site: Site): Type;
  /** A union of documents, as a reference to its structure. */
  tagged(arms: readonly ts.Type[], site: Site): Type;
  readonly structures: Structures;
  readonly order: PropertyOrder;
  /** True once the folder has so many parts that no more are read. Whoever is left unread is broken; the trouble was told. */
  isFull(): boolean;
  /** What `isDocument` found out: asked again and again of the types that methods take. */
  readonly documents: Map<ts.Type, boolean>;
  trouble(site: TroubleSite, name: DiagnosticName, detail: TroubleDetail): void;
  /** Runs when all structures are there. */
  later(task: () => void): void;
}

/** Stands where something could not be carried. */
export const unreadable: Type = { kind: "unknown" };

/** The site of a part of the type at `site`. */
export function inside(site: Site, part: { node?: ts.TypeNode | undefined; name?: string; hint?: string }): Site {
  return {
    node: part.node,
    at: part.node ?? site.node ?? site.at,
    name: `${site.name}${part.name ?? ""}`,
    hint: `${site.hint}${part.hint ?? ""}`,
    owner: site.owner,
    depth: site.depth + 1,
  };
}

export function hintOf(text: string): string {
  const words = text.split(/[^A-Za-z0-9_]+/).filter((word) => word !== "");
  const hint = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join("");
  return hint.slice(0, 60);
}

/** A node of a schema file that stands for the site. */
export function schemaNode(reading: Pick<Reading, "packageOf">, site: Pick<Site, "at" | "owner">): ts.Node {
  return reading.packageOf(site.at.getSourceFile().fileName) === undefined ? site.owner.at : site.at;
}
