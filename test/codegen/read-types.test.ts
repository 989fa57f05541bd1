/** What each TypeScript type is read as. */

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Type } from "../../codegen/model/schema-model.ts";
import { readSchemas } from "../../codegen/read/index.ts";
import { fieldsOf, inFolder, installBson, messageFields, readClean, structureType, typeOf, writeInto } from "./read-source.ts";

const widths = 'import type { Double, Int32, Int53, Int64, JsonValue, Uint32, Uint64, Uuid } from "taut/schema";';

/** The kinds that a type consists of: `array(int32)`. */
function shape(type: Type): string {
  switch (type.kind) {
    case "literals":
      return `${type.values.map((value) => JSON.stringify(value)).join("|")}${type.open ? "|..." : ""}`;
    case "array":
    case "set":
      return `${type.kind}(${shape(type.items)})`;
    case "tuple": {
      const items = type.items.map(({ type: item, optional }) => `${shape(item)}${optional ? "?" : ""}`);
      return `[${[...items, ...(type.rest === undefined ? [] : [`...${shape(type.rest)}`])].join(",")}]`;
    }
    case "map":
      return `${type.form}(${shape(type.key)},${shape(type.value)})`;
    case "document":
      return `{${type.fields.map(({ name, optional, type: field }) => `${name}${optional ? "?" : ""}:${shape(field)}`).join(",")}}`;
    case "tagged":
      return `tagged ${type.tag}${type.unrecognized ? "+" : ""}(${type.arms.map(({ tags }) => tags.join("/")).join(",")})`;
    case "value-union":
      return [...type.arms.map(shape)].sort().join("|");
    case "ref":
      return "ref";
    default:
      return type.kind;
  }
}

