/** Documents of plain values, without a schema: what the runtime's own messages are made of. */
import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { MinKey, ObjectId, serialize } from "bson";
import { describe, expect, it } from "vitest";
import { decodePlainDocument, encodePlainDocument } from "../../../src/bson/plain-document.ts";

function decode(bytes: Uint8Array, limits?: { maxDepth: number; maxElements: number }): Record<string, unknown> {
  const buffer = Buffer.from(new Uint8Array(bytes).buffer);
  return decodePlainDocument(buffer, new DataView(buffer.buffer), 0, buffer.length, limits);
}

const value = {
  int: 1,
  zero: -0,
  double: 1.5,
  text: "héllo\0 wörld, longer than sixteen",
  big: -5n,
  date: new Date(-1),
  bytes: Uint8Array.from([1, 2, 3]),
  list: [1, "x", null, { y: true }],
  empty: {},
  "": "e",
};

function takesForeignValues(): void {
  const foreign = runInNewContext("({ a: { b: [1, { c: 'x' }] }, bytes: Uint8Array.from([1, 2]), date: new Date(5) })");
  const own = { a: { b: [1, { c: "x" }] }, bytes: Uint8Array.from([1, 2]), date: new Date(5) };
  expect(encodePlainDocument(foreign).equals(serialize(own))).toBe(true);
}

describe("a plain document", () => {
  it("is what bson writes, and comes back", () => {
    const bytes = encodePlainDocument(value);
    expect(bytes.equals(serialize(value))).toBe(true);
    assert.deepStrictEqual(decode(bytes), value);
  });

  it("takes plain objects, lists, bytes and dates of another realm for what they are", takesForeignValues);

  it("keeps __proto__ as a key", () => {
    const odd = JSON.parse('{"__proto__":{"polluted":true},"a":1}');
    const back = decode(encodePlainDocument(odd));
    assert.deepStrictEqual(back, odd);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("leaves out what is undefined, refuses what cannot be sent, and lets a getter's throw pass", () => {
    expect(decode(encodePlainDocument({ a: undefined, b: 1 }))).toEqual({ b: 1 });
    for (const bad of [
      () => 1,
      Symbol("x"),
      "\ud800",
      new Map(),
      [undefined, 1],
      2n ** 63n,
      new Date(Number.NaN),
      /x/,
      new (class A {})(),
    ]) {
      expect(() => encodePlainDocument({ bad })).toThrow(expect.objectContaining({ name: "CodecError" }));
    }
    expect(() => encodePlainDocument({ a: [{ b: () => 1 }] })).toThrow("document.a[0].b: is function, which cannot be sent");
    expect(() => encodePlainDocument({ "a\0b": 1 })).toThrow(expect.objectContaining({ name: "CodecError" }));
    const cycle: Record<string, unknown> = {};
    cycle.cycle = cycle;
    expect(() => encodePlainDocument(cycle)).toThrow(expect.objectContaining({ name: "CodecError" }));
    const mine = new Error("mine");
    const throwing = {
      get a(): never {
        throw mine;
      },
    };
    expect(() => encodePlainDocument(throwing)).toThrow(mine);
  });

  it("is bounded in depth and elements, both ways", () => {
    const limits = { maxDepth: 2, maxElements: 3 };
    expect(decode(encodePlainDocument({ a: [1, 2] }, limits), limits)).toEqual({ a: [1, 2] });
    for (const bad of [{ a: [[1]] }, { a: [1, 2, 3] }]) {
      expect(() => encodePlainDocument(bad, limits)).toThrow(expect.objectContaining({ name: "CodecError" }));
      expect(() => decode(serialize(bad), limits)).toThrow(expect.objectContaining({ name: "CodecError" }));
    }
  });

  it("refuses damaged documents at every byte, or reads something", () => {
    const bytes = encodePlainDocument(value);
    for (let at = 0; at < bytes.length; at += 1) {
      expect(() => decode(bytes.subarray(0, at))).toThrow(expect.objectContaining({ name: "CodecError" }));
      for (const byte of [0, 0x7f, 0x80, 0xff]) {
        const mutant = Buffer.from(bytes);
        mutant[at] = byte;
        try {
          decode(mutant);
        } catch (error) {
          expect((error as Error).name).toBe("CodecError");
        }
      }
    }
    const twice = Buffer.from("1300000010610001000000106100020000000000".slice(0, 38), "hex");
    expect(() => decode(twice)).toThrow(expect.objectContaining({ name: "CodecError" }));
  });

  it("gives other BSON types as raw elements while support for bson is not loaded, and as its classes then", async () => {
    const id = new ObjectId("0123456789abcdef01234567");
    const bytes = serialize({ id, min: new MinKey() });
    expect(decode(bytes)).toEqual({
      id: { bsonType: 7, bytes: new Uint8Array(id.id) },
      min: { bsonType: 255, bytes: new Uint8Array() },
    });
    await import("../../../src/runtime/v1-bson.ts");
    expect(decode(bytes)).toEqual({ id, min: new MinKey() });
    expect(encodePlainDocument({ id, min: new MinKey() }).equals(bytes)).toBe(true);
  });

  it("does so once support for bson is loaded, too", takesForeignValues);
});
