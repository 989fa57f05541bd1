/**
 * Emits the codecs of one schema file's module.
 *
 * ```ts
 * const codecs = emitCodecs({ model, roots, scope, typeOf, format: "ts" });
 * codecs.text;              // module-level functions and constants, to stand once anywhere below the imports
 * codecs.nameOf(id);        // the local constant `Codec<T>` of a root: `$orderCodec`
 * // export function encodeOrder(value: Order): Uint8Array { return encodeDocument($orderCodec, value); }
 * // export function decodeOrder(bytes: Uint8Array): Order { return decodeDocument($orderCodec, bytes); }
 * ```
 *
 * `roots` are the structures that need a `Codec`: messages, request and response documents, faults. What they refer to is
 * emitted with them, so that every module stands by itself: a structure that several schema files use is emitted in each. (A module
 * that imports its codecs from others would fall with them, and nothing is gained at run time.) Same model, same text.
 *
 * Imports are taken from the scope as they are needed (`taut/runtime/v1`, and `taut/runtime/v1/bson` where a type asks for it);
 * all names that are declared come from the scope, too. Knows nothing of services, files or TypeScript's compiler.
 */

import type { SchemaModel } from "../../model/schema-model.ts";
import type { ModuleScope } from "../module-scope.ts";
import { structureOf } from "../structure-of.ts";
import { emitBound } from "./bounds.ts";
import { emitCodecConstant } from "./codec-constant.ts";
import { EmitContext } from "./emit-context.ts";
import { literalText, literalValueText } from "./literal-text.ts";
import { emitReader } from "./read-unit.ts";
import { Shapes } from "./shapes.ts";
import { capitalized, SourceText } from "./source-text.ts";
import { Units } from "./units.ts";
import { emitWriter } from "./write-unit.ts";

export interface EmitCodecsOptions {
  readonly model: SchemaModel;
  /** Ids of the structures that need a codec, without duplicates. Each is a document or a tagged union. */
  readonly roots: readonly string[];
  readonly scope: ModuleScope;
  /** The TypeScript text of a root's type, for `Codec<...>`. Not asked for with format "js". */
  typeOf(id: string): string;
  /** "js" leaves all type annotations out. */
  readonly format: "ts" | "js";
}

export interface EmittedCodecs {
  /** Empty when there are no roots. */
  readonly text: string;
  /** The local name of the codec of a root. Throws for what is none. */
  nameOf(id: string): string;
}

export function emitCodecs(options: EmitCodecsOptions): EmittedCodecs {
  const { model, roots, scope, format } = options;
  const out = new SourceText(format);
  const units = new Units(model, scope, roots);
  const shapes = new Shapes(model, scope, format);
  const context = new EmitContext({ out, units, shapes, scope });
  const names = new Map<string, string>();
  for (const id of roots) {
    const structure = structureOf(model, id);
    const name = scope.declare(`codec${capitalized(structure.hint)}`);
    names.set(id, name);
    emitCodecConstant(context, name, structure, format === "ts" ? options.typeOf(id) : "");
  }
  for (let unit = units.next(); unit !== undefined; unit = units.next()) {
    emitBound(context, unit);
    emitWriter(context, unit);
    emitReader(context, unit);
  }
  return {
    text: `${constants(context)}${shapes}${out}`,
    nameOf(id) {
      const name = names.get(id);
      if (name === undefined) throw new Error(`no codec was asked for ${id}`);
      return name;
    },
  };
}

/** A pattern as a literal: the text of a compiled one is that, slashes and line ends escaped. Nothing invisible stands in it. */
function patternText(source: string): string {
  const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
  return String(new RegExp(source, "u")).replace(invisible, (text) => `\\u{${text.codePointAt(0)?.toString(16)}}`);
}

/** Tables and patterns that the functions look things up in. */
function constants(context: EmitContext): string {
  const lines: string[] = [];
  for (const { name, values } of context.literalTables) {
    const head = `const ${name} = new Set${context.out.typeArguments("unknown")}(`;
    lines.push(`\n${head}${literalText({ items: values.map(literalValueText) }, "", head.length, 2)});\n`);
  }
  for (const [source, name] of context.patterns) {
    lines.push(`\nconst ${name} = ${patternText(source)};\n`);
  }
  return lines.join("");
}