describe("a field", () => {
  it.each<[string, string]>([
    ["string", "string"],
    ["boolean", "boolean"],
    ["number", "number"],
    ["bigint", "int64"],
    ["Int32", "int32"],
    ["Uint32", "uint32"],
    ["Int53", "int53"],
    ["Double", "double"],
    ["Int64", "int64"],
    ["Uint64", "uint64"],
    ["Uuid", "uuid"],
    ["Date", "date"],
    ["Uint8Array", "bytes"],
    ["Uint8Array<ArrayBuffer>", "bytes"],
    ["unknown", "unknown"],
    ["JsonValue", "json"],
    ["null", "null"],
    ["string[]", "array(string)"],
    ["readonly Int32[]", "array(int32)"],
    ["Array<Array<Uuid>>", "array(array(uuid))"],
    ["ReadonlyArray<Date>", "array(date)"],
    ["[string, Int32?]", "[string,int32?]"],
    ["readonly [string, ...Int32[]]", "[string,...int32]"],
    ["[first: string, second: Date]", "[string,date]"],
    ["[]", "[]"],
    ["Set<Int32>", "set(int32)"],
    ["ReadonlySet<'a' | 'b'>", 'set("a"|"b")'],
    ["Record<string, Int32>", "object(string,int32)"],
    ["Record<number, string>", "object(number,string)"],
    ["{ [key: string]: Date }", "object(string,date)"],
    ["Readonly<Record<string, Date>>", "object(string,date)"],
    ["Map<string, Int32>", "map(string,int32)"],
    ["Map<Int32, string[]>", "map(int32,array(string))"],
    ["Map<bigint, string>", "map(int64,string)"],
    ["Map<Uint64, string>", "map(uint64,string)"],
    ["Map<Uuid, string>", "map(uuid,string)"],
    ["Record<Uuid, string>", "object(uuid,string)"],
    ["Map<boolean, string>", "map(boolean,string)"],
    ["ReadonlyMap<'a' | 'b', string>", 'map("a"|"b",string)'],
    ["Record<'a' | 'b', Int32>", "{a:int32,b:int32}"],
    ["'b' | 'a'", '"a"|"b"'],
    ["2 | 1 | 'a' | true", '"a"|1|2|true'],
    ["'a' | 'b' | (string & {})", '"a"|"b"|...'],
    ["'a' | 1 | true | (string & {})", '"a"|...|1|true'],
    ["JsonValue | null", "json"],
    ["JsonValue | Date", "array(json)|boolean|date|null|number|object(string,json)|string"],
    ["(string & { __brand: 'A' }) | (string & { __brand: 'B' }) | null", "null|string"],
    ["(Int32 & { __brand: 'A' }) | (Int32 & { __brand: 'B' })", "int32"],
    ["'a' | null", '"a"|null'],
    ["Int32 | null", "int32|null"],
    ["Date | string", "date|string"],
    ["number | string | boolean | null", "boolean|null|number|string"],
    ["string[] | Date", "array(string)|date"],
    ["{ a: string } | Uint8Array", "bytes|ref"],
    ["Record<string, string> | string", "object(string,string)|string"],
    ["string & { readonly __brand: 'Sku' }", "string"],
    ["Int32 & { readonly __brand: 'Count' }", "int32"],
    ["number & { __a: 1 } & { __b: 2 }", "number"],
    ["Pick<{ a: Int32; b: string; c: Date }, 'a' | 'c'>", "{a:int32,c:date}"],
    ["Omit<{ a: Int32; b: string }, 'a'>", "{b:string}"],
    ["Partial<{ a: Int32; b: Uuid }>", "{a?:int32,b?:uuid}"],
    ["Required<{ a?: Int32; b?: Uuid | null }>", "{a:int32,b:null|uuid}"],
    ["Readonly<{ a: Int32 }>", "{a:int32}"],
    ["{ [K in 'a' | 'b' as `the_\u0024{K}`]: Uint64 }", "{the_a:uint64,the_b:uint64}"],
    ["{ a: Int32 } & { b: string }", "{a:int32,b:string}"],
    ["{ a: Int32 }['a']", "int32"],
    ["NonNullable<Int32 | null | undefined>", "int32"],
    ["Exclude<'a' | 'b' | 'c', 'b'>", '"a"|"c"'],
    ["keyof { a: 1; b: 2 }", '"a"|"b"'],
    ["`order-\u0024{'a' | 'b'}`", '"order-a"|"order-b"'],
    ["true extends true ? Int32 : string", "int32"],
    ["typeof import('./other.ts').size", "42"],
  ])("of type %s is %s", (text, expected) => {
    const model = readClean({
      "shop/v1/shop.ts": `${widths}\nexport interface Subject { x: ${text} }`,
      "shop/v1/other.ts": "export declare const size: 42;",
    });
    const [field] = messageFields(model, "Subject");
    const type = field?.type;
    if (type === undefined) throw new Error("the field is lost");
    expect(shape(type.kind === "ref" ? structureType(model, type.id) : type)).toBe(expected);
  });

  it.each<[string, string]>([
    ["ObjectId", "objectId"],
    ["Decimal128", "decimal128"],
    ["Timestamp", "timestamp"],
    ["Binary", "binary"],
    ["MinKey", "minKey"],
    ["MaxKey", "maxKey"],
    ["BSONRegExp", "bsonRegExp"],
  ])("of bson's class %s is %s", (name, expected) => {
    const type = inFolder(
      { "schemas/x.ts": `import type { ${name} } from "bson"; export interface X { x: ${name} }` },
      (folder) => {
        installBson(folder);
        const { model, diagnostics } = readSchemas({ root: join(folder, "schemas") });
        expect(diagnostics).toEqual([]);
        return messageFields(model, "X", "x")[0]?.type;
      },
    );
    expect(type).toMatchObject({ kind: expected });
  });

  it.each(["Int32", "Double", "Long", "UUID"])("of bson's class %s is told to use ours", (name) => {
    const text = `import type { ${name} } from "bson"; export interface X { x: ${name} } export interface S { m(x: X): void }`;
    inFolder({ "schemas/x.ts": text }, (folder) => {
      installBson(folder);
      const { diagnostics } = readSchemas({ root: join(folder, "schemas") });
      expect(diagnostics).toMatchObject([
        { code: "TAUT3008", severity: "error", remedy: expect.stringContaining("taut/schema") },
      ]);
    });
  });
});

describe("optional and nullable", () => {
  it("are told apart: absent, null, value", () => {
    const model = readClean(
      "export interface X { a?: string; b: string | undefined; c?: string | null; d: string | null; e?: string | undefined }",
    );
    expect(messageFields(model, "X").map(({ name, optional, type }) => `${name}${optional ? "?" : ""} ${shape(type)}`)).toEqual([
      "a? string",
      "b? string",
      "c? null|string",
      "d null|string",
      "e? string",
    ]);
  });

  it("keeps for the handler whether undefined may be given", () => {
    const model = readClean("export interface X { a?: string; b: string | undefined; e?: string | undefined }");
    expect(messageFields(model, "X").map(({ orUndefined = false }) => orUndefined)).toEqual([false, true, true]);
  });

  it("keeps flavours through an optional field, a Partial and a Pick", () => {
    const model = readClean(
      `${widths} interface A { a?: Int32; b: Uuid | null } export interface X { x: Partial<A>; y: Pick<A, "a"> }`,
    );
    const [x, y] = messageFields(model, "X");
    expect(
      x &&
        y && [
          shape({ kind: "document", fields: fieldsOf(model, x.type) }),
          shape({ kind: "document", fields: fieldsOf(model, y.type) }),
        ],
    ).toEqual(["{a?:int32,b?:null|uuid}", "{a?:int32}"]);
  });
});

