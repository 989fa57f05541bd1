/**
 * Emits the writers of composite types: `(b, dv, o, x) => end`. Each checks that `x` is what it should be, writes the value at `o` and
 * returns the offset behind it. A union's writer is also told where its type byte goes, a deep one's how many levels are left.
 */

import type { DocumentType, Field, MapType, TupleType, Type } from "../../model/schema-model.ts";
import { utf8 } from "./byte-match.ts";
import { ConstantStores } from "./constant-stores.ts";
import { factsOf, headerBytes } from "./element-facts.ts";
import { type EmitContext, siteWithin } from "./emit-context.ts";
import { childDepth, fieldOf } from "./field-access.ts";
import { brokenRulesOfGiven } from "./rule-checks.ts";
import type { Unit } from "./units.ts";
import { writeTaggedUnion, writeValueUnion } from "./write-union.ts";
import { checkValue, storeValue, type WrittenValue } from "./write-value.ts";

export function emitWriter(context: EmitContext, unit: Unit): void {
  const { out } = context;
  if (unit.type.kind === "literals") return;
  const isUnion = unit.type.kind === "value-union";
  const parameters: [string, string][] = [
    ["b", "Buffer"],
    ["dv", "DataView"],
    ...(isUnion ? [["typeAt", "number"] as [string, string]] : []),
    ["o", "number"],
    ["x", "unknown"],
    ...(unit.deep ? [["depth", "number"] as [string, string]] : []),
  ];
  out.func(context.name(unit, "write"), parameters, "number", () => {
    if (unit.deep && !isUnion && unit.type.kind !== "tagged") out.guard(["depth <= 0"], context.fail);
    body(context, unit);
  });
}

function body(context: EmitContext, unit: Unit): void {
  const { type } = unit;
  switch (type.kind) {
    case "document":
      writeDocument(context, unit, type);
      return;
    case "array":
      writeItems(context, unit, type.items, "array");
      return;
    case "set":
      writeItems(context, unit, type.items, "set");
      return;
    case "tuple":
      writeTuple(context, unit, type);
      return;
    case "map":
      writeMap(context, unit, type);
      return;
    case "tagged":
      writeTaggedUnion(context, unit, type);
      return;
    case "value-union":
      writeValueUnion(context, unit, type);
      return;
    case "literals":
  }
}

function writeDocument(context: EmitContext, unit: Unit, type: DocumentType): void {
  const { out } = context;
  const fields = documentFields(context, type);
  out.line(type.fields.length === 0 ? `${fields};` : `const v = ${fields};`);
  const stores = new ConstantStores(out, "o", 0);
  const length = fixedLength(context, type);
  if (length === undefined) {
    out.line("const start = o;");
    stores.advance(4);
  } else {
    stores.int32(length);
  }
  type.fields.forEach((field, i) => {
    writeField(context, unit, stores, field, `f${i}`);
  });
  stores.bytes([0]);
  stores.flush();
  if (length === undefined) {
    stores.settle();
    out.line("dv.setInt32(start, o - start, true);");
    out.line("return o;");
  } else {
    out.line(`return ${stores.position};`);
  }
}

/** An object whose fields can be asked for. Without a required field nothing else would notice a Map or a Promise. */
function documentFields(context: EmitContext, type: DocumentType): string {
  const required = type.fields.some((field) => !field.optional);
  return `${context.use(required ? "fieldsOf" : "looseFieldsOf")}(x)`;
}

/** The document's bytes when every value has as many. */
export function fixedLength(context: EmitContext, type: DocumentType): number | undefined {
  let length = 5;
  for (const field of type.fields) {
    const resolved = context.units.resolve(field.type);
    const facts = factsOf(resolved);
    if (field.optional || !facts.fixed || facts.type === undefined) return undefined;
    length += headerBytes(facts.type, field.name).length + facts.least;
  }
  return length;
}

function writeField(context: EmitContext, unit: Unit, stores: ConstantStores, field: Field, variable: string): void {
  const { out } = context;
  const write = () => {
    const header = headerBytes(factsOf(context.units.resolve(field.type)).type ?? 0, field.name);
    const value: WrittenValue = {
      type: field.type,
      variable,
      typeAt: stores.position,
      depth: childDepth(unit),
      site: siteWithin(unit, field.name),
    };
    checkValue(context, value);
    stores.bytes(header);
    // The position may be counted from another variable by now: ask again.
    storeValue(context, stores, { ...value, typeAt: stores.behind(header.length) });
  };
  if (!field.optional) {
    out.line(`const ${variable} = ${fieldOf(context, "v", field.name)};`);
    write();
    return;
  }
  stores.settle();
  out.line(`const ${variable} = ${fieldOf(context, "v", field.name)};`);
  out.block(`if (${variable} !== undefined)`, () => {
    write();
    stores.settle();
  });
}

function writeItems(context: EmitContext, unit: Unit, items: Type, form: "array" | "set"): void {
  const { out } = context;
  out.line(`const items = ${context.use(form === "array" ? "itemsOf" : "setOf")}(x);`);
  out.guard(brokenRulesOfGiven(context, unit.type, "items"), context.fail);
  out.line("const start = o;");
  out.line("o += 4;");
  const writeItem = () => {
    const value = itemValue(unit, items, "item");
    checkValue(context, value);
    writeIndex(context, factsOf(context.units.resolve(items)).type);
    const stores = new ConstantStores(out, "o", 0);
    storeValue(context, stores, value);
    stores.settle();
  };
  if (form === "array") {
    out.line("const length = items.length;");
    out.block("for (let i = 0; i < length; i += 1)", () => {
      out.line("const item = items[i];");
      writeItem();
    });
  } else {
    out.line("let i = 0;");
    out.block("for (const item of items)", () => {
      writeItem();
      out.line("i += 1;");
    });
  }
  out.line(`return ${context.use("endDocument")}(b, dv, start, o);`);
}

