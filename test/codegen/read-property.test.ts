/**
 * However a type is written, it is read as the same: random types, each written in a random one of many ways that mean the same to
 * TypeScript (aliases, generics, mapped, indexed and conditional types, parentheses, another order of a union's arms).
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SchemaModel, Type } from "../../codegen/model/schema-model.ts";
import { messageFields, readClean, structureType } from "./read-source.ts";

/** What a type is, independent of how it is written. */
interface Written {
  readonly shape: string;
  readonly text: string;
  /** What it is to JavaScript and on the wire; arms of a union must differ in it. */
  readonly is: string;
}

const scalars: readonly (readonly [text: string, shape: string, is: string])[] = [
  ["string", "string", "string"],
  ["Uuid", "uuid", "string"],
  ["boolean", "boolean", "boolean"],
  ["number", "number", "number"],
  ["Int32", "int32", "number"],
  ["Uint32", "uint32", "number"],
  ["Int53", "int53", "number"],
  ["Double", "double", "number"],
  ["bigint", "int64", "number"],
  ["Int64", "int64", "number"],
  ["Uint64", "uint64", "number"],
  ["Date", "date", "date"],
  ["Uint8Array", "bytes", "bytes"],
];

const scalar: fc.Arbitrary<Written> = fc.constantFrom(...scalars).map(([text, shape, is]) => ({ text, shape, is }));

const literals: fc.Arbitrary<Written> = fc
  .uniqueArray(fc.constantFrom('"a"', '"b"', '"it\'s"', '"\\u2028"', "1", "-2", "0.5", "true"), { minLength: 1, maxLength: 5 })
  .map((values) => {
    const sorted = values
      .map((value) => JSON.parse(value) as string | number | boolean)
      .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
    const kinds = new Set(values.map((value) => (value.startsWith('"') ? "string" : value === "true" ? "boolean" : "number")));
    const is = kinds.size === 1 ? String([...kinds][0]) : "several";
    return {
      text: values.join(" | "),
      shape: `literals(${sorted.map((value) => JSON.stringify(value)).join()})`,
      is,
    };
  });

function rank(value: unknown): number {
  return ["string", "number", "boolean"].indexOf(typeof value);
}

const { type } = fc.letrec<{ type: Written; composite: Written; item: Written }>((tie) => ({
  item: tie("type"),
  composite: fc.oneof(
    { maxDepth: 4, depthIdentifier: "type" },
    tie("item").map(({ text, shape }) => ({ text: `(${text})[]`, shape: `array(${shape})`, is: "array" })),
    fc.tuple(fc.array(tie("item"), { minLength: 1, maxLength: 3 }), fc.boolean()).map(([items, rest]) => ({
      text: `[${items.map(({ text }) => text).join(", ")}${rest ? ", ...string[]" : ""}]`,
      shape: `tuple(${items.map(({ shape }) => shape).join()}${rest ? ",...string" : ""})`,
      is: "array",
    })),
    fc
      .tuple(fc.constantFrom("Record<string, ", "{ [key: string]: ", "Map<string, "), tie("item"))
      .map(([head, { text, shape }]) => ({
        text: `${head}${text}${head.startsWith("{") ? " }" : ">"}`,
        shape: `${head.startsWith("Map") ? "map" : "object"}(${shape})`,
        is: "object",
      })),
    fc.array(fc.tuple(tie("item"), fc.constantFrom("", "?")), { minLength: 1, maxLength: 4 }).map((fields) => ({
      text: `{ ${fields.map(([field, optional], index) => `f${index}${optional}: ${field.text}`).join("; ")} }`,
      shape: `{${fields.map(([field, optional], index) => `f${index}${optional}:${field.shape}`).join()}}`,
      is: "object",
    })),
    fc.tuple(tie("item"), tie("item"), fc.boolean()).map(([a, b, swapped]) => {
      const arms = [`{ kind: "a"; value: ${a.text} }`, `{ kind: "b"; value: ${b.text} }`];
      return {
        text: (swapped ? arms.reverse() : arms).join(" | "),
        shape: `tagged(a:{kind:literals("a"),value:${a.shape}},b:{kind:literals("b"),value:${b.shape}})`,
        is: "object",
      };
    }),
  ),
  type: fc.oneof(
    { maxDepth: 4, depthIdentifier: "type" },
    scalar,
    literals,
    tie("composite"),
    fc
      .tuple(tie("composite"), scalar, fc.boolean(), fc.boolean())
      .filter(([a, b]) => a.is !== b.is)
      .map(([a, b, withNull, swapped]) => {
        const arms = [a, b, ...(withNull ? [{ text: "null", shape: "null", is: "null" }] : [])];
        const text = (swapped ? [...arms].reverse() : arms).map((arm) => `(${arm.text})`).join(" | ");
        return {
          text,
          shape: `union(${arms
            .map(({ shape }) => shape)
            .sort()
            .join("|")})`,
          is: "several",
        };
      }),
  ),
}));

