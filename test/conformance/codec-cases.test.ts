/** The cases CO-1 to CO-16 of the behaviour catalogue, for the codec by itself: values through bytes and back. */
import assert from "node:assert/strict";
import { deserialize, Int32, Long, serialize } from "bson";
import { describe, expect, it } from "vitest";
import type { Type } from "../../codegen/model/schema-model.ts";
import { array, codecsOf, document, field, literals, modelOf, nullable, ref } from "../unit/bson/emitted-codecs.ts";

const map = (value: Type): Type => ({ kind: "map", form: "object", key: { kind: "string" }, value });
const awkward = [
  "then",
  "catch",
  "constructor",
  "length",
  "name",
  "toString",
  "default",
  "class",
  "a b",
  "a.b",
  "$a",
  "1",
  "é",
  "__proto__",
];

const codecs = await codecsOf(
  modelOf(
    {
      Longs: document(field("one", "int64"), field("list", array({ kind: "int64" })), field("map", map({ kind: "int64" }))),
      Doubles: document(field("list", array({ kind: "double" })), field("numbers", array({ kind: "number" }))),
      Text: document(field("text", "string")),
      Bytes: document(field("bytes", "bytes")),
      Times: document(field("times", array({ kind: "date" }))),
      Enums: document(
        field("closed", literals("ONE", "TWO", 5)),
        field("open", { kind: "literals", values: ["a", "b"], open: true }),
      ),
      Maps: document(field("map", map({ kind: "int32" }))),
      Containers: document(field("deep", array(array(map(array({ kind: "int32" })))))),
      Union: {
        kind: "tagged",
        tag: "kind",
        arms: [
          { tags: ["one"], type: document(field("kind", literals("one")), field("value", "string")) },
          { tags: ["two"], type: document(field("kind", literals("two")), field("value", "string")) },
          { tags: ["int"], type: document(field("kind", literals("int")), field("value", "int32")) },
          { tags: ["none"], type: document(field("kind", literals("none"))) },
          { tags: ["list"], type: document(field("kind", literals("list")), field("value", array({ kind: "boolean" }))) },
        ],
        unrecognized: false,
      },
      Tree: document(field("name", "string"), field("children", array(ref("Tree"))), field("next?", ref("Tree"))),
      Maybe: document(
        field("plain?", "string"),
        field("orNull?", nullable({ kind: "string" })),
        field("withDefault?", "string", { default: "d" }),
        field("required", "int32", { default: 7 }),
      ),
      Maybes: document(
        field("nested", ref("Maybe")),
        field("list", array(ref("Maybe"))),
        field("union", { kind: "value-union", arms: [{ kind: "null" }, ref("Maybe")] }),
      ),
      Small: document(field("count", "int32"), field("inner?", document(field("count", "int32")))),
      Any: document(field("any", "unknown"), field("json", "json")),
      Awkward: document(...awkward.map((name) => field(name, "string"))),
      AwkwardMaybe: document(...awkward.map((name) => field(`${name}?`, "string"))),
    },
    ["Tree"],
  ),
);

function echo(name: string, value: unknown): any {
  const codec = codecs[name]!;
  const bytes = codec.encode(value);
  // What is sent is valid for anyone.
  deserialize(bytes);
  return codec.decode(bytes);
}

function refused(name: string, value: unknown, path: string, rule = "type"): void {
  expect(() => codecs[name]!.encode(value)).toThrow(
    expect.objectContaining({
      name: "CodecError",
      path,
      violations: expect.arrayContaining([expect.objectContaining({ path, rule })]),
    }),
  );
}