describe("fields", () => {
  it("stand in source order, own ones before inherited ones", () => {
    const model = readClean(`
      interface Base { z: string; id: string }
      interface Other { o: string }
      export interface X extends Base, Other { b: string; a: string }
    `);
    expect(messageFields(model, "X").map(({ name }) => name)).toEqual(["b", "a", "z", "id", "o"]);
  });

  it("of an overridden name stand once, at their own place", () => {
    const model = readClean(
      "interface Base { kind: string; id: string } export interface X extends Base { a: string; kind: 'x' }",
    );
    expect(messageFields(model, "X").map(({ name, type }) => `${name} ${shape(type)}`)).toEqual([
      "a string",
      'kind "x"',
      "id string",
    ]);
  });

  it("of merged declarations are one document", () => {
    const model = readClean("export interface X { a: string } export interface X { b: string }");
    expect(
      messageFields(model, "X")
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["a", "b"]);
  });

  it("may have any name", () => {
    const names = ["then", "constructor", "__proto__", "toString", "a b", "'\"`\u0024{x}", "\u2028", "😀", "", "0", "class"];
    const model = readClean(`export interface X { ${names.map((name) => `${JSON.stringify(name)}: string`).join("; ")} }`);
    expect(messageFields(model, "X").map(({ name }) => name)).toEqual(names);
  });
});

describe("enums", () => {
  it("are their values, with their name", () => {
    const model = readClean(
      "export enum Level { Low, High = 10, Text = 'text' } export interface X { x: Level; only: Level.High }",
    );
    const [all, only] = messageFields(model, "X");
    expect(all?.type).toMatchObject({
      kind: "literals",
      values: ["text", 0, 10],
      enumName: { name: "Level", file: "shop/v1/shop" },
    });
    expect(only?.type).toMatchObject({ kind: "literals", values: [10] });
    expect(model.files[0]?.exports).toMatchObject([
      {
        name: "Level",
        kind: "enum",
        members: [
          { name: "Low", value: 0 },
          { name: "High", value: 10 },
          { name: "Text", value: "text" },
        ],
      },
      { name: "X", kind: "type" },
    ]);
  });

  it("may be const, and need not be exported", () => {
    const model = readClean(
      "const enum Level { Low = 'low' } export const enum Size { S = 's' } export interface X { x: Level | null; s: Size }",
    );
    const [level, size] = messageFields(model, "X");
    expect(level && shape(level.type)).toBe('"low"|null');
    expect(size?.type).toMatchObject({ enumName: { name: "Size" } });
    expect(model.files[0]?.exports).toMatchObject([{ name: "Size", kind: "enum" }, {}]);
  });

  it("are one union with other literals", () => {
    const { type } = typeOf("Level | 'other'", "enum Level { Low = 'low' }");
    expect(shape(type)).toBe('"low"|"other"');
  });
});

