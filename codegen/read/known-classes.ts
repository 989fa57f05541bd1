/** Tells the classes of the platform and of `bson` from the user's own types, by where they are declared. */

import { readFileSync } from "node:fs";
import { ts } from "ts-morph";
import type { ScalarKind } from "../model/schema-model.ts";
import { isLibFile } from "./lib-files.ts";

const carriedBsonClasses: Readonly<Record<string, ScalarKind>> = {
  ObjectId: "objectId",
  Decimal128: "decimal128",
  Timestamp: "timestamp",
  Binary: "binary",
  MinKey: "minKey",
  MaxKey: "maxKey",
  BSONRegExp: "bsonRegExp",
};

/** How to write what the platform has a class for. */
const platformRemedies: Readonly<Record<string, string>> = {
  RegExp: "write the pattern as a `string`, or use `BSONRegExp` of bson",
  URL: "write `string` with `@format uri`",
  Buffer: "write `Uint8Array` (a Buffer may be given for one)",
  ArrayBuffer: "write `Uint8Array`",
  SharedArrayBuffer: "write `Uint8Array`",
  ArrayBufferLike: "write `Uint8Array`",
  DataView: "write `Uint8Array`",
  Blob: "write `Uint8Array`, or a stream of them",
  File: "write `Uint8Array`, or a stream of them",
  Error: 'declare a fault: `export interface Gone extends Fault<"NOT_FOUND"> {}`',
  Promise: "write what it resolves to; only a method's result is a promise",
  PromiseLike: "write what it resolves to; only a method's result is a promise",
  AsyncIterable: "make it the method's only parameter or its result, or write an array",
  Iterable: "write an array",
  ArrayLike: "write an array",
  Iterator: "write an array",
  Function: "remove it, or make it a method of a service",
  Symbol: "use a string literal",
  String: "write `string`",
  Number: "write `number`",
  Boolean: "write `boolean`",
  BigInt: "write `bigint`",
  Object: "write an interface, `Record<string, T>`, or `unknown`",
  WeakMap: "write a `Map` or a `Record`",
  WeakSet: "write an array",
  ReadableStream: "write `AsyncIterable<T>` as the method's only parameter or its result",
  Readable: "write `AsyncIterable<Uint8Array>` as the method's only parameter or its result",
  Temporal: "write `Date`, or an ISO 8601 `string` with `@format date-time`",
  URLSearchParams: "write `Record<string, string>`",
  Headers: "write `Record<string, string>`, or send metadata",
  NodeJS: "write the data that it stands for",
  AbortSignal: "remove it: calls are cancelled by their options",
};

const typedArrays = /^(?:Int8|Uint8Clamped|Int16|Uint16|Int32|Uint32|Float16|Float32|Float64|BigInt64|BigUint64)Array$/;

export function platformRemedy(name: string): string | undefined {
  if (typedArrays.test(name)) return "write an array of numbers, or `Uint8Array` of its bytes";
  return Object.hasOwn(platformRemedies, name) ? platformRemedies[name] : undefined;
}

export class KnownClasses {
  readonly #packages = new Map<string, string | undefined>();

  /** The name of a type that the language's own declarations declare: `Date`, `Map`. */
  libName(symbol: ts.Symbol | undefined): string | undefined {
    const declaration = symbol?.declarations?.[0];
    return declaration !== undefined && isLibFile(declaration.getSourceFile().fileName) ? symbol?.name : undefined;
  }

  /** The same for what Node's and other platforms' global types declare: `Buffer`. */
  platformName(symbol: ts.Symbol | undefined): string | undefined {
    const declaration = symbol?.declarations?.[0];
    if (symbol === undefined || declaration === undefined) return undefined;
    const file = declaration.getSourceFile().fileName;
    return isLibFile(file) || file.includes("/node_modules/@types/node/") ? symbol.name : undefined;
  }

  /** What a class of `bson` is here: a kind, or "refused" for those that have plain values. */
  bsonClass(symbol: ts.Symbol | undefined): ScalarKind | "refused" | undefined {
    const declaration = symbol?.declarations?.find(ts.isClassDeclaration);
    if (symbol === undefined || declaration === undefined) return undefined;
    if (this.#packageOf(declaration.getSourceFile().fileName) !== "bson") return undefined;
    return Object.hasOwn(carriedBsonClasses, symbol.name) ? carriedBsonClasses[symbol.name] : "refused";
  }

  /** The name of the package that a file is part of. */
  #packageOf(fileName: string): string | undefined {
    const folder = fileName.slice(0, Math.max(0, fileName.lastIndexOf("/")));
    if (this.#packages.has(folder)) return this.#packages.get(folder);
    const name = folder === "" ? undefined : (nameIn(`${folder}/package.json`) ?? this.#packageOf(folder));
    this.#packages.set(folder, name);
    return name;
  }
}

function nameIn(file: string): string | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    const name = typeof value === "object" && value !== null ? (value as { name?: unknown }).name : undefined;
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
}
