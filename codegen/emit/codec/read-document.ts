/**
 * Emits the reader of a document type: a straight line for what our own writer sends, a general loop for everything else.
 *
 * The straight line expects the fields in wire order. One guard at the start proves that all constant parts lie inside the document;
 * after that each value of variable length is held against what must still follow it, so every load is inside before it happens.
 * Names are compared as words together with the type byte and the NUL of the string before them.
 *
 * At the first surprise (another order, an unknown or absent field, another width) it leaves, and the general loop goes on *from
 * there* with the fields read so far: a document is never read twice, so no arrangement of surprises makes reading more than linear.
 */

import { quote } from "../../model/quote.ts";
import type { DocumentType, Field } from "../../model/schema-model.ts";
import { objectKey } from "../names.ts";
import { matches, utf8 } from "./byte-match.ts";
import { byteSwitch } from "./byte-switch.ts";
import { defaultText } from "./default-text.ts";
import { constantBytes, factsOf, headerBytes } from "./element-facts.ts";
import { type EmitContext, siteWithin } from "./emit-context.ts";
import { childDepth, isInherited } from "./field-access.ts";
import { ReadCursor } from "./read-cursor.ts";
import { type PlacedField, readInPlace } from "./read-in-place.ts";
import { isVariableTyped, type ReadSite, readExpression, variableType } from "./read-value.ts";
import { brokenRules } from "./rule-checks.ts";
import type { Unit } from "./units.ts";
import { fixedLength } from "./write-unit.ts";

export function emitDocumentReader(context: EmitContext, unit: Unit, type: DocumentType): void {
  emitStraightLine(context, unit, type);
  if (type.fields.length > 0) {
    emitGeneralLoop(context, unit, type);
    emitKeySearch(context, unit, type);
  }
}

/** Absent in the document is no error. */
function mayBeAbsent(field: Field): boolean {
  return field.optional || field.default !== undefined;
}

/** Bytes that must still follow behind each field: the required ones and the final NUL. */
function leastBehind(context: EmitContext, fields: readonly Field[]): number[] {
  const least: number[] = [];
  let sum = 1;
  for (const field of [...fields].reverse()) {
    least.unshift(sum);
    if (!mayBeAbsent(field)) sum += leastOf(context, field);
  }
  return [sum, ...least];
}

function leastOf(context: EmitContext, field: Field): number {
  const facts = factsOf(context.units.resolve(field.type));
  return headerBytes(facts.type ?? 0, field.name).length + facts.least;
}

function emitStraightLine(context: EmitContext, unit: Unit, type: DocumentType): void {
  const { out } = context;
  const parameters: [string, string][] = [
    ["b", "Buffer"],
    ["dv", "DataView"],
    ["p", "number"],
    ["e", "number"],
    ...(unit.deep ? [["depth", "number"] as [string, string]] : []),
  ];
  out.func(context.name(unit, "read"), parameters, "unknown", () => {
    if (unit.deep) out.guard(["depth <= 0"], context.fail);
    if (type.fields.length === 0) {
      out.line(`${context.use("skipRest")}(b, dv, p + 4, e);`);
      out.line("return {};");
      return;
    }
    type.fields.forEach((field, i) => {
      const annotation = variableType(context, field.type);
      out.line(`let f${i}${out.type(isVariableTyped(annotation) ? `${annotation} | undefined` : annotation)};`);
    });
    out.comment("left at the first surprise; never a second time round");
    out.block("while (true)", () => straightLine(context, unit, type));
    const rest = ["b", "dv", "p", "e", ...(unit.deep ? ["depth"] : []), ...type.fields.map((_, i) => `f${i}`)];
    out.list(`return ${context.name(unit, "rest")}`, rest, ";");
  });
}

