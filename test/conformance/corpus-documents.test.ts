/** The public BSON corpus against emitted codecs: the five passes of its README. Skipped where the corpus is not beside the repository. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deserialize, EJSON } from "bson";
import { describe, expect, it } from "vitest";
import type { Type } from "../../codegen/model/schema-model.ts";
import { isCodecError } from "../../src/errors/codec-error.ts";
import { codecsOf, document, field, modelOf, type TestCodec } from "../unit/bson/emitted-codecs.ts";

const shared = process.env.TAUT_SHARED ?? fileURLToPath(new URL("../../../shared", import.meta.url));
const folder = join(shared, "conformance/bson-corpus");
const present = existsSync(folder);

interface Corpus {
  readonly name: string;
  readonly bson_type: string;
  readonly test_key?: string;
  readonly valid: readonly { description: string; canonical_bson: string; canonical_extjson: string; degenerate_bson?: string }[];
  readonly decodeErrors: readonly { description: string; bson: string }[];
}

const files: Corpus[] = present
  ? readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => ({
        valid: [],
        decodeErrors: [],
        ...JSON.parse(readFileSync(join(folder, name), "utf8")),
        name: name.slice(0, -5),
      }))
  : [];
const bytesOf = (hex: string): Buffer => Buffer.from(hex, "hex");

/** What a field of each corpus file is declared as. */
const types: Record<string, Type> = {
  int32: { kind: "int32" },
  int64: { kind: "int64" },
  double: { kind: "double" },
  string: { kind: "string" },
  boolean: { kind: "boolean" },
  datetime: { kind: "date" },
  null: { kind: "null" },
  binary: { kind: "binary" },
  oid: { kind: "objectId" },
  regex: { kind: "bsonRegExp" },
  timestamp: { kind: "timestamp" },
  minkey: { kind: "minKey" },
  maxkey: { kind: "maxKey" },
  array: { kind: "array", items: { kind: "int32" } },
  document: { kind: "map", form: "object", key: { kind: "string" }, value: { kind: "unknown" } },
  dbref: { kind: "map", form: "object", key: { kind: "string" }, value: { kind: "unknown" } },
  ...Object.fromEntries([1, 2, 3, 4, 5].map((n) => [`decimal128-${n}`, { kind: "decimal128" } as const])),
};

const keys = [...new Set(files.flatMap(({ test_key }) => test_key ?? []))];
const structures = {
  ...Object.fromEntries(
    files.flatMap(({ name, test_key }) =>
      types[name] === undefined ? [] : [[`T_${name.replaceAll("-", "_")}`, document(field(test_key ?? "dbref", types[name]))]],
    ),
  ),
  ...Object.fromEntries(
    keys.flatMap((key) =>
      (["int32", "string", "date", "uuid", "int64"] as const).map((kind) => [`W_${kind}_${key}`, document(field(key, kind))]),
    ),
  ),
  Other: document(field("other?", "string")),
  Known: document(field("before", "int32"), field("other?", "string"), field("after", "string")),
  Bytes: document(field("x", "bytes")),
};
const codecs: Record<string, TestCodec> = present ? await codecsOf(modelOf(structures)) : {};
const codecOf = (name: string): TestCodec => codecs[`T_${name.replaceAll("-", "_")}`]!;

/** A value, or undefined; anything but a CodecError is a failure of the test. */
function tryDecode(codec: TestCodec, bytes: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: codec.decode(bytes, { maxDepth: 64, maxElements: 1_000_000 }) };
  } catch (error) {
    assert(isCodecError(error), error as Error);
    return undefined;
  }
}

/** A few cases of a file put another type, or another key, to the test. */
function isAboutItself(file: Corpus, { canonical_bson }: { canonical_bson: string }): boolean {
  const bytes = bytesOf(canonical_bson);
  return bytes[4] === Number(file.bson_type) && bytes.toString("latin1", 5, bytes.indexOf(0, 5)) === file.test_key;
}

const known = files.filter(({ name, valid }) => types[name] !== undefined && valid.length > 0);

