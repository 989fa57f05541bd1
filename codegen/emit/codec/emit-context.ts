/** What the parts of the codec emitter share: where text goes, where names and imports come from, what the units are. */

import type { LiteralValue, Type } from "../../model/schema-model.ts";
import type { ModuleScope } from "../module-scope.ts";
import type { Shapes } from "./shapes.ts";
import type { SourceText } from "./source-text.ts";
import type { Unit, Units } from "./units.ts";

const runtime = "taut/runtime/v1";
const bsonRuntime = "taut/runtime/v1/bson";

export class EmitContext {
  readonly out: SourceText;
  readonly units: Units;
  readonly #shapes: Shapes;
  readonly #scope: ModuleScope;
  readonly #literals = new Map<string, { readonly name: string; readonly values: readonly LiteralValue[] }>();
  readonly #patterns = new Map<string, string>();

  constructor(options: { out: SourceText; units: Units; shapes: Shapes; scope: ModuleScope }) {
    this.out = options.out;
    this.units = options.units;
    this.#shapes = options.shapes;
    this.#scope = options.scope;
  }

  /** The local name of a function of the runtime. */
  use(name: string): string {
    return this.#scope.import(runtime, name, "value");
  }

  useType(name: string): string {
    return this.#scope.import(runtime, name, "type");
  }

  /** The local name of a function of the part of the runtime that loads npm `bson`. */
  useBson(name: string): string {
    return this.#scope.import(bsonRuntime, name, "value");
  }

  /** The statement that gives up. */
  get fail(): string {
    return `${this.use("fail")}();`;
  }

  /** The constant that holds a set of literals. */
  literals(values: readonly LiteralValue[]): string {
    const key = JSON.stringify(values);
    const known = this.#literals.get(key);
    if (known !== undefined) return known.name;
    const name = this.#scope.declare("literals");
    this.#literals.set(key, { name, values });
    return name;
  }

  get literalTables(): Iterable<{ readonly name: string; readonly values: readonly LiteralValue[] }> {
    return this.#literals.values();
  }

  /** The constant that holds the regular expression of a `@pattern`. */
  pattern(source: string): string {
    const known = this.#patterns.get(source);
    if (known !== undefined) return known;
    const name = this.#scope.declare("pattern");
    this.#patterns.set(source, name);
    return name;
  }

  get patterns(): ReadonlyMap<string, string> {
    return this.#patterns;
  }

  /** The constant that describes a type to functions of the runtime: the explaining pass, keys of maps. */
  shape(type: Type): string {
    return this.#shapes.constant(type);
  }

  declare(hint: string): string {
    return this.#scope.declare(hint);
  }

  unit(type: Type, title: string, hint: string): Unit {
    return this.units.of(type, title, hint);
  }

  /** The name of a unit's function. */
  name(unit: Unit, role: string): string {
    return this.units.name(unit, role);
  }
}

/** Where a type stands: what its unit is called if it has no name of its own. */
export interface Site {
  readonly title: string;
  readonly hint: string;
}

export function siteWithin(unit: Unit, part: string): Site {
  return { title: `${unit.title}.${part}`, hint: `${unit.hint} ${part}` };
}
