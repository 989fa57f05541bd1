/**
 * Emits the readers of composite types: `(b, dv, o, e) => value` for what fills `[o, e)`; a union of values is also told its type byte.
 *
 * That the extent lies inside the document is the caller's doing, the final NUL is looked at here.
 */

import { quote } from "../../model/quote.ts";
import type { LiteralsType, MapType, TupleType, Type, ValueUnionType } from "../../model/schema-model.ts";
import { byteSwitch } from "./byte-switch.ts";
import { literalClass } from "./element-facts.ts";
import { type EmitContext, siteWithin } from "./emit-context.ts";
import { childDepth } from "./field-access.ts";
import { emitDocumentReader } from "./read-document.ts";
import { readItems } from "./read-items.ts";
import { emitTaggedReader } from "./read-tagged.ts";
import { acceptedTypes, type ReadSite, readExpression } from "./read-value.ts";
import { brokenRules } from "./rule-checks.ts";
import { withRulesOf } from "./union-rules.ts";
import type { Unit } from "./units.ts";
import { isPlainKey } from "./write-unit.ts";

const bytesAndView: readonly (readonly [string, string])[] = [
  ["b", "Buffer"],
  ["dv", "DataView"],
];

export function emitReader(context: EmitContext, unit: Unit): void {
  const { out } = context;
  const { type } = unit;
  const depth: [string, string][] = unit.deep ? [["depth", "number"]] : [];
  const extent: [string, string][] = [
    ...bytesAndView.map(([a, b]): [string, string] => [a, b]),
    ["o", "number"],
    ["e", "number"],
  ];
  const name = () => context.name(unit, "read");
  switch (type.kind) {
    case "document":
      emitDocumentReader(context, unit, type);
      return;
    case "tagged":
      emitTaggedReader(context, unit, type, name());
      return;
    case "literals":
      if (!type.open && literalClass(type) === "string") emitLiteralSearch(context, unit, type);
      return;
    case "value-union":
      out.func(name(), [...bytesAndView, ["type", "number"], ["from", "number"], ["end", "number"], ...depth], "unknown", () => {
        readValueUnion(context, unit, type);
      });
      return;
    case "array":
    case "set":
      out.func(name(), [...extent, ...depth], "unknown", () => {
        begin(context, unit);
        readItems(context, unit, type.items);
        finishItems(context, unit, type.kind);
      });
      return;
    case "tuple":
      out.func(name(), [...extent, ...depth], "unknown", () => {
        begin(context, unit);
        readTuple(context, unit, type);
      });
      return;
    case "map":
      out.func(name(), [...extent, ...depth], "unknown", () => {
        begin(context, unit);
        readMap(context, unit, type);
      });
  }
}

function begin(context: EmitContext, unit: Unit): void {
  const { out } = context;
  if (unit.deep) out.line(`if (depth <= 0) ${context.fail}`);
  out.line("const last = e - 1;");
  out.line(`if (b[last] !== 0) ${context.fail}`);
  out.line("let p = o + 4;");
}

function finishItems(context: EmitContext, unit: Unit, form: "array" | "set"): void {
  const { out } = context;
  if (form === "set") out.line("const set = new Set(items);");
  const result = form === "set" ? "set" : "items";
  out.guard(brokenRules(context, unit.type, result), context.fail);
  out.line(`return ${result};`);
}

/** The element at `p`: type, start and end of its value. */
function element(context: EmitContext): void {
  const { out } = context;
  out.line(`const type = ${out.cast("b[p]", "number")};`);
  out.line(`const from = ${context.use("keyEnd")}(b, p + 1, last);`);
  out.line(`const end = ${context.use("valueEnd")}(b, dv, type, from, last);`);
}

function at(unit: Unit, part: string): ReadSite {
  return { site: siteWithin(unit, part), depth: childDepth(unit), windowed: unit.windowed };
}

const elementNames = { type: "type", from: "from", end: "end" };

/** Items count by their order. Further ones than the tuple has are ignored. */
function readTuple(context: EmitContext, unit: Unit, type: TupleType): void {
  const { out } = context;
  const annotation = out.type("unknown[]");
  out.line(`const items${annotation} = [];`);
  out.block("while (p < last)", () => {
    element(context);
    out.block("switch (items.length)", () => {
      type.items.forEach((item, i) => {
        out.line(`case ${i}:`);
        out.indented(() => tupleItem(context, unit, item.type, `item ${i}`));
      });
      if (type.rest !== undefined) {
        const rest = type.rest;
        out.line("default:");
        out.indented(() => tupleItem(context, unit, rest, "rest"));
      }
    });
    out.line("p = end;");
  });
  const required = type.items.filter((item) => !item.optional).length;
  if (required > 0) out.line(`if (items.length < ${required}) ${context.fail}`);
  out.guard(brokenRules(context, type, "items"), context.fail);
  out.line("return items;");
}

