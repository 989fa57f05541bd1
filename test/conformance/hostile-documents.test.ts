/**
 * Hostile and odd BSON documents (`hostile-bson.json`), each decoded as one interface.
 *
 * What the file leaves to the product, and what ours does: a number is taken from any width that holds its value exactly (2^53 + 1 is not); binary of
 * subtype 4 is no Uint8Array; subtype 2 is one, without its inner length; a key twice is an error, in maps too; items of arrays count by
 * their order; unknown fields are passed over by their length, however deep they are.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isCodecError } from "../../src/errors/codec-error.ts";
import { array, codecsOf, document, field, literals, modelOf } from "../unit/bson/emitted-codecs.ts";

interface Case {
  readonly id: string;
  readonly why: string;
  readonly expect: "accept" | "reject" | "documented";
  readonly bson: string;
}

const { cases } = JSON.parse(readFileSync(new URL("./hostile-bson.json", import.meta.url), "utf8")) as { cases: Case[] };

const model = modelOf({
  Target: document(
    field("i", "int32"),
    field("l", "int64"),
    field("d", "number"),
    field("s", "string"),
    field("b", "boolean"),
    field("t", "date"),
    field("x", "bytes"),
    field("a", array({ kind: "int32" })),
    field("o", document(field("n", "string"))),
    field("m", { kind: "map", form: "object", key: { kind: "string" }, value: { kind: "string" } }),
    field("u", {
      kind: "tagged",
      tag: "kind",
      arms: [
        { tags: ["p"], type: document(field("kind", literals("p")), field("p", "int32")) },
        { tags: ["q"], type: document(field("kind", literals("q")), field("q", "string")) },
      ],
      unrecognized: false,
    }),
  ),
});
const { Target } = await codecsOf(model, ["Target"]);
const codec = Target!;

/** Where the file says "documented". */
const documented: Readonly<Record<string, "accept" | "reject">> = {
  "type-d-int32": "accept",
  "type-d-int64": "reject",
  "dup-known": "reject",
  "map-dup": "reject",
  "binary-subtype-4-uuid": "reject",
  "binary-subtype-2": "accept",
  "deep-skip-doc-1000": "accept",
};

/** What the two cases with their own values read as. */
const base = codec.decode(Buffer.from(cases.find(({ id }) => id === "base")!.bson, "hex"));

describe("hostile documents", () => {
  it.each(cases.map((entry) => [entry.id, entry] as const))("%s", (id, entry) => {
    const bytes = Buffer.from(entry.bson, "hex");
    const expected = entry.expect === "documented" ? documented[id] : entry.expect;
    expect(expected).toBeDefined();
    const started = performance.now();
    let decoded: { value: any } | undefined;
    let refused: unknown;
    try {
      decoded = { value: codec.decode(bytes) };
    } catch (error) {
      refused = error;
    }
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    if (expected === "reject") {
      expect(decoded).toBeUndefined();
      assert(isCodecError(refused));
      if (id.startsWith("missing-")) expect(refused.violations).toMatchObject([{ path: id.slice(8), rule: "required" }]);
      if (id.startsWith("type-")) expect(refused.path.split(/[.[]/)[0]).toBe(id.split("-")[1]);
      if (id === "array-mixed") expect(refused.path).toBe("a[1]");
      return;
    }
    if (refused !== undefined) throw refused;
    assert(decoded !== undefined);
    assert.deepStrictEqual(codec.decode(codec.encode(decoded.value)), decoded.value);
    const sameAsBase = /^(?:order-reversed|skip-|dup|unknown-proto|deep-skip)/.test(id);
    if (sameAsBase) assert.deepStrictEqual(decoded.value, base);
  });

  it("reads what the odd ones say", () => {
    const read = (id: string): any => codec.decode(Buffer.from(cases.find((entry) => entry.id === id)!.bson, "hex"));
    expect(read("utf8-nul").s).toBe("a\0b");
    expect(read("utf8-bom").s.charCodeAt(0)).toBe(0xfeff);
    expect(read("int64-max").l).toBe(2n ** 63n - 1n);
    expect(read("double-neg-zero").d).toBe(-0);
    expect(read("double-nan").d).toBeNaN();
    expect(Object.keys(read("map-proto").m)).toContain("__proto__");
    for (const id of ["array-empty-keys", "array-dup-keys", "array-negative"]) expect(read(id).a).toEqual([1, 2]);
  });
});
