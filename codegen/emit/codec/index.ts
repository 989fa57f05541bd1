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
