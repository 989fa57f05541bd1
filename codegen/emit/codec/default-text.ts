/** The literal that a decoder fills in for an absent field with `@default`: made anew for each document. */

import { quote } from "../../model/quote.ts";
import type { DefaultValue, MapType, Type } from "../../model/schema-model.ts";
import { objectKey } from "../names.ts";
import { literalValueText } from "./literal-text.ts";
import type { Units } from "./units.ts";

export function defaultText(units: Units, type: Type, value: DefaultValue): string {
  const resolved = units.resolve(type);
  switch (resolved.kind) {
    case "int64":
    case "uint64":
      return typeof value === "number" ? `${BigInt(value)}n` : scalarText(value);
    case "set":
      return `new Set(${listText(units, resolved.items, value)})`;
    case "array":
      return listText(units, resolved.items, value);
    case "tuple": {
      const items = value as readonly DefaultValue[];
      const texts = items.map((item, index) =>
        defaultText(units, resolved.items[index]?.type ?? resolved.rest ?? anything, item),
      );
      return `[${texts.join(", ")}]`;
    }
    case "map": {
      const entries = Object.entries(value as Record<string, DefaultValue>);
      if (resolved.form === "object")
        return objectText(entries.map(([key, entry]) => [key, defaultText(units, resolved.value, entry)]));
      const texts = entries.map(
        ([key, entry]) => `[${keyText(resolved.key, key)}, ${defaultText(units, resolved.value, entry)}]`,
      );
      return `new Map([${texts.join(", ")}])`;
    }
    case "document": {
      const fields = new Map(resolved.fields.map((field) => [field.name, field.type]));
      const entries = Object.entries(value as Record<string, DefaultValue>);
      return objectText(entries.map(([key, entry]) => [key, defaultText(units, fields.get(key) ?? anything, entry)]));
    }
    case "tagged": {
      const tag = (value as Record<string, DefaultValue>)[resolved.tag];
      const arm = resolved.arms.find(({ tags }) => tags.some((known) => known === tag));
      return defaultText(units, arm?.type ?? anything, value);
    }
    case "value-union": {
      // Arms differ on the wire: at most one is a list, at most one an object. What is a scalar says itself what it is.
      const kinds = Array.isArray(value) ? lists : isObject(value) ? objects : none;
      return defaultText(units, resolved.arms.find((arm) => kinds.has(units.resolve(arm).kind)) ?? anything, value);
    }
    default:
      return plainText(value);
  }
}

const anything: Type = { kind: "json" };
const lists: ReadonlySet<Type["kind"]> = new Set(["array", "set", "tuple", "value-union"] as const);
const objects: ReadonlySet<Type["kind"]> = new Set(["map", "document", "tagged", "value-union"] as const);
const none: ReadonlySet<Type["kind"]> = new Set();

function isObject(value: DefaultValue): value is { readonly [key: string]: DefaultValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function listText(units: Units, items: Type, value: DefaultValue): string {
  return `[${(value as readonly DefaultValue[]).map((item) => defaultText(units, items, item)).join(", ")}]`;
}

function keyText(type: MapType["key"], key: string): string {
  if (type.kind === "int64" || type.kind === "uint64") return `${BigInt(key)}n`;
  if (type.kind === "literals") return literalValueText(type.values.find((value) => String(value) === key) ?? key);
  return type.kind === "string" || type.kind === "uuid" ? quote(key) : key;
}

function objectText(entries: readonly (readonly [string, string])[]): string {
  if (entries.length === 0) return "{}";
  return `{ ${entries.map(([key, text]) => `${objectKey(key)}: ${text}`).join(", ")} }`;
}

/** Where the type says no more than the value. */
function plainText(value: DefaultValue): string {
  if (Array.isArray(value)) return `[${value.map(plainText).join(", ")}]`;
  if (isObject(value)) return objectText(Object.entries(value).map(([key, entry]) => [key, plainText(entry)]));
  return scalarText(value);
}

function scalarText(value: DefaultValue): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Date) return `new Date(${quote(value.toISOString())})`;
  return Object.is(value, -0) ? "-0" : String(value);
}
