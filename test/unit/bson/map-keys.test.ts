/** Keys of maps: what a schema gives them in JavaScript, as text on the wire and back. */
import { deserialize, serialize } from "bson";
import { describe, expect, it } from "vitest";
import type { MapType, Type } from "../../../codegen/model/schema-model.ts";
import { isCodecError } from "../../../src/errors/codec-error.ts";
import { codecsOf, document, field, modelOf } from "./emitted-codecs.ts";

const map = (form: "object" | "map", key: MapType["key"]): Type => ({ kind: "map", form, key, value: { kind: "int32" } });

const lower = "0123abcd-0000-4000-8000-00000000000a";
const upper = lower.toUpperCase();
const other = "0123abcd-0000-4000-8000-00000000000b";

const { Keys } = await codecsOf(
  modelOf({
    Keys: document(
      field("numbers?", map("map", { kind: "number" })),
      field("doubles?", map("map", { kind: "double" })),
      field("integers?", map("map", { kind: "int32" })),
      field("ids?", map("map", { kind: "uuid" })),
      field("byId?", map("object", { kind: "uuid" })),
      field("ruled?", map("map", { kind: "uuid", rules: { pattern: "^[0-9a-f-]+$" } })),
      field("given", map("map", { kind: "uuid" }), { default: { [lower]: 1 } }),
    ),
  }),
);

/** What is wrong when `run` encodes or decodes: empty when nothing is. */
function broken(run: () => unknown): string[] {
  try {
    run();
    return [];
  } catch (error) {
    if (!isCodecError(error)) throw error;
    return error.violations.map(({ path, rule }) => `${path} ${rule}`);
  }
}

/** Beside what is tested. */
const given = new Map([[lower, 1]]);

describe("keys that are Uuids", () => {
  it("are in lower case on the wire and when they are read", () => {
    const value = { given, ids: new Map([[upper, 1]]), byId: { [upper]: 2, [other]: 3 }, ruled: new Map([[upper, 4]]) };
    const read = { given, ids: new Map([[lower, 1]]), byId: { [lower]: 2, [other]: 3 }, ruled: new Map([[lower, 4]]) };
    const bytes = Keys!.encode(value);
    expect(deserialize(bytes)).toMatchObject({ ids: { [lower]: 1 }, byId: { [lower]: 2, [other]: 3 }, ruled: { [lower]: 4 } });
    expect(Keys!.decode(bytes)).toEqual(read);
    expect(Keys!.decode(serialize({ ids: { [upper]: 1 }, byId: value.byId, ruled: { [upper]: 4 } }))).toEqual(read);
  });

  it("are one key in two cases", () => {
    const ids = new Map([
      [upper, 1],
      [lower, 2],
    ]);
    const byId = Object.fromEntries(ids);
    const paths = [`ids["${lower}"] duplicate`, `byId["${lower}"] duplicate`];
    expect(broken(() => Keys!.encode({ given, ids, byId }))).toEqual(paths);
    expect(broken(() => Keys!.decode(serialize({ given: Object.fromEntries(given), ids: byId, byId })))).toEqual(paths);
    expect(Keys!.decode(Keys!.encode({ given, byId: { [upper]: undefined, [lower]: 1 } })).byId).toEqual({ [lower]: 1 });
  });

  it("are no other texts", () => {
    expect(broken(() => Keys!.encode({ given, ids: new Map([["a", 1]]), byId: { b: 1 } }))).toEqual(["ids.a key", "byId.b key"]);
    expect(broken(() => Keys!.decode(serialize({ ids: { a: 1 }, byId: { b: 1 } })))).toEqual(["ids.a key", "byId.b key"]);
  });
});

describe("keys that are numbers", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, 0.1, -1e21, 5])("%s are encoded as they are decoded", (key) => {
    const value = { numbers: new Map([[key, 1]]), doubles: new Map([[key, 2]]), given };
    expect(Keys!.decode(Keys!.encode(value))).toEqual(value);
    const text = { numbers: { [String(key)]: 1 }, doubles: { [String(key)]: 2 } };
    expect(Keys!.decode(serialize(text))).toEqual(value);
  });

  it("have one zero", () => {
    expect(Keys!.decode(Keys!.encode({ given, numbers: new Map([[-0, 1]]) })).numbers).toEqual(new Map([[0, 1]]));
    expect(broken(() => Keys!.decode(serialize({ numbers: { "-0": 1 } })))).toEqual(['numbers["-0"] key']);
  });

  it.each<[string, unknown]>([
    ["text", "1"],
    ["nothing", undefined],
    ["null", null],
    ["no number", "NaN"],
    ["no integer", Number.NaN],
    ["a bigint", 1n],
    ["an object", { toString: () => "1" }],
  ])("are not %s", (_, key) => {
    expect(broken(() => Keys!.encode({ given, integers: new Map([[key, 1]]) }))).toEqual([
      expect.stringMatching(/^integers.* key$/),
    ]);
  });
});
