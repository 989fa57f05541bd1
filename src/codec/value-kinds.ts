/**
 * What generated writers ask of the JavaScript values they are given: an object with fields, a real array, a Set, a Map.
 *
 * Everything else fails. The checks of collections work across realms, where `instanceof` would not.
 */

import * as types from "node:util/types";
import { fail } from "../bson/fail.ts";
import { isPlainObject } from "../bson/value-write.ts";

/**
 * An object whose fields are asked for, or set, by their names. Not a record: a project whose tsconfig says
 * `noPropertyAccessFromIndexSignature` could not compile what is generated for it.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above; generated code checks each field before it uses it
export type Fields = any;

/** An object whose fields can be asked for. That required ones are there is noticed when they are written. */
export function fieldsOf(x: unknown): Fields {
  if (typeof x !== "object" || x === null) fail();
  return x as Fields;
}

/**
 * The same for a type without required fields, for which nothing else would notice what the object is: an array, a Map or a promise
 * that was not awaited would be written as an empty document.
 */
export function looseFieldsOf(x: unknown): Fields {
  if (typeof x !== "object" || x === null || hidesItsData(x)) fail();
  return x as Fields;
}

/** Built-ins whose data are not properties. */
export function hidesItsData(x: object): boolean {
  return (
    !isPlainObject(x) &&
    (Array.isArray(x) ||
      types.isMap(x) ||
      types.isSet(x) ||
      types.isDate(x) ||
      types.isPromise(x) ||
      types.isRegExp(x) ||
      types.isBoxedPrimitive(x) ||
      types.isAnyArrayBuffer(x) ||
      ArrayBuffer.isView(x) ||
      types.isWeakMap(x) ||
      types.isWeakSet(x))
  );
}

/** The object behind a record: its own enumerable string keys are the entries. */
export function objectOf(x: unknown): Fields {
  return looseFieldsOf(x);
}

/** A field whose name every object inherits something under: only an own property counts. */
export function ownField(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** A real array; array-likes and other iterables are refused. */
export function itemsOf(x: unknown): readonly unknown[] {
  return Array.isArray(x) ? x : fail();
}

export function isSet(x: unknown): x is ReadonlySet<unknown> {
  return types.isSet(x);
}

export function isMap(x: unknown): x is ReadonlyMap<unknown, unknown> {
  return types.isMap(x);
}

export function isDate(x: unknown): x is Date {
  return types.isDate(x);
}

export function setOf(x: unknown): ReadonlySet<unknown> {
  return isSet(x) ? x : fail();
}

export function mapOf(x: unknown): ReadonlyMap<unknown, unknown> {
  return isMap(x) ? x : fail();
}
