/** Depth, elements, and values that do what no value should: what a codec refuses, and what it never lets happen. */
import { serialize } from "bson";
import { describe, expect, it } from "vitest";
import type { Type } from "../../../codegen/model/schema-model.ts";
import { unrecognized } from "../../../src/contract/unrecognized.ts";
import { array, codecsOf, document, field, literals, modelOf, ref } from "./emitted-codecs.ts";

const map = (value: Type): Type => ({ kind: "map", form: "object", key: { kind: "string" }, value });
const codecs = await codecsOf(
  modelOf(
    {
      Node: document(field("next?", ref("Node"))),
      Flat: document(field("a", document(field("b", document(field("c", "int32")))))),
      Any: document(field("any", "unknown")),
      Lists: document(
        field("list", array(document(field("a", "int32"), field("b", "int32")))),
        field("map?", map(array({ kind: "int32" }))),
      ),
      Small: document(field("id", "int32"), field("name", "string"), field("more?", "string")),
      Event: {
        kind: "tagged",
        tag: "kind",
        arms: [{ tags: ["known"], type: document(field("kind", literals("known"))) }],
        unrecognized: true,
      },
    },
    ["Node"],
  ),
);

const limits = (maxDepth: number, maxElements = 1_000_000) => ({ maxDepth, maxElements });
const chain = (depth: number): object => (depth === 1 ? {} : { next: chain(depth - 1) });
const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });

describe("maxDepth", () => {
  it("counts the message itself as one, both ways, and says where it was exceeded", () => {
    for (const depth of [1, 2, 5]) {
      const bytes = codecs.Node!.encode(chain(depth), limits(depth));
      expect(codecs.Node!.decode(bytes, limits(depth))).toEqual(chain(depth));
      const path = Array(depth).fill("next").join(".");
      const tooDeep = expect.objectContaining({ path, violations: [expect.objectContaining({ rule: "maxDepth" })] });
      expect(() => codecs.Node!.encode(chain(depth + 1), limits(depth))).toThrow(tooDeep);
      expect(() => codecs.Node!.decode(serialize(chain(depth + 1)), limits(depth))).toThrow(tooDeep);
    }
  });

  it("holds for types that nest no further than they are declared, and for unknown values", () => {
    const value = { a: { b: { c: 1 } } };
    expect(codecs.Flat!.decode(codecs.Flat!.encode(value, limits(3)), limits(3))).toEqual(value);
    expect(() => codecs.Flat!.encode(value, limits(2))).toThrow(expect.objectContaining({ path: "a.b" }));
    expect(() => codecs.Flat!.decode(serialize(value), limits(2))).toThrow(expect.objectContaining({ path: "a.b" }));
    expect(codecs.Any!.decode(codecs.Any!.encode({ any: nested(4) }, limits(5)), limits(5))).toEqual({ any: nested(4) });
    expect(() => codecs.Any!.encode({ any: nested(5) }, limits(5))).toThrow(/maxDepth/);
    expect(() => codecs.Any!.decode(serialize({ any: nested(5) }), limits(5))).toThrow(/maxDepth/);
  });

  it("is no matter of the stack: 100,000 levels are refused, skipped ones are passed over", () => {
    const levels = 100_000;
    const deep = Buffer.alloc(levels * 7 + 5);
    for (let i = 0; i < levels; i += 1) {
      deep.writeInt32LE(deep.length - i * 7 - i, i * 7);
      deep.write("\x03a\0", i * 7 + 4, "latin1");
    }
    const proper = nestedBytes("a", levels);
    expect(() => codecs.Any!.decode(wrap("any", proper))).toThrow(/maxDepth/);
    expect(() => codecs.Node!.decode(nestedBytes("next", levels))).toThrow(/maxDepth/);
    expect(codecs.Node!.decode(wrap("other", proper))).toEqual({});
    expect(() => codecs.Any!.decode(deep)).toThrow(expect.objectContaining({ name: "CodecError" }));
  });
});

/** `{ name: { name: ... {} } }` without recursion. */
function nestedBytes(name: string, levels: number): Buffer {
  const header = 4 + 1 + name.length + 1;
  const bytes = Buffer.alloc(levels * (header + 1) + 5);
  for (let i = 0; i < levels; i += 1) {
    bytes.writeInt32LE(bytes.length - i * (header + 1), i * header);
    bytes.write(`\x03${name}\0`, i * header + 4, "latin1");
  }
  bytes.writeInt32LE(5, levels * header);
  return bytes;
}

function wrap(name: string, inner: Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(4), Buffer.from(`\x03${name}\0`), inner, Buffer.alloc(1)]);
  bytes.writeInt32LE(bytes.length);
  return bytes;
}

describe("maxElements", () => {
  it("counts items of arrays, entries of maps and unknown values, not declared fields", () => {
    const value = { list: Array.from({ length: 10 }, (_, i) => ({ a: i, b: i })), map: { x: [1, 2, 3], y: [] } };
    // 10 items, 2 entries, 3 items
    expect(codecs.Lists!.decode(codecs.Lists!.encode(value, limits(64, 15)), limits(64, 15))).toEqual(value);
    const tooMany = expect.objectContaining({ violations: [expect.objectContaining({ rule: "maxElements" })] });
    expect(() => codecs.Lists!.encode(value, limits(64, 14))).toThrow(tooMany);
    expect(() => codecs.Lists!.decode(serialize(value), limits(64, 14))).toThrow(tooMany);
    expect(() => codecs.Any!.decode(serialize({ any: { a: [1, 2], b: 1 } }), limits(64, 3))).toThrow(tooMany);
    expect(codecs.Any!.decode(serialize({ any: { a: [1, 2], b: 1 } }), limits(64, 4))).toEqual({ any: { a: [1, 2], b: 1 } });
    // An unknown field is passed over, whatever it holds.
    expect(codecs.Node!.decode(serialize({ other: [1, 2, 3, 4, 5] }), limits(64, 1))).toEqual({});
  });
});