describe("tagged unions", () => {
  it("are told by a required property of disjoint literals, the alphabetically first of several", () => {
    const model = readClean(`export type X = { kind: "b"; also: 1; z: string } | { kind: "a"; also: 2 };`);
    const type = structureType(model, model.files[0]?.messages[0]?.structure ?? "");
    expect(shape(type)).toBe("tagged also(1,2)");
  });

  it("may have arms of several tags, and an open arm", () => {
    const model = readClean(`
      import type { Unrecognized } from "taut/schema";
      export type X = { kind: "c" | "a" } | { kind: "b" } | Unrecognized<"kind">;
    `);
    const type = structureType(model, model.files[0]?.messages[0]?.structure ?? "");
    expect(shape(type)).toBe("tagged kind+(a/c,b)");
  });

  it("may have numbers, booleans and enums as tags", () => {
    const model = readClean(`
      enum E { A = "a", B = "b" }
      export type X = { ok: true; a: string } | { ok: false; b: string };
      export type Y = { e: E.A } | { e: E.B };
      export type Z = { status: 200 | 201 } | { status: 404 };
    `);
    const shapes = model.files[0]?.messages.map(({ structure }) => shape(structureType(model, structure)));
    expect(shapes).toEqual(["tagged ok(false,true)", "tagged e(a,b)", "tagged status(200/201,404)"]);
  });

  it("are distributed over what is intersected with them", () => {
    const model = readClean(`export type X = { id: string } & ({ kind: "a"; a: string } | { kind: "b"; b: string });`);
    const type = structureType(model, model.files[0]?.messages[0]?.structure ?? "");
    expect(shape(type)).toBe("tagged kind(a,b)");
    if (type.kind !== "tagged") throw new Error(type.kind);
    expect(
      type.arms.map((arm) =>
        fieldsOf(model, arm.type)
          .map(({ name }) => name)
          .sort(),
      ),
    ).toEqual([
      ["a", "id", "kind"],
      ["b", "id", "kind"],
    ]);
  });

  it("may be absent, null, or beside scalars", () => {
    const union = `{ kind: "a" } | { kind: "b" }`;
    const model = readClean(`export interface X { a?: ${union}; b: ${union} | null; c: ${union} | string }`);
    const fields = messageFields(model, "X");
    expect(fields.map(({ type, optional }) => `${optional} ${type.kind}`)).toEqual([
      "true ref",
      "false value-union",
      "false value-union",
    ]);
  });
});

describe("recursive types", () => {
  it("are structures that refer to themselves", () => {
    const model = readClean(`
      export interface A { bs: B[] }
      export interface B { a?: A; c: C }
      export interface C { byName: Record<string, A> }
      export interface Leaf { id: string }
    `);
    const recursive = Object.fromEntries([...model.structures.values()].map(({ name, recursive: flag }) => [name, flag]));
    expect(recursive).toEqual({ "shop.v1.A": true, "shop.v1.B": true, "shop.v1.C": true, "shop.v1.Leaf": false });
  });

  it("may be aliases of unions, arrays and maps", () => {
    const model = readClean(`
      type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
      type Tree = Tree[];
      export interface X { json: Json; tree: Tree }
    `);
    const [json, tree] = messageFields(model, "X");
    expect([json?.type.kind, tree?.type.kind]).toEqual(["ref", "ref"]);
  });

  it("may be generic with the same arguments", () => {
    const model = readClean(
      "interface Page<T> { items: T[]; next?: Page<T> } export type Texts = Page<string>; export type Dates = Page<Date>",
    );
    expect([...model.structures.values()].map(({ recursive }) => recursive)).toEqual([true, true]);
    expect(fileMessages(model)).toEqual(["Texts", "Dates"]);
  });
});

function fileMessages(model: ReturnType<typeof readClean>): string[] {
  return model.files.flatMap((file) => file.messages.map(({ name }) => name));
}

describe("messages", () => {
  it("are the exported, non-generic interfaces and aliases of document type", () => {
    const model = readClean(`
      import type { Fault } from "taut/schema";
      export interface Order { id: string }
      export interface Empty {}
      export type Alias = Order;
      export type Inline = { a: string };
      export type Union = { kind: "a" } | { kind: "b" };
      export type Both = Order & { b: string };
      export interface Page<T> { items: T[] }
      export type OrderPage = Page<Order>;
      export type Picked = Pick<Order, "id">;
      export type Ids = string[];
      export type Named = Record<string, string>;
      export type Fixed = Record<"a" | "b", string>;
      export type Text = string;
      export type Maybe = Order | null;
      export type Scalar = Order | string;
      export interface Lost extends Fault<"NOT_FOUND"> { id: string }
      export enum E { A }
      interface Hidden { id: string }
      export interface Service { get(id: string): Promise<Order> }
    `);
    expect(fileMessages(model)).toEqual(["Order", "Empty", "Alias", "Inline", "Union", "Both", "OrderPage", "Picked", "Fixed"]);
    expect(model.files[0]?.faults.map(({ name }) => name)).toEqual(["Lost"]);
    expect(model.files[0]?.services.map(({ name }) => name)).toEqual(["Service"]);
    expect(model.files[0]?.exports.map(({ name }) => name)).toEqual(
      "Order Empty Alias Inline Union Both Page OrderPage Picked Ids Named Fixed Text Maybe Scalar E".split(" "),
    );
  });

  it("of an alias share the structure", () => {
    const model = readClean("export interface Order { id: string } export type Alias = Order;");
    const [order, alias] = model.files[0]?.messages ?? [];
    expect(order?.structure).toBe(alias?.structure);
    expect(alias?.fullName).toBe("shop.v1.Alias");
  });

  it("may be passed on from another file", () => {
    const model = readClean({
      "shop/v1/order.ts": "export interface Order { id: string }",
      "shop/v2/order.ts":
        'export type { Order } from "../v1/order.js"; export interface Cart { orders: Order[] } import type { Order } from "../v1/order";',
    });
    expect(model.files.map((file) => file.messages.map(({ fullName }) => fullName))).toEqual([
      ["shop.v1.Order"],
      expect.arrayContaining(["shop.v2.Cart"]),
    ]);
  });

  it("that cannot be carried are left out with a warning, and their service-reached kin with an error", () => {
    const { model, diagnostics } = inFolder(
      { "x.ts": "export interface Bad { x: any } export interface Holds { bad: Bad[] } export interface Good { id: string }" },
      (root) => readSchemas({ root }),
    );
    expect(diagnostics.map(({ severity }) => severity)).toEqual(["warning"]);
    expect(fileMessages(model)).toEqual(["Good"]);
    expect([...model.structures.values()].map(({ name }) => name)).toEqual(["Good"]);
  });
});