function straightLine(context: EmitContext, unit: Unit, type: DocumentType): void {
  const { out } = context;
  const cursor = new ReadCursor(out, () => context.use("behindNul"));
  const [least = 1, ...behind] = leastBehind(context, type.fields);
  const fixed = fixedLength(context, type) !== undefined && !type.fields.some(mayBeAbsent);
  cursor.advance(4);
  cursor.leaveIf([fixed ? `e - p !== ${4 + least}` : `e - p < ${4 + least}`]);
  type.fields.forEach((field, i) => {
    const target = { field, variable: `f${i}`, behind: behind[i] ?? 1 };
    if (mayBeAbsent(field)) readOptional(context, unit, cursor, target);
    else readRequired(context, unit, cursor, target);
  });
  cursor.leaveIf([...(fixed ? [] : [cursor.isNotEnd()]), ...cursor.terminator()]);
  emitResult(context, type);
}

/** The constant bytes that a field begins with: its header, and its value where there is but one. */
interface Expectation {
  readonly run: readonly number[];
  /** 1 where the type byte before the run is looked at together with the value. */
  readonly skipped: 0 | 1;
  /** The run holds the whole value. */
  readonly constant: boolean;
}

function expectation(context: EmitContext, field: Field): Expectation {
  const type = context.units.resolve(field.type);
  const facts = factsOf(type);
  // A double's type byte is looked at with its value, as a number's is: an integral one may come as int32.
  if (facts.type === undefined || type.kind === "double") {
    return { run: [...utf8(field.name), 0], skipped: 1, constant: false };
  }
  const constant = constantBytes(type);
  const start = constant ?? (type.kind === "uuid" ? uuidHeader : []);
  return { run: [...headerBytes(facts.type, field.name), ...start], skipped: 0, constant: constant !== undefined };
}

/** Length and subtype of a UUID. */
const uuidHeader: readonly number[] = [16, 0, 0, 0, 4];

function readRequired(context: EmitContext, unit: Unit, cursor: ReadCursor, target: PlacedField): void {
  const { run, skipped, constant } = expectation(context, target.field);
  cursor.expect(run, skipped);
  readInPlace(context, unit, cursor, target, constant);
}

/** The field is there when its header is; all of it must fit before what must follow. */
function readOptional(context: EmitContext, unit: Unit, cursor: ReadCursor, target: PlacedField): void {
  const { out } = context;
  cursor.settle(context.fail);
  const { run, skipped, constant } = expectation(context, target.field);
  const least = leastOf(context, target.field) + target.behind;
  out.when([`e - p >= ${least}`, ...matches(run, "p", skipped)], "&&", () => {
    cursor.passHeader(skipped + run.length);
    readInPlace(context, unit, cursor, target, constant);
    cursor.settle(context.fail);
  });
}

function emitGeneralLoop(context: EmitContext, unit: Unit, type: DocumentType): void {
  const { out } = context;
  const parameters: [string, string][] = [
    ["b", "Buffer"],
    ["dv", "DataView"],
    ["p", "number"],
    ["e", "number"],
    ...(unit.deep ? [["depth", "number"] as [string, string]] : []),
    ...type.fields.map((field, i): [string, string] => {
      const annotation = variableType(context, field.type);
      return [`f${i}`, isVariableTyped(annotation) ? `${annotation} | undefined` : annotation];
    }),
  ];
  const fail = context.fail;
  out.func(context.name(unit, "rest"), parameters, "unknown", () => {
    out.line("const last = e - 1;");
    out.line(`if (b[last] !== 0) ${fail}`);
    out.block("while (p < last)", () => {
      out.line(`const type = ${out.cast("b[p]", "number")};`);
      out.line(`const from = ${context.use("keyEnd")}(b, p + 1, last);`);
      out.line(`const end = ${context.use("valueEnd")}(b, dv, type, from, last);`);
      out.block(`switch (${context.name(unit, "key")}(b, dv, p + 1, from - p - 2))`, () => {
        type.fields.forEach((field, i) => {
          const where: ReadSite = { site: siteWithin(unit, field.name), depth: childDepth(unit), windowed: unit.windowed };
          out.line(`case ${i}:`);
          out.indented(() => {
            out.line(`if (f${i} !== undefined) ${fail}`);
            out.line(`f${i} = ${readExpression(context, field.type, { type: "type", from: "from", end: "end" }, where)};`);
            out.line("break;");
          });
        });
      });
      out.line("p = end;");
    });
    const required = type.fields.flatMap((field, i) => (mayBeAbsent(field) ? [] : [`f${i} === undefined`]));
    out.guard(required, fail);
    emitResult(context, type);
  });
}

