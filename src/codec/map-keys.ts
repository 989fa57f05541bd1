/** Keys of maps: text on the wire, and the type that the schema gave them in JavaScript. */

import { fail } from "../bson/fail.ts";
import { textBound } from "../bson/text-write.ts";
import { isUuid } from "../bson/uuid.ts";
import { brokenRules } from "./rules.ts";
import { resolveShape, type Shape } from "./shape.ts";

type Key = string | number | bigint | boolean;

/**
 * The key that a text stands for, in its canonical form alone: `"01"` is no number's. A Uuid is taken in any case, and comes out in lower
 * case. Undefined when the text stands for none.
 */
export function keyOf(shape: Shape, text: string): Key | undefined {
  const key = parseKey(shape, text);
  return key === undefined || brokenRules(resolveShape(shape), key).length > 0 ? undefined : key;
}

/** The text of a key of a Map. Fails for what is no key of the type. */
export function keyText(shape: Shape, key: unknown): string {
  const text = String(key as Key);
  // The way back proves that it is one: right range, own form. Of one JavaScript type, a text has one value.
  const back = keyOf(shape, text);
  if (back === undefined || typeof back !== typeof key) fail();
  return typeof back === "string" ? back : text;
}

/** At least the bytes of a key, its NUL not counted. */
export function keyBound(key: unknown): number {
  return typeof key === "string" ? textBound(key) : 32;
}

function parseKey(shape: Shape, text: string): Key | undefined {
  const resolved = resolveShape(shape);
  switch (resolved.kind) {
    case "string":
      return text;
    case "uuid":
      return isUuid(text) ? text.toLowerCase() : undefined;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "literals":
      return resolved.values.find((value) => String(value) === text) ?? (resolved.open ? text : undefined);
    case "int64":
    case "uint64": {
      const value = parseBigint(text);
      if (value === undefined) return undefined;
      const fits = resolved.kind === "int64" ? BigInt.asIntN(64, value) === value : BigInt.asUintN(64, value) === value;
      return fits ? value : undefined;
    }
    case "number":
    case "double":
    case "int32":
    case "uint32":
    case "int53": {
      const value = Number(text);
      if (String(value) !== text) return undefined;
      return fitsNumber(resolved.kind, value) ? value : undefined;
    }
    default:
      return undefined;
  }
}

function fitsNumber(kind: "number" | "double" | "int32" | "uint32" | "int53", value: number): boolean {
  switch (kind) {
    case "int32":
      return (value | 0) === value;
    case "uint32":
      return value >>> 0 === value;
    case "int53":
      return Number.isSafeInteger(value);
    default:
      return true;
  }
}

function parseBigint(text: string): bigint | undefined {
  return /^(?:0|-?[1-9][0-9]{0,19})$/.test(text) ? BigInt(text) : undefined;
}
