/**
 * Emits the reading of one field's value on the straight line: its header has been compared, its least size is inside the document.
 */

import type { Field, Type } from "../../model/schema-model.ts";
import { headerBytes, literalClass } from "./element-facts.ts";
import { type EmitContext, siteWithin } from "./emit-context.ts";
import { childDepth } from "./field-access.ts";
import { literalValueText } from "./literal-text.ts";
import type { ReadCursor } from "./read-cursor.ts";
import { depthArgument, type ReadSite, readExpression } from "./read-value.ts";
import { plus } from "./source-text.ts";
import type { Unit } from "./units.ts";

export interface PlacedField {
  readonly field: Field;
  readonly variable: string;
  /** Bytes that must follow the value at least. */
  readonly behind: number;
}

export function readInPlace(context: EmitContext, unit: Unit, cursor: ReadCursor, target: PlacedField, constant: boolean): void {
  const type = context.units.resolve(target.field.type);
  if (constant) {
    const [value] = type.kind === "literals" ? type.values : [];
    context.out.line(`${target.variable} = ${value === undefined ? "null" : literalValueText(value)};`);
  } else {
    readVariable(context, unit, cursor, target, type);
  }
  cursor.elementDone();
}

function readVariable(context: EmitContext, unit: Unit, cursor: ReadCursor, target: PlacedField, type: Type): void {
  const { out } = context;
  const { variable } = target;
  const fixed = (expression: string, bytes: number) => {
    out.line(`${variable} = ${expression};`);
    cursor.advance(bytes);
  };
  switch (type.kind) {
    case "int32":
      fixed(`dv.getInt32(${cursor.position}, true)`, 4);
      return;
    case "uint32":
      out.line(`if (dv.getInt32(${plus("p", cursor.distance + 4)}, true) !== 0) ${context.fail}`);
      fixed(`dv.getUint32(${cursor.position}, true)`, 8);
      return;
    case "int53":
      fixed(`${context.use("readInt53")}(dv, ${cursor.position})`, 8);
      return;
    case "int64":
      fixed(`dv.getBigInt64(${cursor.position}, true)`, 8);
      return;
    case "uint64":
      fixed(`dv.getBigUint64(${cursor.position}, true)`, 8);
      return;
    case "date":
      fixed(`${context.use("readDate")}(dv, ${cursor.position})`, 8);
      return;
    case "uuid":
      fixed(`${context.use("readUuid")}(b, ${cursor.position})`, 16);
      return;
    case "null":
      fixed("null", 0);
      return;
    case "boolean":
      out.line(`${variable} = b[${cursor.position}] === 1;`);
      out.line(`if (!${variable} && b[${cursor.position}] !== 0) ${context.fail}`);
      cursor.advance(1);
      return;
    case "number":
    case "double":
      readNumber(context, cursor, target, type.kind);
      return;
    case "string":
      readText(context, unit, cursor, target);
      return;
    case "bytes":
      readBytes(context, cursor, target);
      return;
    case "literals":
      readLiteral(context, unit, cursor, target);
      return;
    case "array":
    case "set":
    case "tuple":
    case "map":
    case "document":
    case "tagged":
      readComposite(context, unit, cursor, target);
      return;
    default:
      readAny(context, unit, cursor, target);
  }
}

/** What is expected first costs one comparison. */
function readNumber(context: EmitContext, cursor: ReadCursor, target: PlacedField, kind: "number" | "double"): void {
  const { out } = context;
  const at = cursor.distance;
  const typeByte = `b[${plus("p", at - headerLength(target.field))}]`;
  const double = {
    condition: `${typeByte} === 1${kind === "number" ? ` && e - p >= ${at + 8 + target.behind}` : ""}`,
    read: () => {
      out.line(`${target.variable} = dv.getFloat64(${cursor.position}, true);`);
      out.line(`p += ${at + 8};`);
    },
  };
  const int32 = {
    condition: `${typeByte} === 16`,
    read: () => {
      out.line(`${target.variable} = dv.getInt32(${cursor.position}, true);`);
      out.line(`p += ${at + 4};`);
    },
  };
  const [first, second] = kind === "double" ? [double, int32] : [int32, double];
  out.line(`if (${first.condition}) {`);
  out.indented(first.read);
  out.line(`} else if (${second.condition}) {`);
  out.indented(second.read);
  out.line("} else {");
  out.indented(() => cursor.leave());
  out.line("}");
  cursor.settledBehind(false);
}

/** Length word against what is left; the NUL is looked at with what follows. */
function readText(context: EmitContext, unit: Unit, cursor: ReadCursor, target: PlacedField): void {
  const { out } = context;
  const length = textLength(context, cursor, target);
  const read = context.use(unit.windowed ? "cutText" : "readText");
  const start = plus("p", cursor.distance + 4);
  out.line(`${target.variable} = ${read}(b, dv, ${start}, ${plus("p", cursor.distance + 3)} + ${length});`);
  out.line(`p += ${length} + ${cursor.distance + 3};`);
  cursor.settledBehind(true);
}

