/** The literal that a decoder fills in for an absent field with `@default`: made anew for each document. */

import type { DefaultValue, Type } from "../../model/schema-model.ts";
import { objectKey, quote } from "../names.ts";
import type { Units } from "./units.ts";

export function defaultText(units: Units, type: Type, value: DefaultValue): string {
  const resolved = units.resolve(type);
  switch (resolved.kind) {
    case "date":
      return `new Date(${scalarText(value)})`;
    case "int64":
    case "uint64":
      return typeof value === "number" ? `${BigInt(value)}n` : scalarText(value);
    case "set":
      return `new Set(${listText(units, resolved.items, value)})`;
    case "array":
      return listText(units, resolved.items, value);
    case "map": {
      const entries = Object.entries(value as Record<string, DefaultValue>);
      if (resolved.form === "object")
        return objectText(entries.map(([key, entry]) => [key, defaultText(units, resolved.value, entry)]));
      const texts = entries.map(
        ([key, entry]) => `[${keyText(resolved.key.kind, key)}, ${defaultText(units, resolved.value, entry)}]`,
      );
      return `new Map([${texts.join(", ")}])`;
    }
    case "document": {
      const fields = new Map(resolved.fields.map((field) => [field.name, field.type]));
      const entries = Object.entries(value as Record<string, DefaultValue>);
      return objectText(entries.map(([key, entry]) => [key, defaultText(units, fields.get(key) ?? { kind: "json" }, entry)]));
    }
    default:
      return plainText(value);
  }
}

function listText(units: Units, items: Type, value: DefaultValue): string {
  return `[${(value as readonly DefaultValue[]).map((item) => defaultText(units, items, item)).join(", ")}]`;
}

function keyText(kind: string, key: string): string {
  if (kind === "int64" || kind === "uint64") return `${BigInt(key)}n`;
  return kind === "string" || kind === "literals" ? quote(key) : key;
}

function objectText(entries: readonly (readonly [string, string])[]): string {
  if (entries.length === 0) return "{}";
  return `{ ${entries.map(([key, text]) => `${objectKey(key)}: ${text}`).join(", ")} }`;
}

/** Where the type says no more than the value. */
function plainText(value: DefaultValue): string {
  if (Array.isArray(value)) return `[${value.map(plainText).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return objectText(Object.entries(value as Record<string, DefaultValue>).map(([key, entry]) => [key, plainText(entry)]));
  }
  return scalarText(value);
}

function scalarText(value: DefaultValue): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "bigint") return `${value}n`;
  return Object.is(value, -0) ? "-0" : String(value);
}
