/**
 * Emits how one value of a type is checked and stored, wherever it stands: in a field, an array, a map, a union.
 *
 * Composite types are calls of their units' functions. What is checked is all that must hold for the bytes to be valid BSON of the
 * type; what to say about it is found out later, by the explaining pass.
 */

import type { LiteralsType, ScalarKind, Type } from "../../model/schema-model.ts";
import type { ConstantStores } from "./constant-stores.ts";
import { constantBytes, factsOf, literalClass } from "./element-facts.ts";
import type { EmitContext, Site } from "./emit-context.ts";
import { literalValueText } from "./literal-text.ts";
import { brokenRulesOfGiven } from "./rule-checks.ts";
import { plus } from "./source-text.ts";
import type { Unit } from "./units.ts";

/** A value to be written. */
export interface WrittenValue {
  readonly type: Type;
  /** The variable that holds it. */
  readonly variable: string;
  /** Where the element's type byte stands, for types that have no constant one. */
  readonly typeAt: string;
  /** The levels that are left for composite values, as an argument; empty in units that are not deep. */
  readonly depth: string;
  readonly site: Site;
}

/** Emits the checks that must hold before the value is stored. Composite types check themselves. */
export function checkValue(context: EmitContext, value: WrittenValue): void {
  const { out } = context;
  const { variable } = value;
  const type = context.units.resolve(value.type);
  if (isComposite(type)) return;
  if (type.kind === "literals" && !type.open) checkLiteral(context, type, variable);
  else out.guard(wrongTypes(type, variable), context.fail);
  out.guard(brokenRulesOfGiven(context, type, variable), context.fail);
}

function isComposite(type: Type): boolean {
  return ["array", "set", "tuple", "map", "document", "tagged", "value-union"].includes(type.kind);
}

/** Conditions under which the variable's value is not of the type, where a store would not notice. */
function wrongTypes(type: Type, variable: string): string[] {
  switch (type.kind) {
    case "string":
    case "uuid":
      return [`typeof ${variable} !== "string"`];
    case "boolean":
      return [`typeof ${variable} !== "boolean"`];
    case "number":
    case "double":
      return [`typeof ${variable} !== "number"`];
    case "int32":
      return [`typeof ${variable} !== "number"`, `(${variable} | 0) !== ${variable}`];
    case "uint32":
      return [`typeof ${variable} !== "number"`, `${variable} >>> 0 !== ${variable}`];
    case "int53":
      return [`typeof ${variable} !== "number"`, `!Number.isSafeInteger(${variable})`];
    case "int64":
      return [`typeof ${variable} !== "bigint"`, `BigInt.asIntN(64, ${variable}) !== ${variable}`];
    case "uint64":
      return [`typeof ${variable} !== "bigint"`, `BigInt.asUintN(64, ${variable}) !== ${variable}`];
    case "null":
      return [`${variable} !== null`];
    case "literals":
      return [`typeof ${variable} !== "string"`];
    default:
      return [];
  }
}

/** Above so many literals membership is asked of a table. */
const inlineLiterals = 8;

function checkLiteral(context: EmitContext, type: LiteralsType, variable: string): void {
  const { out } = context;
  const both = type.values.includes(true) && type.values.includes(false);
  const values = both ? type.values.filter((value) => typeof value !== "boolean") : type.values;
  const known = values.length > inlineLiterals ? [`!${context.literals(values)}.has(${variable})`] : [];
  const tests = [
    ...(both ? [`typeof ${variable} !== "boolean"`] : []),
    ...(known.length > 0 ? known : values.map((value) => `${variable} !== ${literalValueText(value)}`)),
  ];
  out.guard(tests, context.fail, "&&");
}

/** Stores the value at the position. Its header lies before it, its type byte too unless that depends on the value. */
export function storeValue(context: EmitContext, stores: ConstantStores, value: WrittenValue): void {
  const type = context.units.resolve(value.type);
  const constant = constantBytes(type);
  if (constant !== undefined) {
    stores.bytes(constant);
    return;
  }
  switch (type.kind) {
    case "array":
    case "set":
    case "tuple":
    case "map":
    case "document":
    case "tagged":
      storeByCall(context, stores, unitCall(context, context.unit(value.type, value.site.title, value.site.hint), value, stores));
      return;
    case "value-union": {
      const unit = context.unit(value.type, value.site.title, value.site.hint);
      stores.flush();
      storeByCall(context, stores, unionCall(context, unit, value, stores));
      return;
    }
    case "literals":
      storeLiteral(context, stores, type, value);
      return;
    default:
      storeScalar(context, stores, type.kind, value);
  }
}

function unitCall(context: EmitContext, unit: Unit, value: WrittenValue, stores: ConstantStores): string {
  stores.flush();
  return `${context.name(unit, "write")}(b, dv, ${stores.position}, ${value.variable}${unit.deep ? `, ${value.depth}` : ""})`;
}

