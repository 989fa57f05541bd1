/**
 * Emits the descriptions of types that the slow passes of the runtime work from: plain data, one constant a type.
 *
 * Mirrors `Shape` of the runtime (`src/codec/shape.ts`). References are functions: constants may then refer to each other in any order.
 */

import { quote } from "../../model/quote.ts";
import type { Rules, SchemaModel, Type } from "../../model/schema-model.ts";
import type { ModuleScope } from "../module-scope.ts";
import { structureOf } from "../structure-of.ts";
import { type Literal, literalText, literalValueText } from "./literal-text.ts";
import { capitalized, SourceText } from "./source-text.ts";
import { withRulesOf } from "./union-rules.ts";
import { partsOf } from "./units.ts";

export class Shapes {
  readonly #model: SchemaModel;
  readonly #scope: ModuleScope;
  readonly #format: "ts" | "js";
  /** Constants by the id of a structure, or by the type's text. */
  readonly #names = new Map<string, string>();
  readonly #texts: string[] = [];

  constructor(model: SchemaModel, scope: ModuleScope, format: "ts" | "js") {
    this.#model = model;
    this.#scope = scope;
    this.#format = format;
  }

  /** The constant that describes a type. */
  constant(type: Type): string {
    if (type.kind === "ref" && type.rules === undefined) return this.#structure(type.id);
    const literal = this.#literal(type);
    return this.#declare(JSON.stringify(literal), "shape", literal);
  }

  /** All constants that were asked for, and those that they refer to. */
  toString(): string {
    return this.#texts.join("");
  }

  /** Walks what it refers to by a stack of its own: schemas may chain thousands of structures. */
  #structure(id: string): string {
    const open: { name: string; type: Type; refs: readonly string[]; entered: number }[] = [];
    const enter = (inner: string): string => {
      const { hint, type } = structureOf(this.#model, inner);
      const name = this.#scope.declare(`shape${capitalized(hint)}`);
      // The name first: the literal may refer back to it.
      this.#names.set(`id ${inner}`, name);
      open.push({ name, type, refs: this.#refsIn(type), entered: 0 });
      return name;
    };
    const name = this.#names.get(`id ${id}`) ?? enter(id);
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      const inner = last.refs[last.entered];
      last.entered += 1;
      if (inner === undefined) {
        this.#write(last.name, this.#literal(last.type));
        open.pop();
      } else if (!this.#names.has(`id ${inner}`)) enter(inner);
    }
    return name;
  }

  /** The structures whose constants a type's literal names, in its order. */
  #refsIn(type: Type): readonly string[] {
    if (type.kind !== "ref") {
      const parts = type.kind === "value-union" ? type.arms.map((arm) => withRulesOf(type, arm)) : partsOf(type);
      return parts.flatMap((part) => this.#refsIn(part));
    }
    return type.rules === undefined ? [type.id] : this.#refsIn(structureOf(this.#model, type.id).type);
  }

  #declare(key: string, hint: string, literal: Literal): string {
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = this.#scope.declare(hint);
    this.#names.set(key, name);
    this.#write(name, literal);
    return name;
  }

  #write(name: string, literal: Literal): void {
    const out = new SourceText(this.#format);
    const annotation = this.#format === "ts" ? out.type(this.#scope.import("taut/runtime/v1", "Shape", "type")) : "";
    const head = `const ${name}${annotation} = `;
    this.#texts.push(`\n${head}${literalText(literal, "", head.length)};\n`);
  }

  #literal(type: Type): Literal {
    const rules: [string, Literal][] = type.rules === undefined ? [] : [["rules", rulesLiteral(type.rules)]];
    const kind = (name: string, ...entries: [string, Literal][]): Literal => ({
      entries: [["kind", quote(name)], ...entries, ...rules],
    });
    switch (type.kind) {
      case "ref":
        if (type.rules === undefined)
          return {
            entries: [
              ["kind", quote("ref")],
              ["to", `() => ${this.#structure(type.id)}`],
            ],
          };
        return this.#withRules(type.id, type.rules);
      case "literals":
        return kind("literals", ["values", { items: type.values.map(literalValueText) }], ["open", String(type.open)]);
      case "array":
      case "set":
        return kind(type.kind, ["items", this.#literal(type.items)]);
      case "tuple": {
        const items = type.items.map(
          (item): Literal => ({
            entries: [["type", this.#literal(item.type)], ...(item.optional ? [["optional", "true"] as [string, Literal]] : [])],
          }),
        );
        const rest: [string, Literal][] = type.rest === undefined ? [] : [["rest", this.#literal(type.rest)]];
        return kind("tuple", ["items", { items }], ...rest);
      }
      case "map":
        return kind("map", ["form", quote(type.form)], ["key", this.#literal(type.key)], ["value", this.#literal(type.value)]);
      case "document":
        return kind("document", [
          "fields",
          {
            items: type.fields.map((field) => ({
              entries: [
                ["name", quote(field.name)],
                ["type", this.#literal(field.type)],
                ...(field.optional ? [["optional", "true"] as [string, Literal]] : []),
                ...(field.default !== undefined ? [["hasDefault", "true"] as [string, Literal]] : []),
              ],
            })),
          },
        ]);
      case "tagged": {
        const arms = type.arms.map(
          (arm): Literal => ({
            entries: [
              ["tags", { items: arm.tags.map(literalValueText) }],
              ["type", this.#literal(arm.type)],
            ],
          }),
        );
        return kind("tagged", ["tag", quote(type.tag)], ["arms", { items: arms }], ["unrecognized", String(type.unrecognized)]);
      }
      case "value-union":
        return kind("value-union", ["arms", { items: type.arms.map((arm) => this.#literal(withRulesOf(type, arm))) }]);
      default:
        return kind(type.kind);
    }
  }

  #withRules(id: string, rules: Rules): Literal {
    const { type } = structureOf(this.#model, id);
    return this.#literal({ ...type, rules: { ...type.rules, ...rules } });
  }
}

function rulesLiteral(rules: Rules): Literal {
  const entries = Object.entries(rules).map(([name, value]): [string, Literal] => [
    name,
    typeof value === "string" ? quote(value) : typeof value === "bigint" ? `${value}n` : String(value),
  ]);
  return { entries };
}