function itemValue(unit: Unit, type: Type, variable: string): WrittenValue {
  return { type, variable, typeAt: "typeAt", depth: childDepth(unit), site: siteWithin(unit, "item") };
}

/**
 * The header of item `i`. One word holds the type byte and a key of one or two digits; the word's overhang is overwritten by the
 * value. A type byte that depends on the value is zero first.
 */
function writeIndex(context: EmitContext, type: number | undefined): void {
  const { out } = context;
  if (type === undefined) out.line("const typeAt = o;");
  const byte = type ?? 0;
  out.line("if (i < 10) {");
  out.indented(() => {
    out.line(`dv.setInt32(o, ${byte + 0x3000} + (i << 8), true);`);
    out.line("o += 3;");
  });
  out.line("} else {");
  out.indented(() => out.line(`o = ${context.use("writeIndex")}(b, dv, o, ${byte}, i);`));
  out.line("}");
}

function writeTuple(context: EmitContext, unit: Unit, type: TupleType): void {
  const { out } = context;
  out.line(`const items = ${context.use("itemsOf")}(x);`);
  out.guard(wrongCounts(type), context.fail);
  out.guard(brokenRulesOfGiven(context, type, "items"), context.fail);
  out.line("const start = o;");
  const stores = new ConstantStores(out, "o", 4);
  type.items.forEach((item, i) => {
    const write = () => {
      const variable = `item${i}`;
      out.line(`const ${variable} = items[${i}];`);
      const header = [factsOf(context.units.resolve(item.type)).type ?? 0, ...utf8(String(i)), 0];
      const value = { ...itemValue(unit, item.type, variable), site: siteWithin(unit, `item ${i}`) };
      checkValue(context, value);
      stores.bytes(header);
      storeValue(context, stores, { ...value, typeAt: stores.behind(header.length) });
    };
    if (!item.optional) {
      write();
      return;
    }
    stores.settle();
    out.block(`if (items.length > ${i})`, () => {
      write();
      stores.settle();
    });
  });
  if (type.rest !== undefined) {
    const rest = type.rest;
    stores.settle();
    out.line("const length = items.length;");
    out.block(`for (let i = ${type.items.length}; i < length; i += 1)`, () => {
      out.line("const item = items[i];");
      const value = { ...itemValue(unit, rest, "item"), site: siteWithin(unit, "rest") };
      checkValue(context, value);
      writeIndex(context, factsOf(context.units.resolve(rest)).type);
      const inner = new ConstantStores(out, "o", 0);
      storeValue(context, inner, value);
      inner.settle();
    });
  }
  stores.settle();
  out.line(`return ${context.use("endDocument")}(b, dv, start, o);`);
}

/** Conditions under which there are fewer items than the tuple has, or more, which would be lost. */
function wrongCounts(type: TupleType): string[] {
  const required = type.items.filter((item) => !item.optional).length;
  const most = type.rest === undefined ? type.items.length : undefined;
  if (required === most) return [`items.length !== ${most}`];
  return [...(required > 0 ? [`items.length < ${required}`] : []), ...(most === undefined ? [] : [`items.length > ${most}`])];
}

function writeMap(context: EmitContext, unit: Unit, type: MapType): void {
  const { out } = context;
  const facts = factsOf(context.units.resolve(type.value));
  const writeEntry = (key: string) => {
    const value: WrittenValue = {
      type: type.value,
      variable: "value",
      typeAt: "typeAt",
      depth: childDepth(unit),
      site: siteWithin(unit, "value"),
    };
    checkValue(context, value);
    if (facts.type === undefined) out.line("const typeAt = o;");
    else out.line(`b[o] = ${facts.type};`);
    out.line(`o = ${context.use("writeKey")}(b, o + 1, ${key});`);
    const stores = new ConstantStores(out, "o", 0);
    storeValue(context, stores, value);
    stores.settle();
  };
  const { key } = type;
  const isMap = type.form === "map";
  out.line(`const map = ${context.use(isMap ? "mapOf" : "objectOf")}(x);`);
  if (key.kind === "uuid") out.line(`const texts = new Set${out.typeArguments("string")}();`);
  out.line("const start = o;");
  out.line("o += 4;");
  const text = () => `${context.use("keyText")}(${context.shape(key)}, key)`;
  const writeOnce = () => {
    out.line(`const text = ${text()};`);
    out.comment("one Uuid in two cases is one key");
    out.guard(["texts.has(text)"], context.fail);
    out.line("texts.add(text);");
    writeEntry("text");
  };
  out.block(isMap ? "for (const [key, value] of map)" : "for (const key of Object.keys(map))", () => {
    if (!isMap) {
      out.line("const value = map[key];");
      out.line("if (value === undefined) continue;");
    }
    if (key.kind === "uuid") {
      writeOnce();
    } else if (isMap) {
      writeEntry(text());
    } else {
      if (!isPlainKey(key)) out.guard([`${context.use("keyOf")}(${context.shape(key)}, key) === undefined`], context.fail);
      writeEntry("key");
    }
  });
  out.line(`return ${context.use("endDocument")}(b, dv, start, o);`);
}

/** Any text is a key. */
export function isPlainKey(key: MapType["key"]): boolean {
  return key.kind === "string" && key.rules === undefined;
}