function emitKeySearch(context: EmitContext, unit: Unit, type: DocumentType): void {
  const { out } = context;
  const parameters: [string, string][] = [
    ["b", "Buffer"],
    ["dv", "DataView"],
    ["at", "number"],
    ["length", "number"],
  ];
  out.func(context.name(unit, "key"), parameters, "number", () => {
    byteSwitch(
      out,
      type.fields.map((field, i) => ({ text: field.name, result: String(i) })),
      "-1",
    );
  });
}

/** Rules, then the object: one literal of what is always there, so that all results have one shape; then what is there by chance. */
function emitResult(context: EmitContext, type: DocumentType): void {
  const { out } = context;
  type.fields.forEach((field, i) => {
    const broken = brokenRules(context, context.units.resolve(field.type), `f${i}`);
    if (broken.length === 0 || isNestedRule(context, field)) return;
    if (mayBeAbsent(field)) out.block(`if (f${i} !== undefined)`, () => out.guard(broken, context.fail));
    else out.guard(broken, context.fail);
  });
  const placed = type.fields.map((field, i) => ({ field, i }));
  const always = placed.filter(({ field }) => !field.optional || field.default !== undefined);
  const byChance = placed.filter(({ field }) => field.optional && field.default === undefined);
  const fieldText = ({ field, i }: (typeof placed)[number]): string =>
    field.default === undefined
      ? `f${i}`
      : `f${i} === undefined ? ${defaultText(context.units, field.type, field.default)} : f${i}`;
  const literal = () => {
    out.indented(() => {
      for (const part of always.slice(0, literalFields)) {
        if (part.field.name === "then") out.line(thenSuppression);
        out.line(`${literalKey(part.field.name)}: ${fieldText(part)},`);
      }
    });
  };
  const assigned = [...always.slice(literalFields), ...byChance];
  if (assigned.length === 0) {
    out.line("return {");
    literal();
    out.line("};");
    return;
  }
  const annotation = out.hasTypes ? out.type(context.useType("Fields")) : "";
  if (always.length === 0) {
    out.line(`const value${annotation} = {};`);
  } else {
    out.line(`const value${annotation} = {`);
    literal();
    out.line("};");
  }
  for (const part of assigned) {
    const { field, i } = part;
    const condition = byChance.includes(part) ? `if (f${i} !== undefined) ` : "";
    if (field.name === "then") out.line(thenSuppression);
    if (isInherited(field.name)) {
      out.line(`${condition}${context.use("setOwn")}(value, ${quote(field.name)}, ${fieldText(part)});`);
    } else {
      out.line(`${condition}value${memberOf(field.name)} = ${fieldText(part)};`);
    }
  }
  out.line("return value;");
}

/**
 * V8 makes a hash table of a literal with more than 127 properties, and on Node 26 leaves it one: reading a document of 145 fields
 * took 8.9 us there for 3.2 with the rest assigned.
 */
const literalFields = 120;

const thenSuppression = "// biome-ignore lint/suspicious/noThenProperty: the schema names this field";

/** As the formatter has it: a number needs no quotes. */
function literalKey(name: string): string {
  return /^(?:0|[1-9]\d{0,8})$/.test(name) ? name : objectKey(name);
}

function memberOf(name: string): string {
  const key = objectKey(name);
  return key.startsWith('"') ? `[${quote(name)}]` : `.${key}`;
}

/** Composite types hold their rules themselves, in their own reader. */
function isNestedRule(context: EmitContext, field: Field): boolean {
  const { kind } = context.units.resolve(field.type);
  return kind === "array" || kind === "set" || kind === "tuple";
}