describe("values that misbehave", () => {
  it("a getter's throw passes as it is", () => {
    const thrown = new RangeError("mine");
    const value = {
      id: 1,
      get name(): string {
        throw thrown;
      },
    };
    for (const run of [() => codecs.Small!.encode(value), () => codecs.Small!.encode(value, limits(64))]) {
      let caught: unknown;
      try {
        run();
      } catch (error) {
        caught = error;
      }
      expect(caught).toBe(thrown);
    }
  });

  it("one that grows between bound and write is refused, and nothing behind its room is kept", () => {
    let reads = 0;
    const value = {
      id: 1,
      get name(): string {
        reads += 1;
        return reads === 1 ? "x" : "x".repeat(1000);
      },
    };
    expect(() => codecs.Small!.encode(value)).toThrow(/changed while it was encoded/);
  });

  it("a getter may encode and decode by itself meanwhile", () => {
    const inner = codecs.Small!.encode({ id: 2, name: "inner" });
    const value = {
      id: 1,
      get name(): string {
        return codecs.Small!.decode(codecs.Small!.encode({ id: 2, name: "inner" })).name + codecs.Small!.decode(inner).id;
      },
      more: "more",
    };
    expect(codecs.Small!.decode(codecs.Small!.encode(value))).toEqual({ id: 1, name: "inner2", more: "more" });
  });

  it("what was encoded owns its memory and is of exact size", () => {
    const first = codecs.Small!.encode({ id: 1, name: "a" });
    const copy = Uint8Array.from(first);
    codecs.Small!.encode({ id: 2, name: "b" });
    expect(first).toEqual(copy);
    expect(first.buffer.byteLength).toBe(first.length);
    expect(Object.getPrototypeOf(first)).toBe(Uint8Array.prototype);
  });

  it("array-likes, sparse arrays and promises are refused with a reason", () => {
    const item = { a: 1, b: 2 };
    for (const list of [{ length: 1, 0: item }, new Set([item]), "ab", (function* () {})()]) {
      expect(() => codecs.Lists!.encode({ list })).toThrow(expect.objectContaining({ path: "list" }));
    }
    const sparse = [item, item, item];
    delete sparse[1];
    expect(() => codecs.Lists!.encode({ list: sparse })).toThrow(/list\[1\]: is a hole: sparse arrays cannot be sent/);
    expect(() => codecs.Lists!.encode({ list: [undefined] })).toThrow(/list\[0\]: is undefined/);
    expect(() => codecs.Node!.encode(Promise.resolve({}))).toThrow(/is promise, not object/);
    for (const value of [null, undefined, 1, "x", [], new Map(), new Date()])
      expect(() => codecs.Node!.encode(value)).toThrow(/not object/);
    expect(() => codecs.Small!.encode(Promise.resolve({}))).toThrow(/id: is required, and promise has no such field/);
  });

  it("documents up to megabytes go through, wherever their bytes lie", () => {
    const name = "n".repeat(3_000_000);
    const bytes = codecs.Small!.encode({ id: 1, name });
    expect(codecs.Small!.decode(bytes).name).toBe(name);
    const within = new Uint8Array(bytes.length + 7).fill(1);
    within.set(bytes, 3);
    expect(codecs.Small!.decode(within.subarray(3, 3 + bytes.length)).name).toBe(name);
    expect(() => codecs.Small!.decode(within)).toThrow(expect.objectContaining({ name: "CodecError" }));
  });
});

describe("an unrecognized arm", () => {
  it("is carried as its bytes, and re-encoded as them", () => {
    const bytes = serialize({ kind: "newer", more: { a: [1, 2] } });
    const value = codecs.Event!.decode(bytes);
    expect(value).toEqual({ kind: unrecognized, tag: "newer", bytes: new Uint8Array(bytes) });
    expect(value.bytes.buffer.byteLength).toBe(bytes.length);
    expect(Buffer.from(codecs.Event!.encode(value))).toEqual(Buffer.from(bytes));
  });

  it("is refused when its bytes are no document, lie about the tag, or nest too deep", () => {
    const good = { kind: unrecognized, tag: "newer", bytes: new Uint8Array(serialize({ kind: "newer" })) };
    for (const bad of [
      { ...good, bytes: new Uint8Array(3) },
      { ...good, bytes: good.bytes.subarray(0, good.bytes.length - 1) },
      { ...good, bytes: "x" },
      { ...good, tag: "other" },
      { kind: unrecognized },
    ]) {
      expect(() => codecs.Event!.encode(bad)).toThrow(expect.objectContaining({ name: "CodecError", path: "bytes" }));
    }
    const broken = Buffer.from(serialize({ kind: "newer", inner: { a: "text" } }));
    broken[broken.length - 3] = 7;
    expect(() => codecs.Event!.decode(broken)).toThrow(expect.objectContaining({ name: "CodecError" }));
    expect(() => codecs.Event!.decode(serialize({ kind: "newer", deep: nested(5) }), limits(4))).toThrow(/maxDepth/);
    expect(() => codecs.Event!.decode(serialize({ kind: [] }))).toThrow(expect.objectContaining({ path: "kind" }));
  });
});
