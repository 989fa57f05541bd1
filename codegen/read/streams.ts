/** Tells promises and streams by their declarations in the language's own files, and what people write instead of a stream. */

import { ts } from "ts-morph";
import type { Reading } from "./reading.ts";

/** What a promise resolves to. */
export function promiseOf(reading: Reading, type: ts.Type): ts.Type | undefined {
  return argumentOf(reading, type, "Promise");
}

/** The items of an AsyncIterable. */
export function streamOf(reading: Reading, type: ts.Type): ts.Type | undefined {
  return argumentOf(reading, type, "AsyncIterable");
}

/** The name of a type that streams, but not as an AsyncIterable. */
export function otherStream({ classes }: Reading, type: ts.Type): string | undefined {
  const symbol = type.symbol as ts.Symbol | undefined;
  const name = classes.platformName(symbol);
  return name !== undefined && otherStreams.has(name) ? name : undefined;
}

/** Names by which streams go that may not be declared at all: a schema has no DOM. */
export const otherStreams: ReadonlySet<string> = new Set([
  "AsyncGenerator",
  "AsyncIterableIterator",
  "AsyncIterator",
  "AsyncIteratorObject",
  "Generator",
  "Iterator",
  "Iterable",
  "IterableIterator",
  "ReadableStream",
  "WritableStream",
  "Readable",
  "Writable",
  "Observable",
]);

function argumentOf({ checker, classes }: Reading, type: ts.Type, name: string): ts.Type | undefined {
  if (!(type.flags & ts.TypeFlags.Object) || classes.libName(type.symbol as ts.Symbol | undefined) !== name) return undefined;
  return checker.getTypeArguments(type as ts.TypeReference)[0];
}