function textLength(context: EmitContext, cursor: ReadCursor, target: PlacedField): string {
  const { out } = context;
  const length = `${target.variable}Bytes`;
  out.line(`const ${length} = dv.getInt32(${cursor.position}, true);`);
  cursor.leaveIf([`${length} < 1`, `${length} > e - p - ${cursor.distance + 4 + target.behind}`]);
  return length;
}

function readLiteral(context: EmitContext, unit: Unit, cursor: ReadCursor, target: PlacedField): void {
  const { out } = context;
  const type = context.units.resolve(target.field.type);
  if (type.kind !== "literals") return;
  if (type.open) {
    readText(context, unit, cursor, target);
    return;
  }
  switch (literalClass(type)) {
    case "string": {
      const length = textLength(context, cursor, target);
      const site = siteWithin(unit, target.field.name);
      const search = context.name(context.unit(type, site.title, site.hint), "literal");
      out.line(`${target.variable} = ${search}(b, dv, ${plus("p", cursor.distance + 4)}, ${length} - 1);`);
      out.line(`if (${target.variable} === undefined) ${context.fail}`);
      out.line(`p += ${length} + ${cursor.distance + 3};`);
      cursor.settledBehind(true);
      return;
    }
    case "int32":
      out.line(`${target.variable} = dv.getInt32(${cursor.position}, true);`);
      out.guard([`!${context.literals(type.values)}.has(${target.variable})`], context.fail);
      cursor.advance(4);
      return;
    case "boolean":
      // One of the two would be a constant: both are allowed.
      out.line(`${target.variable} = b[${cursor.position}] === 1;`);
      out.line(`if (!${target.variable} && b[${cursor.position}] !== 0) ${context.fail}`);
      cursor.advance(1);
      return;
    case "mixed":
      readAny(context, unit, cursor, target);
  }
}

function readBytes(context: EmitContext, cursor: ReadCursor, target: PlacedField): void {
  const { out } = context;
  const length = `${target.variable}Bytes`;
  const at = cursor.distance;
  out.line(`const ${length} = dv.getInt32(${cursor.position}, true);`);
  cursor.leaveIf([`${length} < 0`, `${length} > e - p - ${at + 5 + target.behind}`, `b[${plus("p", at + 4)}] !== 0`]);
  out.line(`${target.variable} = ${context.use("ownedBytes")}(b, ${plus("p", at + 5)}, ${plus("p", at + 5)} + ${length});`);
  out.line(`p += ${length} + ${at + 5};`);
  cursor.settledBehind(false);
}

function readComposite(context: EmitContext, unit: Unit, cursor: ReadCursor, target: PlacedField): void {
  const { out } = context;
  const length = `${target.variable}Bytes`;
  const site = siteWithin(unit, target.field.name);
  const child = context.unit(target.field.type, site.title, site.hint);
  out.line(`const ${length} = dv.getInt32(${cursor.position}, true);`);
  cursor.leaveIf([`${length} < 5`, `${length} > e - p - ${cursor.distance + target.behind}`]);
  const depth = depthArgument(child, { site, depth: childDepth(unit), windowed: unit.windowed });
  const span = `${cursor.position}, ${cursor.position} + ${length}`;
  out.line(`${target.variable} = ${context.name(child, "read")}(b, dv, ${span}${depth});`);
  out.line(`p += ${length}${cursor.distance === 0 ? "" : ` + ${cursor.distance}`};`);
  cursor.settledBehind(false);
}

/** Types whose reader looks at the type byte itself. */
function readAny(context: EmitContext, unit: Unit, cursor: ReadCursor, target: PlacedField): void {
  const { out } = context;
  const at = cursor.distance;
  const where: ReadSite = { site: siteWithin(unit, target.field.name), depth: childDepth(unit), windowed: unit.windowed };
  const type = `${target.variable}Type`;
  const end = `${target.variable}End`;
  out.line(`const ${type} = ${out.cast(`b[${plus("p", at - headerLength(target.field))}]`, "number")};`);
  out.line(`const ${end} = ${context.use("valueEnd")}(b, dv, ${type}, ${cursor.position}, e - 1);`);
  // No error yet: what follows may be narrower than the straight line expects.
  if (target.behind > 1) cursor.leaveIf([`${end} > e - ${target.behind}`]);
  out.line(`${target.variable} = ${readExpression(context, target.field.type, { type, from: cursor.position, end }, where)};`);
  out.line(`p = ${end};`);
  cursor.settledBehind(false);
}

function headerLength(field: Field): number {
  return headerBytes(0, field.name).length;
}
