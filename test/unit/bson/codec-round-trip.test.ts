/** Values of every type through an emitted codec and back, and as npm `bson` writes and reads them. */
import { calculateObjectSize, deserialize, serialize } from "bson";
import { describe, expect, it } from "vitest";
import { array, codecsOf, document, field, literals, modelOf, nullable, ref } from "./emitted-codecs.ts";

const string = { type: { kind: "string" }, optional: false } as const;

const model = modelOf({
  Small: document(field("id", "int32"), field("name", "string"), field("active", "boolean")),
  Item: document(
    field("sku", "string"),
    field("title", "string"),
    field("qty", "int32"),
    field("price", "double"),
    field("note?", "string"),
  ),
  Order: document(
    field("id", "string"),
    field("at", "date"),
    field("items", array(ref("Item"))),
    field("status", literals("open", "paid", "shipped")),
    field("total", "number"),
    field("comment", nullable({ kind: "string" })),
  ),
  Row: document(field("d", "double"), field("i", "int32"), field("l", "int64")),
  Table: document(field("rows", array(ref("Row")))),
  Empty: document(),
  Tuples: document(
    field("pair?", { kind: "tuple", items: [string, string] }),
    field("some?", { kind: "tuple", items: [string, { ...string, optional: true }] }),
    field("none?", { kind: "tuple", items: [] }),
    field("many?", { kind: "tuple", items: [string], rest: string.type }),
  ),
});

const codecs = await codecsOf(model);
const order = {
  id: "o-1",
  at: new Date(1_700_000_000_123),
  items: Array.from({ length: 12 }, (_, i) => ({
    sku: `sku-${i}`,
    title: `a title that is longer than thirteen ${i}`,
    qty: i,
    price: i + 0.5,
    ...(i % 2 === 0 ? { note: `héllo ${i}` } : {}),
  })),
  status: "paid",
  total: 3,
  comment: null,
};

describe("an emitted codec", () => {
  it("writes what bson writes and reads it back", () => {
    const small = { id: -7, name: "sixteen chars ok", active: true };
    expect(Buffer.from(codecs.Small!.encode(small))).toEqual(Buffer.from(serialize(small)));
    expect(codecs.Small!.decode(serialize(small))).toEqual(small);
    expect(Buffer.from(codecs.Order!.encode(order))).toEqual(Buffer.from(serialize(order)));
    expect(codecs.Order!.decode(serialize(order))).toEqual(order);
    const table = { rows: Array.from({ length: 1200 }, (_, i) => ({ d: i + 0.25, i, l: BigInt(i) * 10_000_000_000n })) };
    expect(Buffer.from(codecs.Table!.encode(table))).toEqual(Buffer.from(serialize(table)));
    expect(codecs.Table!.decode(serialize(table))).toEqual(table);
    expect(codecs.Empty!.decode(codecs.Empty!.encode({}))).toEqual({});
  });

  it("bounds what it writes", () => {
    expect(codecs.Order!.codec.bound(order, { maxDepth: 64, maxElements: 100 })).toBeGreaterThanOrEqual(
      calculateObjectSize(order),
    );
  });

  it("takes fields in any order, and passes over those it does not know", () => {
    const reversed = Object.fromEntries(Object.entries(order).reverse());
    expect(codecs.Order!.decode(serialize(reversed))).toEqual(order);
    const shuffled = { first: { a: [1, 2] }, ...reversed, last: "x" };
    expect(codecs.Order!.decode(serialize(shuffled))).toEqual(order);
    expect(codecs.Order!.decode(serialize({ ...order, last: { deep: [[]] } }))).toEqual(order);
    expect(deserialize(codecs.Order!.encode({ ...order, last: 1 }))).toEqual(order);
  });

  it("has objects with fast properties of documents with more fields than V8 gives a literal", async () => {
    const names = Array.from({ length: 145 }, (_, i) => `fieldWithASharedPrefix${i}`);
    const fields = names.map((name, i) => field(i % 40 === 39 ? `${name}?` : name, i % 3 === 0 ? "string" : "int32"));
    const { Wide } = await codecsOf(modelOf({ Wide: document(...fields, field("__proto__", "int32")) }));
    const wide = Object.fromEntries(names.map((name, i) => [name, i % 3 === 0 ? `text ${i}` : i]));
    Object.defineProperty(wide, "__proto__", { value: 7, enumerable: true, configurable: true, writable: true });
    expect(Buffer.from(Wide!.encode(wide))).toEqual(Buffer.from(serialize(wide)));
    for (const entries of [Object.entries(wide), Object.entries(wide).reverse()]) {
      const read = Wide!.decode(serialize(Object.fromEntries(entries)));
      expect(new Map(Object.entries(read))).toEqual(new Map(Object.entries(wide)));
      expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    }
    const twice = Buffer.from(serialize({ ...wide, fieldWithASharedPrefix4X: 1 }));
    twice.write("0", twice.indexOf("fieldWithASharedPrefix4X") + "fieldWithASharedPrefix4".length, "latin1");
    expect(() => Wide!.decode(twice)).toThrow(expect.objectContaining({ path: "fieldWithASharedPrefix40" }));
  });

  it("says what is wrong, where", () => {
    expect(() => codecs.Order!.encode({ ...order, total: "3", items: [{ sku: 1 }] })).toThrow(
      expect.objectContaining({
        name: "CodecError",
        path: "items[0].sku",
        violations: [
          { path: "items[0].sku", rule: "type", message: "is 1, not string" },
          { path: "items[0].title", rule: "required", message: "is required" },
          { path: "items[0].qty", rule: "required", message: "is required" },
          { path: "items[0].price", rule: "required", message: "is required" },
          { path: "total", rule: "type", message: "is string, not number" },
        ],
      }),
    );
    expect(() => codecs.Small!.decode(serialize({ id: 2.5, name: "x", active: true }))).toThrow(
      expect.objectContaining({ path: "id", offset: 8, violations: [expect.objectContaining({ rule: "range" })] }),
    );
  });
});

