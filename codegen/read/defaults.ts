/**
 * `@default` values: JSON, or bare text where a string is asked for, held against the field's type and rules.
 *
 * The decoder hands a default out unchecked, so what it could not have read is refused here; but for formats, which the runtime alone
 * knows.
 */

import type { DefaultValue, DocumentType, Rules, Type } from "../model/schema-model.ts";
import type { Tag } from "./doc-comments.ts";
import { integerRanges, isExact } from "./integer-ranges.ts";
import type { Reading, Site } from "./reading.ts";

type Fit = { readonly value: DefaultValue } | undefined;

/** The default, if it is a value of the type. */
export function fitDefault(reading: Reading, type: Type, tag: Tag): Fit {
  return new DefaultReader(reading).text(type, tag.value);
}

/** The same, and trouble if it is none. */
export function readDefault(reading: Reading, site: Site, type: Type, tag: Tag): Fit {
  const fit = fitDefault(reading, type, tag);
  if (fit === undefined) {
    reading.trouble(site, "default-value", {
      message: `${tag.value === "" ? "nothing" : tag.value} is not a value of the field's type`,
      typeText: `@default ${tag.value}`,
      place: tag.place,
    });
  }
  return fit;
}

class DefaultReader {
  readonly #reading: Reading;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  text(type: Type, text: string): Fit {
    // A bigint beyond what JSON's numbers hold; no bigint is -0.
    const bigint =
      /^[+-]?\d+n?$/.test(text) && text !== "-0" ? this.#value(type, BigInt(text.replace(/^\+|n$/g, ""))) : undefined;
    if (bigint !== undefined) return bigint;
    const json = isRoundedByJson(text) ? undefined : parse(text);
    const fit = json === undefined ? undefined : this.#value(type, json.value);
    // What looks like JSON is never meant as bare text.
    return fit ?? (/^["'[{]/.test(text) ? undefined : this.#value(type, text));
  }

  #value(type: Type, value: unknown): Fit {
    const fit = this.#bare(type, value);
    return fit !== undefined && keepsRules(type.rules, fit.value) ? fit : undefined;
  }

