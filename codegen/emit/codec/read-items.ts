/** Emits the loop over the items of an array: the type that our own writer sends is read in place, any other by the general way. */

import type { Type } from "../../model/schema-model.ts";
import { bsonType } from "./element-facts.ts";
import { type EmitContext, siteWithin } from "./emit-context.ts";
import { childDepth } from "./field-access.ts";
import { depthArgument, type ReadSite, readExpression, variableType } from "./read-value.ts";
import { brokenRules } from "./rule-checks.ts";
import type { Unit } from "./units.ts";

interface InPlace {
  readonly type: number;
  /** The least that must be left for the value. */
  readonly least: number;
  /** Reads at `from`, sets `item`, and sets `p` behind the value. */
  read(): void;
}

/** Items of the array that fills `[o, e)`, from `p` on, into `items`. Their keys say nothing: items count by their order. */
export function readItems(context: EmitContext, unit: Unit, items: Type): void {
  const { out } = context;
  const resolved = context.units.resolve(items);
  const itemType = variableType(context, items);
  const where: ReadSite = { site: siteWithin(unit, "item"), depth: childDepth(unit), windowed: unit.windowed };
  const ways = inPlace(context, unit, items, where);
  out.line(`const items${out.type(`${itemType}[]`)} = [];`);
  out.block("for (let i = 0; p < last; i += 1)", () => {
    out.line(`const type = ${out.cast("b[p]", "number")};`);
    out.line(`const from = ${context.use("indexEnd")}(b, p + 1, i, last);`);
    if (ways.length > 0) out.line(`let item${out.type(itemType)};`);
    ways.forEach((way, i) => {
      const conditions = [`type === ${way.type}`, ...(way.least > 0 ? [`last - from >= ${way.least}`] : [])];
      out.line(`${i === 0 ? "if" : "} else if"} (${conditions.join(" && ")}) {`);
      out.indented(() => way.read());
    });
    const general = () => {
      out.line(`const end = ${context.use("valueEnd")}(b, dv, type, from, last);`);
      out.line(
        `${ways.length === 0 ? `const item${out.type(itemType)}` : "item"} = ${readExpression(context, items, { type: "type", from: "from", end: "end" }, where)};`,
      );
      out.line("p = end;");
    };
    if (ways.length === 0) {
      general();
    } else {
      out.line("} else {");
      out.indented(general);
      out.line("}");
    }
    if (!["array", "set", "tuple"].includes(resolved.kind)) out.guard(brokenRules(context, resolved, "item"), context.fail);
    out.line("items.push(item);");
  });
}

function inPlace(context: EmitContext, unit: Unit, items: Type, where: ReadSite): InPlace[] {
  const { out } = context;
  const resolved = context.units.resolve(items);
  const fixed = (type: number, least: number, expression: string): InPlace => ({
    type,
    least,
    read() {
      out.line(`item = ${expression};`);
      out.line(`p = from + ${least};`);
    },
  });
  switch (resolved.kind) {
    case "int32":
      return [fixed(bsonType.int32, 4, "dv.getInt32(from, true)")];
    case "number":
    case "double":
      return [fixed(bsonType.double, 8, "dv.getFloat64(from, true)"), fixed(bsonType.int32, 4, "dv.getInt32(from, true)")];
    case "int64":
      return [fixed(bsonType.int64, 8, "dv.getBigInt64(from, true)")];
    case "uint64":
      return [fixed(bsonType.int64, 8, "dv.getBigUint64(from, true)")];
    case "string":
      return [
        {
          type: bsonType.string,
          least: 5,
          read() {
            out.line(`p = ${context.use("stringEnd")}(b, dv, from, last);`);
            out.line(`item = ${context.use(unit.windowed ? "cutText" : "readText")}(b, dv, from + 4, p - 1);`);
          },
        },
      ];
    case "document":
    case "map":
    case "tagged":
    case "array":
    case "tuple":
    case "set":
      return [
        {
          type:
            resolved.kind === "array" || resolved.kind === "tuple" || resolved.kind === "set"
              ? bsonType.array
              : bsonType.document,
          least: 5,
          read() {
            const child = context.unit(items, where.site.title, where.site.hint);
            out.line("p = from + dv.getInt32(from, true);");
            out.line(`if (p < from + 5 || p > last) ${context.fail}`);
            out.line(`item = ${context.name(child, "read")}(b, dv, from, p${depthArgument(child, where)});`);
          },
        },
      ];
    default:
      return [];
  }
}