describe.skipIf(!present)("the BSON corpus (skipped: no corpus at TAUT_SHARED)", () => {
  describe("pass 1: a known field of the right type comes back byte for byte", () => {
    it.each(known.map(({ name }) => name).filter((name) => name !== "dbref"))("%s", (name) => {
      const file = files.find((candidate) => candidate.name === name)!;
      for (const { description, canonical_bson, canonical_extjson, degenerate_bson } of file.valid.filter((entry) =>
        isAboutItself(file, entry),
      )) {
        const bytes = bytesOf(canonical_bson);
        const value = codecOf(name).decode(bytes);
        expect(Buffer.from(codecOf(name).encode(value)).toString("hex"), description).toBe(bytes.toString("hex"));
        if (["int32", "double", "string", "boolean", "datetime", "oid", "timestamp"].includes(name)) {
          const meant = EJSON.parse(canonical_extjson, { relaxed: false, useBigInt64: false }) as Record<string, any>;
          const plain = meant[file.test_key!].valueOf();
          const read = (value as Record<string, any>)[file.test_key!];
          expect(
            Object.is(read, plain) ||
              EJSON.stringify(read, { relaxed: false }) === EJSON.stringify(meant[file.test_key!], { relaxed: false }) ||
              read === plain,
            description,
          ).toBe(true);
        }
        if (degenerate_bson !== undefined) {
          const degenerate = codecOf(name).decode(bytesOf(degenerate_bson));
          expect(Buffer.from(codecOf(name).encode(degenerate)).toString("hex"), description).toBe(bytes.toString("hex"));
        }
      }
    });

    it("bytes: subtypes 0 and 2 are Uint8Arrays, others are refused", () => {
      const file = files.find(({ name }) => name === "binary")!;
      for (const { canonical_bson, canonical_extjson } of file.valid.filter((entry) => isAboutItself(file, entry))) {
        const bytes = bytesOf(canonical_bson);
        const subtype = bytes[11]!;
        const read = tryDecode(codecs.Bytes!, bytes);
        if (subtype !== 0 && subtype !== 2) {
          expect(read, canonical_extjson).toBeUndefined();
          continue;
        }
        const { $binary } = JSON.parse(canonical_extjson).x;
        expect(Buffer.from((read!.value as { x: Uint8Array }).x).toString("base64")).toBe($binary.base64);
        if (subtype === 0) expect(Buffer.from(codecs.Bytes!.encode(read!.value))).toEqual(bytes);
      }
    });
  });

  describe("pass 2: a known field of the wrong type is refused with its path", () => {
    const numbers: Record<string, readonly string[]> = {
      int32: ["int32", "int64", "double"],
      int64: ["int32", "int64", "double"],
    };
    it.each(
      files.filter(({ test_key, valid }) => test_key !== undefined && valid.length > 0).map((file) => [file.name, file] as const),
    )("%s", (name, file) => {
      for (const kind of ["int32", "string", "date", "uuid", "int64"] as const) {
        const codec = codecs[`W_${kind}_${file.test_key!}`]!;
        for (const { canonical_bson, description } of file.valid) {
          if (
            numbers[kind]?.includes(name) ||
            (kind === "string" && name === "string") ||
            (kind === "date" && name === "datetime")
          )
            continue;
          if (kind === "uuid" && /uuid|subtype 0x04/i.test(description)) continue;
          expect(() => codec.decode(bytesOf(canonical_bson)), `${description} as ${kind}`).toThrow(
            expect.objectContaining({ name: "CodecError", path: file.test_key }),
          );
        }
      }
    });
  });

  describe("pass 3: an unknown field is passed over", () => {
    it.each(files.filter(({ valid }) => valid.length > 0).map((file) => [file.name, file] as const))("%s", (_name, file) => {
      for (const { canonical_bson, description } of file.valid) {
        const bytes = bytesOf(canonical_bson);
        expect(codecs.Other!.decode(bytes), description).toEqual({});
        // The element between two known ones.
        const elements = bytes.subarray(4, bytes.length - 1);
        const inner = Buffer.concat([Buffer.from("106265666f7265000700000002616674657200020000006100", "hex")]);
        const around = Buffer.concat([inner.subarray(0, 12), elements, inner.subarray(12)]);
        const whole = Buffer.alloc(around.length + 5);
        around.copy(whole, 4);
        whole.writeInt32LE(whole.length, 0);
        expect(codecs.Known!.decode(whole), description).toEqual({ before: 7, after: "a" });
      }
    });
  });

  describe("pass 4: what must not decode does not", () => {
    it.each(files.filter(({ decodeErrors }) => decodeErrors.length > 0).map((file) => [file.name, file] as const))(
      "%s",
      (name, file) => {
        for (const { bson, description } of file.decodeErrors) {
          const bytes = bytesOf(bson);
          if (types[name] !== undefined) expect(tryDecode(codecOf(name), bytes), description).toBeUndefined();
          const first = tryDecode(codecs.Other!, bytes);
          assert.deepStrictEqual(tryDecode(codecs.Other!, bytes), first);
        }
      },
    );
  });

  it("pass 5: no strict prefix decodes, and a changed byte gives a value or a clean error", { timeout: 120_000 }, () => {
    for (const file of known) {
      if (file.name.startsWith("decimal128-") && file.name !== "decimal128-1") continue;
      for (const { canonical_bson } of file.valid) {
        const bytes = bytesOf(canonical_bson);
        const codec = codecOf(file.name);
        for (let end = 0; end < bytes.length; end += 1) {
          expect(tryDecode(codec, bytes.subarray(0, end))).toBeUndefined();
          expect(tryDecode(codecs.Other!, bytes.subarray(0, end))).toBeUndefined();
        }
        for (let at = 0; at < bytes.length; at += 1) {
          for (const byte of [0x00, 0x7f, 0x80, 0xff]) {
            const mutant = Buffer.from(bytes);
            mutant[at] = byte;
            tryDecode(codec, mutant);
            tryDecode(codecs.Other!, mutant);
          }
        }
      }
    }
  });

  it("reads every type at once as unknown values, as bson does", async () => {
    const { Any } = await codecsOf(
      modelOf({
        Any: document(field("all", { kind: "map", form: "object", key: { kind: "string" }, value: { kind: "unknown" } })),
      }),
    );
    for (const name of ["multi-type", "top"]) {
      for (const { canonical_bson } of files.find((file) => file.name === name)!.valid) {
        const inner = bytesOf(canonical_bson);
        const whole = Buffer.concat([Buffer.alloc(4), Buffer.from("\x03all\0"), inner, Buffer.alloc(1)]);
        whole.writeInt32LE(whole.length, 0);
        const { all } = Any!.decode(whole);
        // Integral doubles become int32, as of any number: the values stay.
        assert.deepStrictEqual(Any!.decode(Any!.encode({ all })), { all });
        expect(Object.keys(all)).toEqual(Object.keys(deserialize(inner)));
      }
    }
  });
});
