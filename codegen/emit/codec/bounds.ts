/**
 * Emits the functions that bound how many bytes a value will take: `(x) => bytes`.
 *
 * Room is made once a message, so writers check none. A bound is a constant plus three bytes a code unit of each string: cheap, and
 * seldom far off. Types whose values all have a constant bound need no function. Values of the wrong type may fail here already.
 */

import type { DocumentType, Type, ValueUnionType } from "../../model/schema-model.ts";
import { utf8 } from "./byte-match.ts";
import { factsOf, headerBytes } from "./element-facts.ts";
import { type EmitContext, type Site, siteWithin } from "./emit-context.ts";
import { childDepth, fieldOf } from "./field-access.ts";
import { literalValueText } from "./literal-text.ts";
import { answer, armsByQuestion, isPrimitiveQuestion } from "./union-questions.ts";
import { partsOf, type ResolvedType, type Unit } from "./units.ts";

/** Bytes that no value of the type exceeds, where there are such. */
export function constantBound(context: EmitContext, type: Type): number | undefined {
  if (context.units.isDeep(type)) return undefined;
  if (type.kind !== "ref") return boundWithin(context, type);
  const known = context.units.bounds;
  if (!known.has(type.id)) known.set(type.id, boundWithin(context, type));
  return known.get(type.id);
}

function boundWithin(context: EmitContext, type: Type): number | undefined {
  const resolved = context.units.resolve(type);
  switch (resolved.kind) {
    case "number":
      return 8;
    case "literals":
      if (resolved.open) return undefined;
      return Math.max(...resolved.values.map((value) => (typeof value === "string" ? 5 + utf8(value).length : 8)));
    case "document":
      return sum(5, resolved.fields, (field) => plusBound(headerBytes(0, field.name).length, constantBound(context, field.type)));
    case "tuple":
      if (resolved.rest !== undefined) return undefined;
      return sum(5, resolved.items, (item) => plusBound(indexBytes, constantBound(context, item.type)));
    case "tagged":
    case "value-union":
      return partsOf(resolved).reduce<number | undefined>((most, part) => {
        const bound = constantBound(context, part);
        return most === undefined || bound === undefined ? undefined : Math.max(most, bound);
      }, 0);
    case "array":
    case "set":
    case "map":
      return undefined;
    default: {
      const facts = factsOf(resolved);
      return facts.fixed ? facts.least : undefined;
    }
  }
}

/** Type byte, key and NUL of a tuple's item. */
const indexBytes = 6;

function plusBound(constant: number, bound: number | undefined): number | undefined {
  return bound === undefined ? undefined : constant + bound;
}

function sum<T>(start: number, list: readonly T[], of: (item: T) => number | undefined): number | undefined {
  return list.reduce<number | undefined>((total, item) => {
    const bound = of(item);
    return total === undefined || bound === undefined ? undefined : total + bound;
  }, start);
}

/** The bound of a value in a variable, as an expression. */
function boundOf(context: EmitContext, type: Type, variable: string, depth: string, site: Site): string {
  const constant = constantBound(context, type);
  if (constant !== undefined) return String(constant);
  const resolved = context.units.resolve(type);
  switch (resolved.kind) {
    case "string":
    case "literals":
      return `5 + ${context.use("textBound")}(${variable})`;
    case "bytes":
      return `${context.use("bytesBound")}(${variable})`;
    case "unknown":
    case "json":
      return `${context.use("valueBound")}(${variable}, ${depth})`;
    case "binary":
    case "bsonRegExp":
      return `${context.useBson("bsonClassBound")}(${variable})`;
    default: {
      const unit = context.unit(type, site.title, site.hint);
      return `${context.name(unit, "bound")}(${variable}${unit.deep ? `, ${depth}` : ""})`;
    }
  }
}

export function emitBound(context: EmitContext, unit: Unit): void {
  if (unit.type.kind === "literals" || constantBound(context, unit.type) !== undefined) return;
  const parameters: [string, string][] = [["x", "unknown"], ...(unit.deep ? [["depth", "number"] as [string, string]] : [])];
  context.out.func(context.name(unit, "bound"), parameters, "number", () => body(context, unit));
}