describe("CO data types in a codec", () => {
  it("CO-1 64-bit integers are exact, alone, in lists and in maps", () => {
    const list = [
      0n,
      -1n,
      7000000000000000123n,
      -7000000000000000123n,
      2n ** 32n,
      -(2n ** 32n),
      2n ** 32n + 1n,
      -(2n ** 32n) - 1n,
      2n ** 63n - 1n,
      -(2n ** 63n),
    ];
    for (const one of list) expect(echo("Longs", { one, list, map: { one } })).toEqual({ one, list, map: { one } });
    refused("Longs", { one: 2n ** 63n, list: [], map: {} }, "one");
    refused("Longs", { one: 0n, list: [1n, -(2n ** 63n) - 1n], map: {} }, "list[1]");
  });

  it("CO-2 doubles come back as Object.is has them", () => {
    const list = [
      0,
      -0,
      -1,
      -5.2098523,
      -0.0003410124396385983,
      2 ** 32,
      -(2 ** 32),
      2 ** 32 + 1,
      -(2 ** 32) - 1,
      2 ** 53 - 1,
      1 - 2 ** 53,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ];
    const back = echo("Doubles", { list, numbers: list });
    for (const [i, value] of list.entries()) {
      expect(Object.is(back.list[i], value)).toBe(true);
      expect(Object.is(back.numbers[i], value)).toBe(true);
    }
  });

  it("CO-2 a Double takes every int64 that it holds exactly, a number those within 2^53", () => {
    const decode = (key: "list" | "numbers", value: bigint) =>
      codecs.Doubles!.decode(serialize({ list: [], numbers: [], [key]: [Long.fromBigInt(value)] }))[key];
    for (const value of [0n, -7n, 2n ** 53n, 2n ** 53n + 2n, 2n ** 60n, -(2n ** 63n)]) {
      expect(decode("list", value)).toEqual([Number(value)]);
    }
    for (const value of [2n ** 53n + 1n, 2n ** 60n + 1n, 2n ** 63n - 1n]) {
      expect(() => decode("list", value)).toThrow(expect.objectContaining({ path: "list[0]" }));
    }
    expect(decode("numbers", 2n ** 53n)).toEqual([2 ** 53]);
    expect(() => decode("numbers", 2n ** 60n)).toThrow(expect.objectContaining({ path: "numbers[0]" }));
  });

  it("CO-3 text comes back code unit for code unit", () => {
    const text =
      "Afrikaans አማርኛ العربية Azərbaycanca Български বাংলা ᏣᎳᎩ Čeština Ελληνικά Español فارسی Français ગુજરાતી עברית हिन्दी Հայերեն 日本語 ქართული ಕನ್ನಡ 한국어 ລາວ മലയാളം မြန်မာ ਪੰਜਾਬੀ Русский සිංහල Тоҷикӣ தமிழ் తెలుగు ไทย ትግርኛ 中文 e\u0301 😀👩‍👩‍👧 \0 \ufeff \"'\\ \u2028 \u2029 \ufffd";
    for (const value of [
      text,
      "",
      "\0",
      "a".repeat(23),
      "a".repeat(24),
      "a".repeat(25),
      "é".repeat(24),
      `${"x".repeat(5000)}é`,
      text.repeat(50),
    ]) {
      expect(echo("Text", { text: value }).text).toBe(value);
    }
    for (const bad of ["\ud800", "a\udc00b", `${"x".repeat(100)}\ud83d`]) refused("Text", { text: bad }, "text", "utf8");
  });

  it("CO-4 bytes are those of the view and nothing around it, in memory of their own", () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const large = new Uint8Array(2 ** 20).fill(7);
    const view = new Uint8Array(Uint8Array.from([9, 9, 9, 1, 2, 3, 9]).buffer, 3, 3);
    for (const bytes of [all, new Uint8Array(), large, Buffer.from([1, 2, 3]), view]) {
      const back = echo("Bytes", { bytes }).bytes;
      expect(Object.getPrototypeOf(back)).toBe(Uint8Array.prototype);
      expect(Buffer.from(back).equals(Buffer.from(bytes))).toBe(true);
      expect(back.byteOffset).toBe(0);
      expect(back.buffer.byteLength).toBe(bytes.length);
    }
    refused("Bytes", { bytes: [1, 2, 3] }, "bytes");
    refused("Bytes", { bytes: new ArrayBuffer(3) }, "bytes");
  });

  it("CO-5 dates keep their millisecond; an invalid one is refused", () => {
    const times = [0, -1, Date.UTC(10000, 0), 1, 2, 3, 8.64e15, -8.64e15].map((ms) => new Date(ms));
    expect(echo("Times", { times }).times.map(Number)).toEqual(times.map(Number));
    refused("Times", { times: [new Date(0), new Date(Number.NaN)] }, "times[1]");
    refused("Times", { times: [0] }, "times[0]");
  });

  it("CO-6 a literal that only a newer peer knows is an error with its path; an open one passes", () => {
    for (const closed of ["ONE", "TWO", 5])
      expect(echo("Enums", { closed, open: "anything" })).toEqual({ closed, open: "anything" });
    expect(() => codecs.Enums!.decode(serialize({ closed: "THREE", open: "a" }))).toThrow(
      expect.objectContaining({
        path: "closed",
        violations: [expect.objectContaining({ rule: "enum", message: 'is not one of "ONE" | "TWO" | 5' })],
      }),
    );
    refused("Enums", { closed: "toString", open: "a" }, "closed", "enum");
  });

  it("CO-7 maps keep every key; __proto__ is one like others", () => {
    expect(echo("Maps", { map: {} })).toEqual({ map: {} });
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i]));
    expect(echo("Maps", { map: many }).map).toEqual(many);
    const odd = JSON.parse('{"":1,"0":2,"-4":3,"a.b":4,"$x":5,"日本":6,"__proto__":7,"constructor":8}') as Record<string, number>;
    const back = echo("Maps", { map: odd }).map;
    assert.deepStrictEqual(back, odd);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(Object.hasOwn(back, "__proto__")).toBe(true);
    refused("Maps", { map: { "a\0b": 1 } }, 'map["a\\u0000b"]', "key");
    refused("Maps", { map: new Map([["a", 1]]) }, "map");
  });

  it("CO-8 nested containers keep their shape; empty ones stay", () => {
    const deep = [[], [{}, { a: [], b: [1, 2] }], [{ c: [3] }]];
    expect(echo("Containers", { deep })).toEqual({ deep });
  });

  it("CO-9 each arm of a union comes back as itself", () => {
    for (const value of [
      { kind: "one", value: "x" },
      { kind: "two", value: "x" },
      { kind: "int", value: 1 },
      { kind: "none" },
      { kind: "list", value: [true, false] },
    ]) {
      expect(echo("Union", value)).toEqual(value);
      const tagLast = Object.fromEntries(Object.entries(value).reverse());
      expect(codecs.Union!.decode(serialize(tagLast))).toEqual(value);
    }
    refused("Union", { kind: "three" }, "kind", "tag");
    refused("Union", {}, "kind", "required");
    expect(() => codecs.Union!.decode(serialize({ kind: "three" }))).toThrow(/"one" \| "two" \| "int"/);
  });

  it("CO-10 recursive values: 60 deep, and 10,000 nodes wide", () => {
    let list: any = { name: "end", children: [] };
    for (let i = 0; i < 60; i += 1) list = { name: `n${i}`, children: [], next: list };
    expect(echo("Tree", list)).toEqual(list);
    const tree = {
      name: "root",
      children: Array.from({ length: 100 }, (_, i) => ({
        name: `c${i}`,
        children: Array.from({ length: 100 }, () => ({ name: "leaf", children: [] })),
      })),
    };
    expect(echo("Tree", tree)).toEqual(tree);
  });

  it("CO-11 a cycle is an error that says so, at once", () => {
    const self: any = { name: "self", children: [] };
    self.next = self;
    const twice: any = { name: "twice", children: [] };
    twice.children.push(twice, twice);
    const any: any = { a: {} };
    any.a.b = any;
    const started = performance.now();
    for (const [name, value, path] of [
      ["Tree", self, "next"],
      ["Tree", twice, "children[0]"],
      ["Any", { any, json: null }, "any.a.b"],
      ["Any", { any: null, json: any }, "json.a.b"],
    ] as const) {
      expect(() => codecs[name]!.encode(value)).toThrow(
        expect.objectContaining({
          violations: expect.arrayContaining([{ path, rule: "cycle", message: "contains itself: BSON has no references" }]),
        }),
      );
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("CO-12 absent, undefined, null and default are told apart, everywhere alike", () => {
    const filled = { withDefault: "d", required: 7 };
    const cases: [object, object][] = [
      [{ required: 7 }, filled],
      [{ plain: undefined, orNull: undefined, withDefault: undefined, required: 7 }, filled],
      [
        { orNull: null, required: 1 },
        { orNull: null, withDefault: "d", required: 1 },
      ],
      [
        { plain: "p", orNull: "o", withDefault: "d", required: 7 },
        { plain: "p", orNull: "o", ...filled },
      ],
    ];
    for (const [sent, got] of cases) {
      assert.deepStrictEqual(echo("Maybe", sent), got);
      assert.deepStrictEqual(echo("Maybes", { nested: sent, list: [sent], union: sent }), {
        nested: got,
        list: [got],
        union: got,
      });
    }
    assert.deepStrictEqual(codecs.Maybe!.decode(serialize({})), filled);
    refused("Maybe", { plain: null, required: 1 }, "plain");
    refused("Maybe", {}, "required", "required");
  });

  it("CO-13 what is no int32 is refused with its path, never wrapped", () => {
    for (const count of [
      1.5,
      2 ** 31,
      -(2 ** 31) - 1,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      "1",
      1n,
      true,
      null,
      undefined,
      {},
      new Number(1),
    ]) {
      const rule = count === undefined ? "required" : "type";
      refused("Small", { count }, "count", rule);
      refused("Small", { count: 1, inner: { count } }, "inner.count", rule);
    }
  });

  it("CO-14 fields in any order, unknown ones between", () => {
    const value = { name: "root", children: [{ name: "a", children: [] }], next: { name: "b", children: [] } };
    const reversed = (node: any): any => ({
      unknown: { x: [1, { y: 2n }] },
      ...(node.next === undefined ? {} : { next: reversed(node.next) }),
      between: null,
      children: node.children.map(reversed),
      name: node.name,
      last: new Date(),
    });
    expect(codecs.Tree!.decode(serialize(reversed(value)))).toEqual(value);
  });

  it("CO-15 only data is encoded, and what is decoded is plain", () => {
    class Point {
      count = 1;
      get inner(): object {
        return { count: 2 };
      }
      toJSON(): object {
        throw new Error("called");
      }
      toBSON(): object {
        throw new Error("called");
      }
    }
    const back = echo("Small", Object.assign(new Point(), { [Symbol("s")]: 1, extra: () => 1 }));
    assert.deepStrictEqual(back, { count: 1, inner: { count: 2 } });
    // Declared fields are asked for by name, however the object has them; records and unknown values are their own enumerable keys.
    const record = Object.defineProperty(Object.create({ inherited: 1 }), "hidden", { value: 1, enumerable: false });
    record.own = 2;
    assert.deepStrictEqual(echo("Maps", { map: record }).map, { own: 2 });
    const marked = { _bsontype: "ObjectId", id: "x", toJSON: undefined, $oid: "y" };
    assert.deepStrictEqual(echo("Any", { any: marked, json: marked }), {
      any: { _bsontype: "ObjectId", id: "x", $oid: "y" },
      json: { _bsontype: "ObjectId", id: "x", $oid: "y" },
    });
    const called = (): never => {
      throw new Error("called");
    };
    const hooked = { any: { kept: 1, toJSON: called, deep: [{ toBSON: called }] }, json: null };
    assert.deepStrictEqual(echo("Any", hooked), { any: { kept: 1, deep: [{}] }, json: null });
    refused("Any", { any: new Point(), json: null }, "any");
    refused("Any", { any: new Map(), json: null }, "any");
    refused("Any", { any: { f: () => 1 }, json: null }, "any.f");
    refused("Any", { any: [Symbol("x")], json: null }, "any[0]");
    refused("Any", { any: 1, json: 1n }, "json");
    refused("Any", { any: 1, json: [new Date()] }, "json[0]");
    refused("Any", { any: 1, json: { a: Number.NaN } }, "json.a");
  });

  it("CO-16 awkward names arrive, and a field called then makes no thenable", async () => {
    const value = Object.defineProperties(
      {},
      Object.fromEntries(
        awkward.map((name) => [name, { value: `v ${name}`, enumerable: true, writable: true, configurable: true }]),
      ),
    );
    const back = echo("Awkward", value);
    assert.deepStrictEqual(back, value);
    assert.deepStrictEqual(echo("AwkwardMaybe", value), value);
    assert.deepStrictEqual(echo("AwkwardMaybe", {}), {});
    assert.deepStrictEqual(await (async () => back)(), value);
    refused("Awkward", {}, "then", "required");
    expect(() => codecs.Awkward!.encode({})).toThrow(
      expect.objectContaining({
        violations: expect.arrayContaining(
          awkward.map((name) =>
            expect.objectContaining({
              path: /^[A-Za-z_$][\w$]*$/.test(name) ? name : `[${JSON.stringify(name)}]`,
              rule: "required",
            }),
          ),
        ),
      }),
    );
  });

  it("takes every width of number that holds the value, and no other", () => {
    expect(codecs.Small!.decode(serialize({ count: Long.fromNumber(5) }))).toEqual({ count: 5 });
    expect(codecs.Longs!.decode(serialize({ one: new Int32(5), list: [], map: {} }))).toEqual({ one: 5n, list: [], map: {} });
    expect(() => codecs.Small!.decode(serialize({ count: Long.fromNumber(2 ** 31) }))).toThrow(
      expect.objectContaining({ path: "count" }),
    );
    expect(() => codecs.Longs!.decode(serialize({ one: 1.5, list: [], map: {} }))).toThrow(
      expect.objectContaining({ path: "one" }),
    );
  });
});
