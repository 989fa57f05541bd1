/** Names: clashes, keywords and hostile ones. */

import { describe, expect, it } from "vitest";
import { emitModules } from "../../codegen/emit/index.ts";
import { codesOf, fieldsOf, fileOf, readClean, readSource } from "./read-source.ts";

describe("two declarations of one full name", () => {
  it("are told with both places, in one package alone", () => {
    const { diagnostics } = readSource({
      "a/v1/x.ts": "export interface Order {}",
      "a/v1/y.ts": "\nexport interface Order {}",
      "a/v2/x.ts": "export interface Order {}",
    });
    expect(diagnostics).toMatchObject([
      { code: "TAUT5001", place: { file: "a/v1/y.ts", line: 2 }, other: { file: "a/v1/x.ts", line: 1 } },
    ]);
  });

  it("are none where a name is passed on within its package", () => {
    const { diagnostics } = readSource({
      "a/v1/x.ts": "export interface Order {}",
      "a/v1/y.ts": 'export type { Order } from "./x.ts";',
    });
    expect(codesOf(diagnostics, "error")).toEqual([]);
  });
});

describe("clashes of emitted names", () => {
  it.each<[string, string]>([
    ["two services of one stem", "export interface Orders { a(): void } export interface OrdersService { a(): void }"],
    ["a message like a handler", "export interface Orders { a(): void } export interface OrdersHandler { id: string }"],
    ["a message like a client", "export interface OrdersService { a(): void } export type OrdersClient = { id: string };"],
    ["a type like a description", "export interface Orders { a(): void } export type OrdersService = string;"],
    [
      "a type like a fault's data",
      'import type { Fault } from "taut/schema"; export interface Gone extends Fault {} export enum GoneData { A }',
    ],
    ["a message like an encoder", "export interface Order {} export interface encodeOrder {}"],
  ])("%s is told", (_, text) => {
    const { diagnostics } = readSource(text);
    expect(codesOf(diagnostics)).toContain("TAUT5002");
    expect(diagnostics.find(({ code }) => code === "TAUT5002")?.other).toBeDefined();
  });

  it("are none between a service and its own interface, or a name of another file", () => {
    readClean({
      "a/x.ts": "export interface OrdersService { a(): void } export interface Orders { id: string }",
      "b/x.ts": "export interface OrdersHandler { id: string }",
    });
  });
});

describe("SC-3: keywords as names", () => {
  it("are carried wherever TypeScript lets them be names", () => {
    const words =
      "class delete await async arguments prototype default interface string function new switch yield let static enum".split(
        " ",
      );
    const model = readClean(`
      export interface S { ${words.map((word) => `"${word}"(request: M): Promise<M>`).join("; ")} }
      export interface M { ${[...words, "constructor"].map((word) => `${word}: string`).join("; ")} }
      export type E = ${words.map((word) => `"${word}"`).join(" | ")};
      export interface async {}
      export interface of {}
    `);
    expect(fileOf(model).services[0]?.methods.map(({ name }) => name)).toEqual(words);
    expect(fileOf(model).messages.map(({ name }) => name)).toEqual(["M", "async", "of"]);
  });
});

describe("SC-4: odd services", () => {
  it("without methods are messages; methods of one name are told, or are overloads", () => {
    const model = readClean(
      "export interface None {} export interface A { None(): Promise<None> } export interface B { None(): Promise<None> }",
    );
    expect(fileOf(model).services.map(({ name }) => name)).toEqual(["A", "B"]);
    expect(fileOf(model).messages.map(({ name }) => name)).toEqual(["None"]);
    expect(codesOf(readSource("export interface A { m(): void; m(id: string): void }").diagnostics)).toEqual(["TAUT2002"]);
  });
});

describe("SC-6: what TypeScript has and a schema has not", () => {
  it.each<[string, string]>([
    ["functions", "() => void"],
    ["any", "any"],
    ["symbol", "symbol"],
    ["object", "object"],
    ["pattern", "`a\u0024{string}`"],
    ["RegExp", "RegExp"],
    ["class", "Thing"],
    ["typed array", "Float64Array"],
  ])("%s: is told with file, line, column and a hint", (_, text) => {
    const { diagnostics } = readSource(
      `class Thing { go() {} }\nexport interface X {\n  x: ${text};\n}\nexport interface S { m(x: X): void }`,
    );
    expect(diagnostics).toMatchObject([{ severity: "error", place: { file: "shop/v1/shop.ts", line: 3 } }]);
    expect(diagnostics[0]?.place.column).toBeGreaterThan(0);
    expect(diagnostics[0]?.remedy).not.toBe("");
  });

  it("conditional and mapped types, maps and generics with defaults are no such things: they are resolved", () => {
    const model = readClean(`
      interface Page<T = string> { items: T[] }
      export interface X { a: true extends boolean ? string : never; b: { [K in "x"]: K }; c: Map<string, string>; d: Page }
    `);
    const id = fileOf(model).messages[0]?.structure ?? "";
    expect(fieldsOf(model, { kind: "ref", id }).map(({ type }) => type.kind)).toEqual(["string", "ref", "map", "ref"]);
  });
});

describe("SC-7, SC-1: hostile names", () => {
  const hostile = [
    "'",
    '"',
    "`",
    "\\",
    "*/",
    "\u0024{globalThis.injected = 1}",
    "\n",
    "\r\n",
    "\u2028",
    "\u2029",
    "</script>",
    "__proto__",
    "\u202e",
    "😀",
  ];

  it("are carried as they are", () => {
    const model = readClean(`
      export interface S { ${hostile
        .filter((name) => name !== "__proto__")
        .map((name) => `${JSON.stringify(name)}(): Promise<void>`)
        .join("; ")} }
      export interface M { ${hostile.map((name) => `${JSON.stringify(name)}: string`).join("; ")} }
      export interface L { x: ${hostile.map((name) => JSON.stringify(name)).join(" | ")} }
    `);
    expect(fileOf(model).services[0]?.methods.map(({ name }) => name)).toEqual(hostile.filter((name) => name !== "__proto__"));
    const [m, l] = fileOf(model).messages.map(({ structure }) => fieldsOf(model, { kind: "ref", id: structure }));
    expect(m?.map(({ name }) => name)).toEqual(hostile);
    expect(l?.[0]?.type).toMatchObject({ values: [...hostile].sort() });
    const texts = emitModules(model, { emit: "js", importExtension: "js", schemaRoot: "../schemas" }).map(({ text }) => text);
    for (const text of texts) expect(text).not.toMatch(/[\u2028\u2029]/);
  });

  it("never reach the identifiers made from them", () => {
    const model = readClean(
      `export interface M { ${hostile.map((name) => `${JSON.stringify(name)}: { a: string }`).join("; ")} }`,
    );
    for (const { hint } of model.structures.values()) expect(hint).toMatch(/^[A-Za-z0-9_]+$/);
  });

  it("of BSON are told: NUL and lone surrogates", () => {
    const { diagnostics } = readSource('export interface M { "a\\0": string; "\\ud800": string }');
    expect(codesOf(diagnostics)).toEqual(["TAUT3027", "TAUT3027"]);
  });
});
