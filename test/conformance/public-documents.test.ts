/**
 * Public documents, typed as schemas: MongoDB's benchmark and three well-known JSON texts. What `bson` writes is read as `bson` reads it,
 * and written again byte for byte. Skipped where the documents are not beside the repository.
 */

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { deserialize, EJSON, serialize } from "bson";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generate } from "../../codegen/index.ts";
import { inferSchema } from "./inferred-schema.ts";

const shared = process.env.TAUT_SHARED ?? fileURLToPath(new URL("../../../shared", import.meta.url));
const generated = fileURLToPath(new URL("../.generated", import.meta.url));

interface PublicDocument {
  readonly name: string;
  readonly value: object;
}

function documentsOf(name: string, parse: (text: string) => object): PublicDocument[] {
  const folder = join(shared, "data", name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => ({ name: file.slice(0, -".json".length), value: parse(readFileSync(join(folder, file), "utf8")) }));
}

const documents = [
  ...documentsOf("mongodb-bson-benchmark", (text) => EJSON.parse(text, { relaxed: false }) as object),
  ...documentsOf("json-benchmark", (text) => JSON.parse(text) as object),
];

const shuffled: ReadonlySet<string> = new Set(["twitter"]);

interface Codec {
  encodeRoot(value: unknown): Uint8Array;
  decodeRoot(bytes: Uint8Array): unknown;
}

/** As `bson` reads it, in our words: int64 is a bigint and bytes are plain. */
function readByBson(bytes: Uint8Array): unknown {
  return plain(deserialize(bytes, { useBigInt64: true, promoteBuffers: true, bsonRegExp: true }));
}

function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

describe.skipIf(documents.length === 0)("public documents, typed as schemas", () => {
  let folder: string;
  beforeAll(async () => {
    mkdirSync(generated, { recursive: true });
    folder = mkdtempSync(join(generated, "public-"));
    for (const { name, value } of documents) {
      mkdirSync(join(folder, "schemas", name), { recursive: true });
      writeFileSync(join(folder, "schemas", name, "document.ts"), inferSchema(value));
    }
    const result = await generate({ root: join(folder, "schemas"), out: join(folder, "modules"), emit: "js" });
    expect(result.diagnostics).toEqual([]);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(documents)(
    "$name is read as bson reads it, and written as bson writes it",
    { timeout: 120_000 },
    async ({ name, value }) => {
      const module = pathToFileURL(join(folder, "modules", name, "document.js")).href;
      const { encodeRoot, decodeRoot } = (await import(module)) as Codec;
      const bytes = serialize(value, { ignoreUndefined: true });
      const read = decodeRoot(bytes);
      // `toEqual` would take an absent key for one that is undefined, and print megabytes.
      assert.deepStrictEqual(read, readByBson(bytes));
      const written = encodeRoot(read);
      assert.equal(written.length, bytes.length);
      // One interface for many documents has one order of its fields; theirs may differ.
      if (!shuffled.has(name)) assert(Buffer.from(bytes).equals(written));
      assert.deepStrictEqual(readByBson(written), readByBson(bytes));
      assert.deepStrictEqual(decodeRoot(written), read);
    },
  );
});
