/**
 * The units of a module's codecs: every composite type gets functions of its own, once, however often it is used.
 *
 * A unit is a structure of the model, or a composite type that stands inside of one (an array, a map, an inline document). Equal
 * ones are one unit. Facts that need the whole type tree (does it nest without end, are there strings to cut) are answered here.
 */

import type { RefType, SchemaModel, Type } from "../../model/schema-model.ts";
import type { ModuleScope } from "../module-scope.ts";
import { capitalized } from "./source-text.ts";

export type ResolvedType = Exclude<Type, RefType>;
export type CompositeType = Extract<
  ResolvedType,
  { kind: "array" | "set" | "tuple" | "map" | "document" | "tagged" | "value-union" | "literals" }
>;

export interface Unit {
  readonly type: CompositeType;
  /** For comments: `shop.v1.Order`, `shop.v1.Order.items`. */
  readonly title: string;
  /** What names are made from. */
  readonly hint: string;
  /** It can nest without end, or hold `unknown`: its functions take the levels that are left as their last parameter. */
  readonly deep: boolean;
  /** Its strings are cut from the message's text, if a message that it is part of opens one. */
  readonly windowed: boolean;
}

/** Strings from which on one text for the message pays: measured, see `text-read.ts` of the runtime. */
const windowStrings = 3;

export class Units {
  readonly #model: SchemaModel;
  readonly #scope: ModuleScope;
  readonly #units = new Map<string, Unit>();
  readonly #names = new Map<string, string>();
  readonly #deep = new Map<string, boolean>();
  readonly #windowed = new Set<string>();
  #pending: Unit[] = [];

  constructor(model: SchemaModel, scope: ModuleScope, roots: readonly string[]) {
    this.#model = model;
    this.#scope = scope;
    for (const structure of model.structures.values())
      if (structure.recursive) this.#deep.set(this.#typeKey(structure.type), true);
    for (const id of roots) if (this.opensWindow(id)) this.#markWindowed({ kind: "ref", id }, new Set());
  }

  resolve(type: Type): ResolvedType {
    if (type.kind !== "ref") return type;
    const target = this.#structure(type.id).type;
    return type.rules === undefined ? target : { ...target, rules: { ...target.rules, ...type.rules } };
  }

  /** The unit of a composite type. `title` and `hint` are for types without a name of their own. */
  of(type: Type, title: string, hint: string): Unit {
    const key = this.#key(type);
    const known = this.#units.get(key);
    if (known !== undefined) return known;
    const named = type.kind === "ref" && type.rules === undefined ? this.#structure(type.id) : undefined;
    const unit: Unit = {
      type: this.resolve(type) as CompositeType,
      title: named?.name ?? title,
      hint: capitalized(named?.hint ?? hint),
      deep: this.isDeep(type),
      windowed: this.#windowed.has(key),
    };
    this.#units.set(key, unit);
    this.#pending.push(unit);
    return unit;
  }

  /** The next unit whose functions are still to be emitted, in the order in which they were asked for. */
  next(): Unit | undefined {
    const [unit, ...rest] = this.#pending;
    this.#pending = rest;
    return unit;
  }

