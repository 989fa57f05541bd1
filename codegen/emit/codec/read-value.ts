/**
 * Emits how a value is read wherever it was found: an expression over `type`, `from` and `end`, the ends of the element being known.
 *
 * This is the way of the general loop, of maps, of unions and of odd items; the straight line of documents reads in place.
 */

import type { LiteralsType, ScalarKind, Type } from "../../model/schema-model.ts";
import { bsonType, literalClass } from "./element-facts.ts";
import type { EmitContext, Site } from "./emit-context.ts";
import type { Unit } from "./units.ts";

/** The bytes of an element's value, as expressions. */
export interface Element {
  readonly type: string;
  readonly from: string;
  readonly end: string;
}

export interface ReadSite {
  readonly site: Site;
  /** Depth for composite values; empty in units that are not deep. */
  readonly depth: string;
  /** Strings are cut from the message's text. */
  readonly windowed: boolean;
}

/** The TypeScript type that the emitted variables of a type are given: enough for what emitted code does with them. */
export function variableType(context: EmitContext, type: Type): string {
  const resolved = context.units.resolve(type);
  switch (resolved.kind) {
    case "string":
    case "uuid":
      return "string";
    case "boolean":
      return "boolean";
    case "number":
    case "int32":
    case "uint32":
    case "int53":
    case "double":
      return "number";
    case "int64":
    case "uint64":
      return "bigint";
    case "literals":
      return literalClass(resolved) === "string" ? "string" : "unknown";
    default:
      return "unknown";
  }
}

export function isVariableTyped(annotation: string): boolean {
  return annotation !== "unknown";
}

/** `$toInt32(dv, type, from)` and the like. Fails for element types that the value cannot come from. */
export function readExpression(context: EmitContext, type: Type, element: Element, where: ReadSite): string {
  const resolved = context.units.resolve(type);
  switch (resolved.kind) {
    case "array":
    case "set":
    case "tuple":
      return checkedCall(context, type, element, where, bsonType.array);
    case "map":
    case "document":
    case "tagged":
      return checkedCall(context, type, element, where, bsonType.document);
    case "value-union": {
      const unit = context.unit(type, where.site.title, where.site.hint);
      return `${context.name(unit, "read")}(b, dv, ${element.type}, ${element.from}, ${element.end}${depthArgument(unit, where)})`;
    }
    case "literals":
      return literalOf(context, resolved, element, where);
    default:
      return scalarOf(context, resolved.kind, element, where);
  }
}

export function depthArgument(unit: Unit, where: ReadSite): string {
  return unit.deep ? `, ${where.depth}` : "";
}

function checkedCall(
  context: EmitContext,
  type: Type,
  { type: typeByte, from, end }: Element,
  where: ReadSite,
  wanted: number,
): string {
  const unit = context.unit(type, where.site.title, where.site.hint);
  const call = `${context.name(unit, "read")}(b, dv, ${from}, ${end}${depthArgument(unit, where)})`;
  return `${typeByte} === ${wanted} ? ${call} : ${context.use("fail")}()`;
}

function literalOf(context: EmitContext, type: LiteralsType, element: Element, where: ReadSite): string {
  if (type.open) return scalarOf(context, "string", element, where);
  const { type: typeByte, from, end } = element;
  if (literalClass(type) === "string") {
    const unit = context.unit(type, where.site.title, where.site.hint);
    const found = `${context.name(unit, "literal")}(b, dv, ${from} + 4, ${end} - ${from} - 5)`;
    const fail = `${context.use("fail")}()`;
    return `${typeByte} === ${bsonType.string} ? (${found} ?? ${fail}) : ${fail}`;
  }
  return `${context.use("toLiteral")}(b, dv, ${typeByte}, ${from}, ${end}, ${context.literals(type.values)})`;
}

function scalarOf(context: EmitContext, kind: ScalarKind, { type, from, end }: Element, where: ReadSite): string {
  switch (kind) {
    case "string":
      return `${context.use(where.windowed ? "toCutText" : "toText")}(b, dv, ${type}, ${from}, ${end})`;
    case "boolean":
      return `${context.use("toBoolean")}(b, ${type}, ${from})`;
    case "number":
      return `${context.use("toNumber")}(dv, ${type}, ${from})`;
    case "double":
      return `${context.use("toDouble")}(dv, ${type}, ${from})`;
    case "int32":
      return `${context.use("toInt32")}(dv, ${type}, ${from})`;
    case "uint32":
      return `${context.use("toUint32")}(dv, ${type}, ${from})`;
    case "int53":
      return `${context.use("toInt53")}(dv, ${type}, ${from})`;
    case "int64":
      return `${context.use("toInt64")}(dv, ${type}, ${from})`;
    case "uint64":
      return `${context.use("toUint64")}(dv, ${type}, ${from})`;
    case "date":
      return `${context.use("toDate")}(dv, ${type}, ${from})`;
    case "null":
      return `${context.use("toNull")}(${type})`;
    case "bytes":
      return `${context.use("toBytes")}(b, dv, ${type}, ${from}, ${end})`;
    case "uuid":
      return `${context.use("toUuid")}(b, dv, ${type}, ${from}, ${end})`;
    case "json":
      return `${context.use("toJson")}(b, dv, ${type}, ${from}, ${end}, ${where.depth})`;
    case "unknown":
      return `${context.useBson("toUnknown")}(b, dv, ${type}, ${from}, ${end}, ${where.depth})`;
    default:
      return `${context.useBson(`to${kind.charAt(0).toUpperCase()}${kind.slice(1)}`)}(b, dv, ${type}, ${from}, ${end})`;
  }
}

/** Type bytes that a value of the type may be read from; undefined: the reader itself looks. */
export function acceptedTypes(context: EmitContext, type: Type): readonly number[] {
  const numbers = [bsonType.double, bsonType.int32, bsonType.int64];
  const resolved = context.units.resolve(type);
  switch (resolved.kind) {
    case "string":
      return [bsonType.string];
    case "boolean":
      return [bsonType.boolean];
    case "number":
    case "int32":
    case "uint32":
    case "int53":
    case "double":
    case "int64":
    case "uint64":
      return numbers;
    case "date":
      return [bsonType.date];
    case "bytes":
    case "uuid":
    case "binary":
      return [bsonType.binary];
    case "null":
      return [bsonType.null];
    case "objectId":
      return [bsonType.objectId];
    case "decimal128":
      return [bsonType.decimal128];
    case "timestamp":
      return [bsonType.timestamp];
    case "minKey":
      return [bsonType.minKey];
    case "maxKey":
      return [bsonType.maxKey];
    case "bsonRegExp":
      return [bsonType.regex];
    case "array":
    case "set":
    case "tuple":
      return [bsonType.array];
    case "map":
    case "document":
    case "tagged":
      return [bsonType.document];
    case "literals": {
      const kinds = new Set(resolved.values.map((value) => typeof value));
      return [
        ...(kinds.has("string") || resolved.open ? [bsonType.string] : []),
        ...(kinds.has("number") ? numbers : []),
        ...(kinds.has("boolean") ? [bsonType.boolean] : []),
      ];
    }
    default:
      return [];
  }
}