function body(context: EmitContext, unit: Unit): void {
  const { out } = context;
  const { type } = unit;
  const depth = childDepth(unit);
  if (unit.deep && type.kind !== "value-union" && type.kind !== "tagged") out.guard(["depth <= 0"], context.fail);
  switch (type.kind) {
    case "document":
      documentBound(context, unit, type);
      return;
    case "array":
    case "set":
    case "tuple": {
      const items = type.kind === "set" ? context.use("setOf") : context.use("itemsOf");
      out.line(`const items = ${items}(x);`);
      itemsBound(context, unit, type);
      return;
    }
    case "map": {
      out.line("let bound = 5;");
      const entry = `bound += 2 + ${context.use("keyBound")}(key) + ${boundOf(context, type.value, "value", depth, siteWithin(unit, "value"))};`;
      if (type.form === "map") {
        const entries = constantBound(context, type.value) === undefined ? "[key, value]" : "key";
        const all = `${context.use("mapOf")}(x)${entries === "key" ? ".keys()" : ""}`;
        out.block(`for (const ${entries} of ${all})`, () => out.line(entry));
      } else {
        out.line(`const map = ${context.use("objectOf")}(x);`);
        out.block("for (const key of Object.keys(map))", () => {
          out.line("const value = map[key];");
          out.line(`if (value !== undefined) ${entry}`);
        });
      }
      out.line("return bound;");
      return;
    }
    case "tagged":
      out.line(`const v = ${context.use("fieldsOf")}(x);`);
      out.block(`switch (${fieldOf(context, "v", type.tag)})`, () => {
        for (const arm of type.arms) {
          const site = siteWithin(unit, String(arm.tags[0]));
          for (const tag of arm.tags) out.line(`case ${literalValueText(tag)}:`);
          out.indented(() => out.line(`return ${boundOf(context, arm.type, "v", "depth", site)};`));
        }
        if (type.unrecognized) {
          out.line(`case ${context.use("unrecognized")}:`);
          out.indented(() => out.line(`return ${context.use("bytesBound")}(v.bytes);`));
        }
        out.line("default:");
        out.indented(() => out.line(`return ${context.fail}`));
      });
      return;
    case "value-union":
      valueUnionBound(context, unit, type);
      return;
    case "literals":
  }
}

function documentBound(context: EmitContext, unit: Unit, type: DocumentType): void {
  const { out } = context;
  let constant = 5;
  const variable: (() => void)[] = [];
  out.line(`const v = ${context.use("fieldsOf")}(x);`);
  type.fields.forEach((field, i) => {
    const header = headerBytes(0, field.name).length;
    const own = constantBound(context, field.type);
    if (own !== undefined) {
      constant += header + own;
      return;
    }
    const value = fieldOf(context, "v", field.name);
    const of = (name: string) => boundOf(context, field.type, name, childDepth(unit), siteWithin(unit, field.name));
    if (!field.optional) {
      constant += header;
      variable.push(() => out.line(`bound += ${of(value)};`));
      return;
    }
    variable.push(() => {
      out.line(`const f${i} = ${value};`);
      out.line(`if (f${i} !== undefined) bound += ${header} + ${of(`f${i}`)};`);
    });
  });
  out.line(`let bound = ${constant};`);
  for (const emit of variable) emit();
  out.line("return bound;");
}

function itemsBound(context: EmitContext, unit: Unit, type: Extract<ResolvedType, { kind: "array" | "set" | "tuple" }>): void {
  const { out } = context;
  const depth = childDepth(unit);
  const count = type.kind === "set" ? "items.size" : "items.length";
  if (type.kind === "tuple") {
    out.line(`let bound = 5 + ${context.use("indexBytes")}(${count});`);
    type.items.forEach((item, i) => {
      const own = boundOf(context, item.type, `items[${i}]`, depth, siteWithin(unit, `item ${i}`));
      out.line(item.optional ? `if (items.length > ${i}) bound += ${own};` : `bound += ${own};`);
    });
    if (type.rest !== undefined) {
      const own = boundOf(context, type.rest, "items[i]", depth, siteWithin(unit, "rest"));
      out.line(`for (let i = ${type.items.length}; i < items.length; i += 1) bound += ${own};`);
    }
    out.line("return bound;");
    return;
  }
  const own = constantBound(context, type.items);
  if (own !== undefined) {
    out.line(`return 5 + ${context.use("indexBytes")}(${count}) + ${count} * ${own};`);
    return;
  }
  out.line(`let bound = 5 + ${context.use("indexBytes")}(${count});`);
  const item = boundOf(context, type.items, type.kind === "set" ? "item" : "items[i]", depth, siteWithin(unit, "item"));
  const loop = type.kind === "set" ? "const item of items" : "let i = 0; i < items.length; i += 1";
  out.line(`for (${loop}) bound += ${item};`);
  out.line("return bound;");
}

function valueUnionBound(context: EmitContext, unit: Unit, union: ValueUnionType): void {
  const { out } = context;
  const arms = armsByQuestion(context, union).map(({ question, arm }) => ({ question, arm, own: constantBound(context, arm) }));
  const constant = Math.max(0, ...arms.map(({ own }) => own ?? 0));
  // "Is it an object?" is asked last and would take a Date, too: the arms before it are asked for even where they are constant.
  const objectVaries = arms.some(({ question, own }) => question === "object" && own === undefined);
  for (const { question, arm, own } of arms) {
    if (own === undefined) {
      const bound = boundOf(context, arm, "x", unit.deep ? "depth" : "", siteWithin(unit, "arm"));
      out.line(`if (${answer(context, question)}) return ${bound};`);
    } else if (objectVaries && !isPrimitiveQuestion(question)) {
      out.line(`if (${answer(context, question)}) return ${own};`);
    }
  }
  out.line(`return ${constant};`);
}