  #bare(type: Type, value: unknown): Fit {
    switch (type.kind) {
      case "ref":
        return this.#structure(type.id, value);
      case "value-union":
        return type.arms.map((arm) => this.#value(arm, value)).find((fit) => fit !== undefined);
      case "literals": {
        const plain = typeof value === "bigint" ? Number(value) : value;
        const member = type.values.find((one) => one === plain) ?? (type.open && typeof plain === "string" ? plain : undefined);
        return member === undefined ? undefined : { value: member };
      }
      case "array":
        return listOf(value, (item) => this.#value(type.items, item));
      case "set": {
        const list = listOf(value, (item) => this.#value(type.items, item));
        const items = list?.value as readonly unknown[] | undefined;
        return items !== undefined && new Set(items).size === items.length ? list : undefined;
      }
      case "tuple": {
        const required = type.items.filter(({ optional }) => !optional).length;
        const list = Array.isArray(value) ? value : [];
        if (list.length < required || (type.rest === undefined && list.length > type.items.length)) return undefined;
        return listOf(value, (item, index) => {
          const part = type.items[index]?.type ?? type.rest;
          return part === undefined ? undefined : this.#value(part, item);
        });
      }
      case "map":
        return entriesOf(value, (key, entry) => (isKey(type.key, key) ? this.#value(type.value, entry) : undefined));
      case "document":
        return this.#document(type, value);
      case "tagged": {
        const tag = isObject(value) ? value[type.tag] : undefined;
        const arm = type.arms.find(({ tags }) => tags.some((known) => known === tag));
        return arm === undefined ? undefined : this.#value(arm.type, value);
      }
      default:
        return scalar(type.kind, value);
    }
  }

  #structure(id: string, value: unknown): Fit {
    const { type } = this.#reading.structures.get(id);
    return type === undefined ? undefined : this.#value(type, value);
  }

  #document({ fields }: DocumentType, value: unknown): Fit {
    const known = new Map(fields.map((field) => [field.name, field]));
    const fit = entriesOf(value, (key, entry) => {
      const field = known.get(key);
      return field === undefined ? undefined : this.#value(field.type, entry);
    });
    const isWhole = fields.every(({ name, optional }) => optional || Object.hasOwn(Object(fit?.value), name));
    return isWhole ? fit : undefined;
  }
}

/** JSON's numbers do not hold one of its integers exactly. */
function isRoundedByJson(text: string): boolean {
  const numbers = text.replace(/"(?:[^"\\]|\\.)*"/g, "").match(/[+-]?\d[\d.eE+-]*/g) ?? [];
  return numbers.some((number) => /^[+-]?\d+$/.test(number) && !isExact(BigInt(number.replace("+", ""))));
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown, item: (item: unknown, index: number) => Fit): Fit {
  if (!Array.isArray(value)) return undefined;
  const fits = value.map(item);
  return fits.includes(undefined) ? undefined : { value: fits.map((fit) => fit?.value ?? null) };
}

function entriesOf(value: unknown, entry: (key: string, value: unknown) => Fit): Fit {
  if (!isObject(value)) return undefined;
  const fits = Object.entries(value).map(([key, item]) => [key, entry(key, item)] as const);
  if (fits.some(([, fit]) => fit === undefined)) return undefined;
  return { value: Object.fromEntries(fits.map(([key, fit]) => [key, fit?.value ?? null])) };
}

/** What a key that is written so is to JavaScript. */
function keyFit(key: Extract<Type, { kind: "map" }>["key"], text: string): Fit {
  switch (key.kind) {
    case "string":
      return { value: text };
    case "literals": {
      const member = key.values.find((value) => String(value) === text);
      return member === undefined && !key.open ? undefined : { value: member ?? text };
    }
    case "boolean":
      return text === "true" || text === "false" ? { value: text === "true" } : undefined;
    case "uuid":
      return text === text.toLowerCase() ? scalar("uuid", text) : undefined;
    case "number":
    case "double":
      return String(Number(text)) === text && Number.isFinite(Number(text)) ? { value: Number(text) } : undefined;
    default:
      return /^(?:0|-?[1-9]\d*)$/.test(text) ? scalar(key.kind, BigInt(text)) : undefined;
  }
}

function isKey(key: Extract<Type, { kind: "map" }>["key"], text: string): boolean {
  const fit = keyFit(key, text);
  return fit !== undefined && keepsRules(key.rules, fit.value);
}

function scalar(kind: Type["kind"], value: unknown): Fit {
  switch (kind) {
    case "string":
      return typeof value === "string" && value.isWellFormed() ? { value } : undefined;
    case "boolean":
      return typeof value === "boolean" ? { value } : undefined;
    case "null":
      return value === null ? { value } : undefined;
    case "number":
    case "double": {
      const number = typeof value === "bigint" ? Number(value) : value;
      if (typeof number !== "number" || !Number.isFinite(number)) return undefined;
      return typeof value === "bigint" && !isExact(value) ? undefined : { value: number };
    }
    case "int32":
    case "uint32":
    case "int53":
      return integer(kind, value, Number);
    case "int64":
    case "uint64":
      return integer(kind, value, (whole) => whole);
    case "uuid":
      return typeof value === "string" && uuid.test(value) ? { value: value.toLowerCase() } : undefined;
    case "date":
      return typeof value === "string" && zonedDate.test(value) ? instant(value) : undefined;
    case "unknown":
    case "json":
      return typeof value === "bigint" ? { value: Number(value) } : { value: value as DefaultValue };
    default:
      return undefined;
  }
}

function integer(kind: string, value: unknown, made: (whole: bigint) => number | bigint): Fit {
  const whole = typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : value;
  const [least, most] = integerRanges[kind] ?? [0n, 0n];
  return typeof whole === "bigint" && whole >= least && whole <= most ? { value: made(whole) } : undefined;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** A date alone is UTC; a time without a zone would be that of the machine. */
const zonedDate = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

function instant(text: string): Fit {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : { value: date };
}

function keepsRules(rules: Rules | undefined, value: DefaultValue): boolean {
  if (rules === undefined) return true;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, pattern, minItems, maxItems } = rules;
  if (typeof value === "number" || typeof value === "bigint") {
    if (minimum !== undefined && value < minimum) return false;
    if (maximum !== undefined && value > maximum) return false;
    if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return false;
    return exclusiveMaximum === undefined || value < exclusiveMaximum;
  }
  if (typeof value === "string") {
    const length = [...value].length;
    if (length < (minLength ?? 0) || length > (maxLength ?? length)) return false;
    return pattern === undefined || new RegExp(pattern, "u").test(value);
  }
  if (!Array.isArray(value)) return true;
  if (rules.uniqueItems === true && new Set(value).size < value.length) return false;
  return value.length >= (minItems ?? 0) && value.length <= (maxItems ?? value.length);
}
