/** Keys of maps: what a schema gives them in JavaScript, as text on the wire and back. */
import { serialize } from "bson";
import { describe, expect, it } from "vitest";
import type { MapType, Type } from "../../../codegen/model/schema-model.ts";
import { isCodecError } from "../../../src/errors/codec-error.ts";
import { codecsOf, document, field, modelOf } from "./emitted-codecs.ts";

const map = (form: "object" | "map", key: MapType["key"]): Type => ({ kind: "map", form, key, value: { kind: "int32" } });

const { Keys } = await codecsOf(
  modelOf({
    Keys: document(
      field("numbers?", map("map", { kind: "number" })),
      field("doubles?", map("map", { kind: "double" })),
      field("integers?", map("map", { kind: "int32" })),
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

describe("keys that are numbers", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, 0.1, -1e21, 5])("%s are encoded as they are decoded", (key) => {
    const value = { numbers: new Map([[key, 1]]), doubles: new Map([[key, 2]]) };
    expect(Keys!.decode(Keys!.encode(value))).toEqual(value);
    const text = { numbers: { [String(key)]: 1 }, doubles: { [String(key)]: 2 } };
    expect(Keys!.decode(serialize(text))).toEqual(value);
  });

  it("have one zero", () => {
    expect(Keys!.decode(Keys!.encode({ numbers: new Map([[-0, 1]]) })).numbers).toEqual(new Map([[0, 1]]));
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
    expect(broken(() => Keys!.encode({ integers: new Map([[key, 1]]) }))).toEqual([expect.stringMatching(/^integers.* key$/)]);
  });
});