function tupleItem(context: EmitContext, unit: Unit, type: Type, part: string): void {
  const { out } = context;
  readInto(context, type, "item", readExpression(context, type, elementNames, at(unit, part)), (value) =>
    out.line(`items.push(${value});`),
  );
  out.line("break;");
}

/** Takes a value that was read, its rules checked. */
function readInto(context: EmitContext, type: Type, variable: string, value: string, take: (value: string) => void): void {
  const { out } = context;
  const resolved = context.units.resolve(type);
  const broken = ["array", "set", "tuple"].includes(resolved.kind) ? [] : brokenRules(context, resolved, variable);
  if (broken.length === 0) {
    take(value);
    return;
  }
  out.line("{");
  out.indented(() => {
    out.line(`const ${variable} = ${value};`);
    out.guard(broken, context.fail);
    take(variable);
  });
  out.line("}");
}

function readMap(context: EmitContext, unit: Unit, type: MapType): void {
  const { out } = context;
  const isMap = type.form === "map";
  if (isMap) out.line(`const map = new Map${out.typeArguments("unknown, unknown")}();`);
  else out.line(`const map${out.type("Record<string, unknown>")} = {};`);
  out.line("let count = 0;");
  out.block("while (p < last)", () => {
    element(context);
    const text = `${context.use("readKey")}(b, dv, p + 1, from - 1)`;
    if (isPlainKey(type.key)) {
      out.line(`const key = ${text};`);
    } else if (isMap || type.key.kind === "uuid") {
      const key = `${context.use("keyOf")}(${context.shape(type.key)}, ${text})`;
      out.line(`const key = ${isMap ? key : out.cast(key, "string | undefined")};`);
      out.line(`if (key === undefined) ${context.fail}`);
    } else {
      out.line(`const key = ${text};`);
      out.line(`if (${context.use("keyOf")}(${context.shape(type.key)}, key) === undefined) ${context.fail}`);
    }
    const set = isMap ? "map.set(key, " : `${context.use("setOwn")}(map, key, `;
    readInto(context, type.value, "value", readExpression(context, type.value, elementNames, at(unit, "value")), (value) =>
      out.line(`${set}${value});`),
    );
    out.line("count += 1;");
    out.line("p = end;");
  });
  out.comment("a key twice: fewer keys than entries");
  out.line(`if (${isMap ? "map.size" : "Object.keys(map).length"} !== count) ${context.fail}`);
  out.line("return map;");
}

function readValueUnion(context: EmitContext, unit: Unit, union: ValueUnionType): void {
  const { out } = context;
  const where: ReadSite = { site: siteWithin(unit, "arm"), depth: unit.deep ? "depth" : "", windowed: unit.windowed };
  out.block("switch (type)", () => {
    for (const plain of union.arms) {
      const arm = withRulesOf(union, plain);
      for (const type of acceptedTypes(context, arm)) out.line(`case ${type}:`);
      out.indented(() => {
        const value = readExpression(context, arm, elementNames, where);
        const resolved = context.units.resolve(arm);
        const broken = ["array", "set", "tuple"].includes(resolved.kind) ? [] : brokenRules(context, resolved, "value");
        if (broken.length === 0) {
          out.line(`return ${value};`);
          return;
        }
        out.line("{");
        out.indented(() => {
          out.line(`const value = ${value};`);
          out.guard(broken, context.fail);
          out.line("return value;");
        });
        out.line("}");
      });
    }
    out.line("default:");
    out.indented(() => out.line(`return ${context.fail}`));
  });
}

/** The literal that the bytes spell, the very constant: no string is made. */
function emitLiteralSearch(context: EmitContext, unit: Unit, type: LiteralsType): void {
  const parameters: [string, string][] = [
    ["b", "Buffer"],
    ["dv", "DataView"],
    ["at", "number"],
    ["length", "number"],
  ];
  const texts = type.values.filter((value) => typeof value === "string");
  context.out.func(context.name(unit, "literal"), parameters, "string | undefined", () => {
    byteSwitch(
      context.out,
      texts.map((text) => ({ text, result: quote(text) })),
      "undefined",
    );
  });
}
