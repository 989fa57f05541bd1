/** Emits codecs for hand-made models into a folder of their own, and imports them as a program would. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { emitCodecs } from "../../../codegen/emit/codec/index.ts";
import { ModuleScope } from "../../../codegen/emit/module-scope.ts";
import type { DefaultValue, DocumentType, Field, SchemaModel, Structure, Type } from "../../../codegen/model/schema-model.ts";
import { decodeDocument, encodeDocument } from "../../../src/codec/standalone.ts";
import type { Codec, CodecLimits } from "../../../src/contract/codec.ts";

const folder = fileURLToPath(new URL("../../.generated/", import.meta.url));
const place = { file: "hand-made.ts", line: 1, column: 1 };

/** A field: `"int32"` stands for the scalar; a `?` behind the name makes it optional. */
export function field(name: string, type: Type | Extract<Type, object>["kind"], options: { default?: DefaultValue } = {}): Field {
  const optional = name.endsWith("?");
  return {
    name: optional ? name.slice(0, -1) : name,
    type: typeof type === "string" ? ({ kind: type } as Type) : type,
    optional,
    ...(options.default === undefined ? {} : { default: options.default }),
  };
}

export function document(...fields: Field[]): DocumentType {
  return { kind: "document", fields };
}

export const ref = (id: string): Type => ({ kind: "ref", id });
export const array = (items: Type): Type => ({ kind: "array", items });
export const literals = (...values: (string | number | boolean)[]): Type => ({ kind: "literals", values, open: false });
export const nullable = (type: Type): Type => ({ kind: "value-union", arms: [{ kind: "null" }, type] });

/** A model of structures by name; those in `recursive` contain themselves. */
export function modelOf(structures: Record<string, Structure["type"]>, recursive: readonly string[] = []): SchemaModel {
  return {
    files: [],
    structures: new Map(
      Object.entries(structures).map(([id, type]) => [
        id,
        { id, name: `test.${id}`, hint: id, place, type, recursive: recursive.includes(id) },
      ]),
    ),
  };
}

export const defaultCodecLimits: CodecLimits = { maxDepth: 64, maxElements: 1_000_000 };

/** A codec with the ways to use it that tests want. */
export interface TestCodec {
  readonly codec: Codec<any>;
  encode(value: unknown, limits?: CodecLimits): Uint8Array;
  decode(bytes: Uint8Array, limits?: CodecLimits): any;
}

export function testCodec(codec: Codec<any>): TestCodec {
  return {
    codec,
    encode(value, limits) {
      if (limits === undefined) return encodeDocument(codec, value);
      const buffer = Buffer.alloc(codec.bound(value, limits));
      const end = codec.write(buffer, new DataView(buffer.buffer, buffer.byteOffset, buffer.length), 0, value, limits);
      return new Uint8Array(buffer.subarray(0, end));
    },
    decode(bytes, limits) {
      if (limits === undefined) return decodeDocument(codec, bytes);
      // In an ArrayBuffer of exactly the size: a load beyond it throws.
      const copy = Buffer.from(new Uint8Array(bytes).buffer);
      return codec.read(copy, new DataView(copy.buffer, copy.byteOffset, copy.length), 0, copy.length, limits);
    },
  };
}

/** The module's text for a model. */
export function emitModule(model: SchemaModel, roots: readonly string[], format: "ts" | "js"): string {
  const scope = new ModuleScope([], []);
  const codecs = emitCodecs({ model, roots, scope, typeOf: () => "unknown", format });
  const exports = roots.map((id) => `  ${codecs.nameOf(id)} as ${id},\n`).join("");
  return `${scope.importLines().join("")}${codecs.text}\nexport {\n${exports}};\n`;
}

/** The codecs of the named structures, emitted, written and imported. */
export async function codecsOf(
  model: SchemaModel,
  roots: readonly string[] = [...model.structures.keys()],
  format: "ts" | "js" = "ts",
): Promise<Record<string, TestCodec>> {
  const text = emitModule(model, roots, format);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${createHash("sha256").update(text).digest("hex").slice(0, 20)}.${format}`);
  writeFileSync(file, text);
  const module = (await import(pathToFileURL(file).href)) as Record<string, Codec<unknown>>;
  return Object.fromEntries(roots.map((id) => [id, testCodec(module[id] as Codec<unknown>)]));
}
