/**
 * Emits the reader of a tagged union: finds the tag, then has the whole document read by its arm's reader.
 *
 * Our own writer mostly puts the tag first, where one comparison finds it; else the document's elements are passed over until it comes.
 */

import { quote } from "../../model/quote.ts";
import type { TaggedUnionType } from "../../model/schema-model.ts";
import { mismatches } from "./byte-match.ts";
import { byteSwitch } from "./byte-switch.ts";
import { bsonType, headerBytes } from "./element-facts.ts";
import { type EmitContext, siteWithin } from "./emit-context.ts";
import { literalValueText } from "./literal-text.ts";
import { depthArgument } from "./read-value.ts";
import { plus } from "./source-text.ts";
import type { Unit } from "./units.ts";

export function emitTaggedReader(context: EmitContext, unit: Unit, type: TaggedUnionType, name: string): void {
  const { out } = context;
  const header = headerBytes(bsonType.string, type.tag);
  const texts = type.arms.flatMap((arm, i) =>
    arm.tags.flatMap((tag) => (typeof tag === "string" ? [{ text: tag, result: String(i) }] : [])),
  );
  const others = type.arms.some((arm) => arm.tags.some((tag) => typeof tag !== "string"));
  const parameters: [string, string][] = [
    ["b", "Buffer"],
    ["dv", "DataView"],
    ["o", "number"],
    ["e", "number"],
    ...(unit.deep ? [["depth", "number"] as [string, string]] : []),
  ];
  out.func(name, parameters, "unknown", () => {
    out.line("let p = o + 4;");
    const first = texts.length > 0 ? header : header.slice(1);
    const away = texts.length > 0 ? 4 : 5;
    // A string of one byte at least, the document's final NUL: or the loads might reach beyond the end.
    out.when([`e - o < ${4 + header.length + 6}`, ...mismatches(first, "o", away)], "||", () =>
      out.line(`p = ${context.use("findElement")}(b, dv, o, e, ${quote(type.tag)});`),
    );
    out.line(`const type = ${out.cast("b[p]", "number")};`);
    out.line(`const from = ${plus("p", header.length)};`);
    out.line(`const end = ${context.use("valueEnd")}(b, dv, type, from, e - 1);`);
    if (texts.length > 0) {
      out.block(`if (type === ${bsonType.string})`, () => {
        out.block(`switch (${context.name(unit, "arm")}(b, dv, from + 4, end - from - 5))`, () => {
          type.arms.forEach((arm, i) => {
            if (!arm.tags.some((tag) => typeof tag === "string")) return;
            out.line(`case ${i}:`);
            out.indented(() => out.line(`return ${armCall(context, unit, type, i)};`));
          });
        });
      });
    }
    if (others || type.unrecognized) out.line(`const tag = ${context.use("readTag")}(b, dv, type, from, end);`);
    if (others) {
      out.block("switch (tag)", () => {
        type.arms.forEach((arm, i) => {
          const tags = arm.tags.filter((tag) => typeof tag !== "string");
          if (tags.length === 0) return;
          for (const tag of tags) out.line(`case ${literalValueText(tag)}:`);
          out.indented(() => out.line(`return ${armCall(context, unit, type, i)};`));
        });
      });
    }
    if (type.unrecognized) out.line(`return ${context.use("readUnrecognized")}(b, dv, o, e, ${quote(type.tag)}, tag, depth);`);
    else out.line(`return ${context.fail}`);
  });
  if (texts.length === 0) return;
  const search: [string, string][] = [
    ["b", "Buffer"],
    ["dv", "DataView"],
    ["at", "number"],
    ["length", "number"],
  ];
  out.func(context.name(unit, "arm"), search, "number", () => byteSwitch(out, texts, "-1"));
}

function armCall(context: EmitContext, unit: Unit, type: TaggedUnionType, i: number): string {
  const arm = type.arms[i];
  if (arm === undefined) throw new Error(`a tagged union has no arm ${i}`);
  const site = siteWithin(unit, String(arm.tags[0]));
  const target = context.unit(arm.type, site.title, site.hint);
  const depth = depthArgument(target, { site, depth: "depth", windowed: unit.windowed });
  return `${context.name(target, "read")}(b, dv, o, e${depth})`;
}
