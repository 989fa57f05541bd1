/** The second look at a plain value that could not be written: where in it the first problem is, and what it is. */

import * as types from "node:util/types";
import type { Violation } from "../errors/codec-error.ts";
import { exoticTypes } from "./exotic-types.ts";
import { isPlainObject, isSerialiser } from "./value-write.ts";

/** The first value that `writeValue` would refuse; undefined when there is none. */
export function explainValue(value: unknown, path: string, depth: number, open = new Set<object>()): Violation | undefined {
  switch (typeof value) {
    case "string":
      return value.isWellFormed()
        ? undefined
        : { path, rule: "utf8", message: "holds a lone surrogate, which UTF-8 has no form for" };
    case "number":
    case "boolean":
      return undefined;
    case "bigint":
      return BigInt.asIntN(64, value) === value ? undefined : { path, rule: "type", message: "is a bigint beyond 64 bits" };
    case "object":
      return value === null ? undefined : explainObject(value, path, depth, open);
    default:
      return { path, rule: "type", message: `is ${typeof value}, which cannot be sent` };
  }
}

function explainObject(value: object, path: string, depth: number, open: Set<object>): Violation | undefined {
  const isArray = Array.isArray(value);
  if (!isArray && !isPlainObject(value)) {
    if (types.isUint8Array(value) || exoticTypes().bound(value) >= 0) return undefined;
    if (!types.isDate(value))
      return { path, rule: "type", message: "is no plain data: only plain objects and arrays can be sent" };
    return Number.isNaN(Date.prototype.getTime.call(value)) ? { path, rule: "type", message: "is an invalid Date" } : undefined;
  }
  if (open.has(value)) return { path, rule: "cycle", message: "contains itself: BSON has no references" };
  if (depth <= 0) return { path, rule: "maxDepth", message: "nests deeper than maxDepth" };
  open.add(value);
  const problem = isArray ? explainItems(value, path, depth, open) : explainEntries(value, path, depth, open);
  open.delete(value);
  return problem;
}

function explainItems(items: readonly unknown[], path: string, depth: number, open: Set<object>): Violation | undefined {
  for (let i = 0; i < items.length; i += 1) {
    const problem = explainValue(items[i], `${path}[${i}]`, depth - 1, open);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function explainEntries(value: object, path: string, depth: number, open: Set<object>): Violation | undefined {
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined || isSerialiser(key, part)) continue;
    const partPath = path === "" ? key : `${path}.${key}`;
    if (key.includes("\0")) return { path: partPath, rule: "key", message: "the key holds a NUL, which would end it early" };
    if (!key.isWellFormed()) return { path: partPath, rule: "utf8", message: "the key holds a lone surrogate" };
    const problem = explainValue(part, partPath, depth - 1, open);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