it("writes tuples whole, and refuses items that they do not have", () => {
  const value = { pair: ["a", "b"], some: ["a"], none: [], many: ["a", "b", "c"] };
  expect(codecs.Tuples!.decode(codecs.Tuples!.encode(value))).toEqual(value);
  const messages = { pair: "has 3 items, not 2", some: "has 3 items, not 1 to 2", none: "has 3 items, not 0" };
  for (const [path, message] of Object.entries(messages)) {
    const violations = [{ path, rule: "items", message }];
    expect(() => codecs.Tuples!.encode({ [path]: ["a", "b", "c"] })).toThrow(expect.objectContaining({ path, violations }));
  }
  // What a later schema has more is passed over.
  expect(codecs.Tuples!.decode(serialize({ pair: ["a", "b", "c"] }))).toEqual({ pair: ["a", "b"] });
});

it("decodes bytes alone", () => {
  const decode = (bytes: unknown) => () => codecs.Small!.decode(bytes as Uint8Array);
  expect(decode(null)).toThrow(new TypeError("test.Small is decoded from a Uint8Array, not from null"));
  expect(decode("text")).toThrow(new TypeError("test.Small is decoded from a Uint8Array, not from string"));
  expect(decode(undefined)).toThrow(TypeError);
  expect(decode(new Uint16Array(5))).toThrow(TypeError);
  expect(decode([5, 0, 0, 0, 0])).toThrow(TypeError);
});

it("types of few strings read their own, although their parts are shared with a type of many", async () => {
  const shared = await codecsOf(
    modelOf({
      Part: document(field("id", "string"), field("count?", "int32")),
      Many: document(field("parts", array(ref("Part")))),
      Few: document(field("part", ref("Part")), field("name", "string")),
    }),
  );
  const many = { parts: [{ id: "one" }, { id: "two", count: 2 }] };
  const few = { part: { id: "three" }, name: "few" };
  const fewBytes = shared.Few!.encode(few);
  expect(shared.Many!.decode(shared.Many!.encode(many))).toEqual(many);
  expect(shared.Few!.decode(fewBytes)).toEqual(few);
  expect(shared.Part!.decode(shared.Part!.encode({ id: "four" }))).toEqual({ id: "four" });
});