/** Ways to write what comes to the same type. `$` stands for the type, `#` for a name of one's own. */
const ways: readonly { readonly text: string; readonly head?: string }[] = [
  { text: "$" },
  { text: "($)" },
  { text: "#", head: "type # = $;" },
  { text: "#", head: "export type # = $;" },
  { text: "Id<$>" },
  { text: '{ x: $ }["x"]' },
  { text: "[$][0]" },
  { text: "($)[][number]" },
  { text: "true extends true ? $ : never" },
  { text: "Awaited<Promise<$>>" },
  { text: 'Pick<{ x: $; y: string }, "x">["x"]' },
  { text: "{ [K in 'x']: $ }['x']" },
];

function shapeOf(model: SchemaModel, one: Type): string {
  switch (one.kind) {
    case "ref":
      return shapeOf(model, structureType(model, one.id));
    case "literals":
      return `literals(${one.values.map((value) => JSON.stringify(value)).join()})`;
    case "array":
      return `array(${shapeOf(model, one.items)})`;
    case "tuple": {
      const items = one.items.map(({ type: item }) => shapeOf(model, item));
      return `tuple(${[...items, ...(one.rest === undefined ? [] : [`...${shapeOf(model, one.rest)}`])].join()})`;
    }
    case "map":
      return `${one.form}(${shapeOf(model, one.value)})`;
    case "document":
      return `{${one.fields.map(({ name, optional, type: field }) => `${name}${optional ? "?" : ""}:${shapeOf(model, field)}`).join()}}`;
    case "tagged":
      return `tagged(${one.arms.map(({ tags, type: arm }) => `${tags.join("/")}:${shapeOf(model, arm)}`).join()})`;
    case "value-union":
      return `union(${one.arms
        .map((arm) => shapeOf(model, arm))
        .sort()
        .join("|")})`;
    default:
      return one.kind;
  }
}

const subject = fc.tuple(type, fc.constantFrom(...ways));

describe("a type", () => {
  it("is read as the same, however it is written", { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(fc.array(subject, { minLength: 30, maxLength: 30 }), (subjects) => {
        const heads: string[] = ["type Id<T> = T;"];
        const fields = subjects.map(([{ text }, way], index) => {
          const fill = (template: string) => template.replaceAll("#", `Alias${index}`).replaceAll("$", () => text);
          if (way.head !== undefined) heads.push(fill(way.head));
          return `  x${index}: ${fill(way.text)};`;
        });
        const source = [
          'import type { Double, Int32, Int53, Int64, Uint32, Uint64, Uuid } from "taut/schema";',
          ...heads,
          `export interface Subject {\n${fields.join("\n")}\n}`,
        ].join("\n");
        const model = readClean(source);
        const read = messageFields(model, "Subject").map((field) => shapeOf(model, field.type));
        expect(read).toEqual(subjects.map(([{ shape }]) => shape));
      }),
      { numRuns: 25 },
    );
  });
});
