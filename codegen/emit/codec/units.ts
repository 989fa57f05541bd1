/**
 * The units of a module's codecs: every composite type gets functions of its own, once, however often it is used.
 *
 * A unit is a structure of the model, or a composite type that stands inside of one (an array, a map, an inline document). Equal
 * ones are one unit. Facts that need the whole type tree (does it nest without end, are there strings to cut) are answered here.
 */

import type { RefType, SchemaModel, Type } from "../../model/schema-model.ts";
import type { ModuleScope } from "../module-scope.ts";
import { structureOf } from "../structure-of.ts";
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
  /** Found constant bounds by the id of a structure: without them each use would look through all that is inside of it again. */
  readonly bounds = new Map<string, number | undefined>();
  readonly #model: SchemaModel;
  readonly #scope: ModuleScope;
  readonly #units = new Map<string, Unit>();
  readonly #names = new Map<string, string>();
  readonly #deep = new Map<string, boolean>();
  readonly #levels = new Map<string, number>();
  readonly #stringsOf = new Map<string, number>();
  readonly #windowed = new Set<string>();
  #withElements: ReadonlySet<string> | undefined;
  #withWindowed: ReadonlySet<string> | undefined;
  #pending: Unit[] = [];

  constructor(model: SchemaModel, scope: ModuleScope, roots: readonly string[]) {
    this.#model = model;
    this.#scope = scope;
    for (const structure of model.structures.values())
      if (structure.recursive) this.#deep.set(this.#typeKey(structure.type), true);
    // Innermost first: what is asked of a structure then ends at those inside of it, however long a chain the schema makes of them.
    for (const id of innermostFirst(model)) {
      const type: RefType = { kind: "ref", id };
      this.isDeep(type);
      this.levels(type);
      this.#strings(type);
    }
    for (const id of roots) if (this.opensWindow(id)) this.#markWindowed({ kind: "ref", id });
  }

  resolve(type: Type): ResolvedType {
    if (type.kind !== "ref") return type;
    const target = structureOf(this.#model, type.id).type;
    return type.rules === undefined ? target : { ...target, rules: { ...target.rules, ...type.rules } };
  }

  /** The unit of a composite type. `title` and `hint` are for types without a name of their own. */
  of(type: Type, title: string, hint: string): Unit {
    const key = this.#key(type);
    const known = this.#units.get(key);
    if (known !== undefined) return known;
    const named = type.kind === "ref" && type.rules === undefined ? structureOf(this.#model, type.id) : undefined;
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
    return this.#strings({ kind: "ref", id }) >= windowStrings;
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
    const key = this.#key(type);
    const known = this.#levels.get(key);
    if (known !== undefined) return known;
    const resolved = this.resolve(type);
    const own = isNesting(resolved) ? 1 : 0;
    const levels = own + partsOf(resolved).reduce((most, part) => Math.max(most, this.levels(part)), 0);
    this.#levels.set(key, levels);
    return levels;
  }

  /** It holds arrays, maps or unknown values, whose elements are counted against `maxElements`. */
  hasElements(type: Type): boolean {
    const isIt = (part: Type): boolean => hasOwnElements(this.resolve(part));
    this.#withElements ??= this.#structuresWith(isIt);
    return this.#isWithin(type, isIt, this.#withElements);
  }

  #isWithin(type: Type, isIt: (part: Type) => boolean, structures: ReadonlySet<string>): boolean {
    return inlineParts(type).some((part) => isIt(part) || (part.kind === "ref" && structures.has(part.id)));
  }

  /** The structures that hold such a type, however deep: found once, from the inside out, for asking each anew would take quadratic time. */
  #structuresWith(isIt: (part: Type) => boolean): ReadonlySet<string> {
    const holders = new Map<string, string[]>();
    const found = new Set<string>();
    for (const { id, type } of this.#model.structures.values()) {
      for (const part of inlineParts(type)) {
        if (isIt(part)) found.add(id);
        if (part.kind !== "ref") continue;
        const known = holders.get(part.id);
        if (known === undefined) holders.set(part.id, [id]);
        else known.push(id);
      }
    }
    // A set hands out what is added while it is walked.
    for (const id of found) for (const holder of holders.get(id) ?? []) found.add(holder);
    return found;
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

  /** How many strings a message of this type has: arrays, maps and types that contain themselves count as many. */
  #strings(type: Type): number {
    if (type.kind === "ref") {
      if (structureOf(this.#model, type.id).recursive) return windowStrings;
      const known = this.#stringsOf.get(type.id);
      if (known !== undefined) return known;
      const count = this.#strings(this.resolve(type));
      this.#stringsOf.set(type.id, count);
      return count;
    }
    if (type.kind === "string") return 1;
    if (type.kind === "unknown" || type.kind === "json") return windowStrings;
    if (type.kind === "literals") return type.open ? 1 : 0;
    const count = partsOf(type).reduce((sum, part) => sum + this.#strings(part), 0);
    const many = type.kind === "array" || type.kind === "set" || type.kind === "map";
    return many && count > 0 ? windowStrings : Math.min(count, windowStrings);
  }

  /** Some part of this type cuts its strings from a window: what stands in it must be this document's text, or nothing. */
  holdsWindowed(type: Type): boolean {
    // A scalar is read as the unit that it stands in reads it.
    const isIt = (part: Type): boolean => partsOf(this.resolve(part)).length > 0 && this.#windowed.has(this.#key(part));
    this.#withWindowed ??= this.#structuresWith(isIt);
    return this.#isWithin(type, isIt, this.#withWindowed);
  }

  /** What is marked already has all of its parts marked. */
  #markWindowed(type: Type): void {
    const open = [type];
    for (let part = open.pop(); part !== undefined; part = open.pop()) {
      const key = this.#key(part);
      if (this.#windowed.has(key)) continue;
      this.#windowed.add(key);
      open.push(...partsOf(this.resolve(part)));
    }
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

function hasOwnElements(type: ResolvedType): boolean {
  if (["array", "set", "tuple", "map", "unknown", "json"].includes(type.kind)) return true;
  return type.kind === "tagged" && type.unrecognized;
}

/** All structures, each behind those that it refers to; a cycle is cut anywhere. */
function innermostFirst(model: SchemaModel): Iterable<string> {
  const entered = new Set<string>();
  const left = new Set<string>();
  for (const root of model.structures.keys()) {
    const open = [root];
    for (let id = open.at(-1); id !== undefined; id = open.at(-1)) {
      if (entered.has(id)) {
        left.add(id);
        open.pop();
        continue;
      }
      entered.add(id);
      const structure = model.structures.get(id);
      if (structure !== undefined) for (const inner of refsIn(structure.type)) if (!entered.has(inner)) open.push(inner);
    }
  }
  return left;
}

/** The structures that a type names, without looking into them. */
function refsIn(type: Type): readonly string[] {
  return inlineParts(type).flatMap((part) => (part.kind === "ref" ? [part.id] : []));
}

/** The type and all that is written out in it, references unopened. */
function inlineParts(type: Type): readonly Type[] {
  return type.kind === "ref" ? [type] : [type, ...partsOf(type).flatMap(inlineParts)];
}