  /** The name of a unit's function or constant: `$readOrder`. The same for the same question. */
  name(unit: Unit, role: string): string {
    const key = `${role} ${this.#key(unit.type)}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = this.#scope.declare(`${role}${unit.hint}`);
    this.#names.set(key, name);
    return name;
  }

  /** A message with several strings reads them from one text. */
  opensWindow(id: string): boolean {
    return this.#strings({ kind: "ref", id }, new Set()) >= windowStrings;
  }

  isDeep(type: Type): boolean {
    const key = this.#key(type);
    const known = this.#deep.get(key);
    if (known !== undefined) return known;
    // Every cycle leads through a recursive structure, which is known to be deep from the start: this ends.
    const resolved = this.resolve(type);
    const deep =
      resolved.kind === "unknown" ||
      resolved.kind === "json" ||
      (resolved.kind === "tagged" && resolved.unrecognized) ||
      partsOf(resolved).some((part) => this.isDeep(part));
    this.#deep.set(key, deep);
    return deep;
  }

  /** Levels of documents and arrays of a type that is not deep. Deep ones count while they work. */
  levels(type: Type): number {
    if (this.isDeep(type)) return 1;
    const resolved = this.resolve(type);
    const own = isNesting(resolved) ? 1 : 0;
    return own + Math.max(0, ...partsOf(resolved).map((part) => this.levels(part)));
  }

  /** It holds arrays, maps or unknown values, whose elements are counted against `maxElements`. */
  hasElements(type: Type, seen = new Set<string>()): boolean {
    if (type.kind === "ref") {
      if (seen.has(type.id)) return false;
      seen.add(type.id);
    }
    const resolved = this.resolve(type);
    if (["array", "set", "tuple", "map", "unknown", "json"].includes(resolved.kind)) return true;
    if (resolved.kind === "tagged" && resolved.unrecognized) return true;
    return partsOf(resolved).some((part) => this.hasElements(part, seen));
  }

  #structure(id: string) {
    const structure = this.#model.structures.get(id);
    if (structure === undefined) throw new Error(`the model refers to a structure that it does not hold: ${id}`);
    return structure;
  }

  /** Equal for equal types. References by id; a structure's own type by its id as well, so that both ways lead to one unit. */
  #key(type: Type): string {
    if (type.kind === "ref" && type.rules === undefined) return this.#typeKey(this.resolve(type));
    return this.#typeKey(type.kind === "ref" ? this.resolve(type) : type);
  }

  readonly #typeKeys = new WeakMap<Type, string>();

  #typeKey(type: Type): string {
    const known = this.#typeKeys.get(type);
    if (known !== undefined) return known;
    const key = JSON.stringify(type, (name, value: unknown) => {
      if (name === "doc" || name === "alias" || name === "enumName") return undefined;
      return typeof value === "bigint" ? `${value}n` : Object.is(value, -0) ? "-0" : value;
    });
    this.#typeKeys.set(type, key);
    return key;
  }

  /** How many strings a message of this type has: arrays and maps count as many, a type inside of itself no further. */
  #strings(type: Type, open: Set<string>): number {
    if (type.kind === "ref") {
      if (open.has(type.id)) return windowStrings;
      open.add(type.id);
      const count = this.#strings(this.resolve(type), open);
      open.delete(type.id);
      return count;
    }
    if (type.kind === "string") return 1;
    if (type.kind === "unknown" || type.kind === "json") return windowStrings;
    if (type.kind === "literals") return type.open ? 1 : 0;
    const count = partsOf(type).reduce((sum, part) => sum + this.#strings(part, open), 0);
    const many = type.kind === "array" || type.kind === "set" || type.kind === "map";
    return many && count > 0 ? windowStrings : Math.min(count, windowStrings);
  }

  /** Some part of this type cuts its strings from a window: what stands in it must be this document's text, or nothing. */
  holdsWindowed(type: Type, seen = new Set<string>()): boolean {
    const parts = partsOf(this.resolve(type));
    const key = this.#key(type);
    // A scalar is read as the unit that it stands in reads it.
    if (parts.length === 0 || seen.has(key)) return false;
    seen.add(key);
    return this.#windowed.has(key) || parts.some((part) => this.holdsWindowed(part, seen));
  }

  #markWindowed(type: Type, seen: Set<string>): void {
    const key = this.#key(type);
    if (seen.has(key)) return;
    seen.add(key);
    this.#windowed.add(key);
    for (const part of partsOf(this.resolve(type))) this.#markWindowed(part, seen);
  }
}

/** The types that stand directly in a type. */
export function partsOf(type: ResolvedType): readonly Type[] {
  switch (type.kind) {
    case "array":
    case "set":
      return [type.items];
    case "tuple":
      return [...type.items.map((item) => item.type), ...(type.rest === undefined ? [] : [type.rest])];
    case "map":
      return [type.value];
    case "document":
      return type.fields.map((field) => field.type);
    case "tagged":
      return type.arms.map((arm) => arm.type);
    case "value-union":
      return type.arms;
    default:
      return [];
  }
}

/** A level of nesting on the wire. A tagged union is its arm's document, no level of its own. */
function isNesting(type: ResolvedType): boolean {
  return ["array", "set", "tuple", "map", "document"].includes(type.kind);
}