function unionCall(context: EmitContext, unit: Unit, value: WrittenValue, stores: ConstantStores): string {
  const depth = unit.deep ? `, ${value.depth}` : "";
  return `${context.name(unit, "write")}(b, dv, ${value.typeAt}, ${stores.position}, ${value.variable}${depth})`;
}

/** The call stores at the position and returns the offset behind. */
function storeByCall(context: EmitContext, stores: ConstantStores, call: string): void {
  stores.flush();
  context.out.line(`o = ${call};`);
  stores.settled();
}

function storeLiteral(context: EmitContext, stores: ConstantStores, type: LiteralsType, value: WrittenValue): void {
  const { variable } = value;
  switch (literalClass(type)) {
    case "string":
      storeText(context, stores, variable, context.out.cast(variable, "string"));
      return;
    case "boolean":
      stores.flag(`${variable} ? 1 : 0`);
      return;
    case "int32":
      storeFixed(context, stores, "setInt32", context.out.cast(variable, "number"), 4);
      return;
    case "mixed":
      stores.flush();
      storeByCall(context, stores, `${context.use("writeValue")}(b, dv, ${value.typeAt}, ${stores.position}, ${variable}, 1)`);
  }
}

function storeFixed(context: EmitContext, stores: ConstantStores, setter: string, value: string, bytes: number): void {
  stores.flush();
  const endian = bytes === 1 ? "" : ", true";
  context.out.line(`dv.${setter}(${stores.position}, ${value}${endian});`);
  stores.advance(bytes);
}

/** Length word, text, and the NUL, which joins the run of constants that follows. */
function storeText(context: EmitContext, stores: ConstantStores, variable: string, text = variable): void {
  const { out } = context;
  stores.flush();
  const at = stores.distance;
  const length = `${variable}Bytes`;
  out.line(`const ${length} = ${context.use("writeText")}(b, dv, ${plus("o", at + 4)}, ${text});`);
  out.line(`dv.setInt32(${plus("o", at)}, ${length} + 1, true);`);
  out.line(`o += ${length} + ${at + 4};`);
  stores.settled();
  stores.bytes([0]);
}

function storeScalar(context: EmitContext, stores: ConstantStores, kind: ScalarKind, value: WrittenValue): void {
  const { variable } = value;
  switch (kind) {
    case "string":
      storeText(context, stores, variable);
      return;
    case "boolean":
      stores.flag(`${variable} ? 1 : 0`);
      return;
    case "int32":
      storeFixed(context, stores, "setInt32", variable, 4);
      return;
    case "uint32":
      storeFixed(context, stores, "setInt32", variable, 4);
      stores.bytes([0, 0, 0, 0]);
      return;
    case "double":
      storeFixed(context, stores, "setFloat64", variable, 8);
      return;
    case "int64":
      storeFixed(context, stores, "setBigInt64", variable, 8);
      return;
    case "uint64":
      storeFixed(context, stores, "setBigUint64", variable, 8);
      return;
    case "int53":
    case "date":
      stores.flush();
      storeTime(context, stores, kind === "date" ? `${context.use("dateTime")}(${variable})` : variable);
      return;
    case "uuid":
      stores.int32(16);
      stores.bytes([4]);
      stores.flush();
      context.out.line(`${context.use("writeUuid")}(b, ${stores.position}, ${variable});`);
      stores.advance(16);
      return;
    case "null":
      return;
    case "bytes":
      stores.flush();
      storeByCall(context, stores, `${context.use("writeBytes")}(b, dv, ${stores.position}, ${variable})`);
      return;
    case "number":
      stores.flush();
      storeByCall(context, stores, `${context.use("writeNumber")}(b, dv, ${value.typeAt}, ${stores.position}, ${variable})`);
      return;
    case "unknown":
    case "json": {
      stores.flush();
      const writer = kind === "json" ? context.use("writeJson") : context.useBson("writeUnknown");
      storeByCall(context, stores, `${writer}(b, dv, ${value.typeAt}, ${stores.position}, ${variable}, ${value.depth})`);
      return;
    }
    default:
      storeBsonClass(context, stores, kind, value);
  }
}

function storeTime(context: EmitContext, stores: ConstantStores, time: string): void {
  context.out.line(`${context.use("writeTime")}(dv, ${stores.position}, ${time});`);
  stores.advance(8);
}

/** `writeObjectId` and the like: of constant size where the type is, else they return the offset behind. */
function storeBsonClass(context: EmitContext, stores: ConstantStores, kind: ScalarKind, value: WrittenValue): void {
  stores.flush();
  const writer = context.useBson(`write${kind.charAt(0).toUpperCase()}${kind.slice(1)}`);
  const call = `${writer}(b, dv, ${stores.position}, ${value.variable})`;
  const facts = factsOf({ kind });
  if (facts.fixed) {
    context.out.line(`${call};`);
    stores.advance(facts.least);
  } else {
    storeByCall(context, stores, call);
  }
}