describe("what comes from outside of the root", () => {
  it("is carried: packages and neighbours of the folder", () => {
    inFolder(
      {
        "schemas/a/x.ts":
          'import type { Money } from "money"; import type { Own } from "../../own.ts"; export interface X { m: Money; o: Own }',
      },
      (folder) => {
        writeInto(folder, {
          "node_modules/money/package.json": '{ "name": "money", "types": "index.d.ts" }',
          "node_modules/money/index.d.ts": "export interface Money { units: bigint; currency: 'EUR' | 'USD' }",
          "own.ts": "export interface Own { at: Date }",
        });
        const { model, diagnostics } = readSchemas({ root: join(folder, "schemas") });
        expect(diagnostics).toEqual([]);
        const [money, own] = messageFields(model, "X", "a/x");
        expect(money && shape({ kind: "document", fields: fieldsOf(model, money.type) })).toBe(
          '{units:int64,currency:"EUR"|"USD"}',
        );
        expect(own && shape({ kind: "document", fields: fieldsOf(model, own.type) })).toBe("{at:date}");
        expect([...model.structures.values()].filter(({ declared }) => declared !== undefined).map(({ name }) => name)).toEqual([
          "a.X",
        ]);
      },
    );
  });

  it("may be an installed taut: its flavours are recognised by their declaration", () => {
    inFolder({ "schemas/x.ts": 'import type { Int32 } from "taut/schema"; export interface X { x: Int32 }' }, (folder) => {
      writeInto(folder, {
        "node_modules/taut/package.json":
          '{ "name": "taut", "type": "module", "exports": { "./schema": { "types": "./schema.d.ts" } } }',
        "node_modules/taut/schema.d.ts":
          "declare const int32: unique symbol;\nexport type Int32 = number & { readonly [int32]?: never };\n",
      });
      const { model, diagnostics } = readSchemas({ root: join(folder, "schemas") });
      expect(diagnostics).toEqual([]);
      expect(messageFields(model, "X", "x")[0]?.type).toMatchObject({ kind: "int32" });
    });
  });

  it("does not count as ours for its name alone", () => {
    inFolder({ "schemas/x.ts": 'import type { Int32 } from "other"; export interface X { x: Int32 }' }, (folder) => {
      writeInto(folder, {
        "node_modules/other/package.json": '{ "name": "other", "types": "index.d.ts" }',
        "node_modules/other/index.d.ts": "export type Int32 = number;\n",
      });
      const { model } = readSchemas({ root: join(folder, "schemas") });
      expect(messageFields(model, "X", "x")[0]?.type).toMatchObject({ kind: "number" });
    });
  });
});

describe("names of exported aliases", () => {
  it("are kept beside the type", () => {
    const model = readClean("export type UserId = string; export interface X { id: UserId; ids: UserId[]; none: UserId | null }");
    const [id, ids] = messageFields(model, "X");
    expect(id?.type).toMatchObject({ kind: "string", alias: { name: "UserId", file: "shop/v1/shop" } });
    expect(ids?.type).toMatchObject({ kind: "array", items: { kind: "string", alias: { name: "UserId" } } });
  });

  it("keep a brand as text that may be printed anywhere", () => {
    const { type } = typeOf("string & { readonly __brand: 'Sku' }");
    expect(type.brand).toMatch(/^\{ readonly __brand: ["']Sku["'];? \}$/);
  });
});
