/** Where rules of the language meet: what is dropped, what is kept, and who is told of trouble. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: template types are what is tested

import { describe, expect, it } from "vitest";
import { emitModules } from "../../codegen/emit/index.ts";
import type { Type } from "../../codegen/model/schema-model.ts";
import { codesOf, fileOf, messageFields, readClean, readSource, typeOf } from "./read-source.ts";

describe("undefined", () => {
  it("leaves an optional field out that could never be there", () => {
    const model = readClean("export interface X { a?: never; b?: undefined; c: string }");
    expect(messageFields(model, "X").map(({ name }) => name)).toEqual(["c"]);
  });

  it("is no type for a parameter, required or not", () => {
    const { diagnostics } = readSource("export interface S { a(x: undefined): void; b(x?: undefined): void }");
    expect(codesOf(diagnostics, "error")).toEqual(["TAUT3012", "TAUT3012"]);
  });

  it("may be the result of a method, which then answers an absent value", () => {
    const model = readClean("export interface S { find(id: string): Promise<string | undefined> }");
    const [method] = fileOf(model).services[0]?.methods ?? [];
    expect(method).toMatchObject({ result: { kind: "string" }, resultOrUndefined: true, resultWrapping: "value" });
    expect(model.structures.get(method?.response ?? "")?.type).toMatchObject({ fields: [{ name: "value", optional: true }] });
    const [module] = emitModules(model, { emit: "ts", importExtension: "ts", schemaRoot: "../schemas" });
    expect(module?.text).toContain("Promise<string | undefined>");
  });

  it("is no item of a stream", () => {
    const { diagnostics } = readSource("export interface S { watch(): AsyncIterable<string | undefined> }");
    expect(codesOf(diagnostics, "error")).toEqual(["TAUT3013"]);
  });
});

describe("this", () => {
  it("is the interface that it stands in", () => {
    const model = readClean("export interface Tree { kids: this[]; parent?: this }");
    const fields = messageFields(model, "Tree");
    const ref = { kind: "ref", id: "shop.v1.Tree" };
    expect(fields.map(({ type }) => type)).toEqual([{ kind: "array", items: ref }, ref]);
  });
});

describe("tags on the way through types", () => {
  const email = "/** @format email */ type Email = string;\n";

  it("come with the property through mapped types that keep its type", () => {
    const model = readClean(`${email} interface U { mail: Email } export interface X { a: Partial<U>; b: Pick<U, "mail"> }`);
    for (const { type } of messageFields(model, "X")) {
      const fields = type.kind === "ref" ? model.structures.get(type.id)?.type : undefined;
      expect(fields).toMatchObject({ fields: [{ type: { kind: "string", rules: { format: "email" } } }] });
    }
  });

  it("stay behind where a mapped type gives the property another type", () => {
    const model = readClean(`${email} interface U { mail: Email } export type X = { [K in keyof U]: string }`);
    expect(messageFields(model, "X")[0]?.type).toEqual({ kind: "string" });
  });

  const user = `import type { Int32 } from "taut/schema"; ${email} /** @maximum 100 */ type Percent = Int32;
    interface User {
      mail: Email;
      /** How much. @minimum 1 @default 5 */ share: Percent;
      /** @default null */ nick?: string | null;
      either: Percent | "all" | null;
    }`;
  const rulesOf = ({ rules, ...type }: Type): unknown =>
    rules ?? (type.kind === "value-union" ? type.arms.map(rulesOf).find((found) => found !== undefined) : undefined);

  it.each([
    ["{ [K in keyof User]: User[K] | null }", "mail share nick? either"],
    ["{ [K in keyof User]?: User[K] | undefined }", "mail? share? nick? either?"],
    ["{ [K in keyof User]: NonNullable<User[K]> }", "mail share nick? either"],
    ["{ [K in keyof User as `the_${K}`]: User[K] }", "the_mail the_share the_nick? the_either"],
    ["Partial<{ [K in keyof User as `the_${K}`]: User[K] | null }>", "the_mail? the_share? the_nick? the_either?"],
  ])("come with the part of it that is left in %s", (text, names) => {
    const fields = messageFields(readClean(`${user} export type X = ${text}`), "X");
    expect(fields.map(({ name, optional }) => `${name}${optional ? "?" : ""}`).join(" ")).toBe(names);
    const [mail, share, nick, either] = fields;
    expect([mail, share, nick, either].map((field) => field && rulesOf(field.type))).toEqual([
      { format: "email" },
      { minimum: 1, maximum: 100 },
      undefined,
      { maximum: 100 },
    ]);
    expect(share).toMatchObject({ default: 5, doc: { text: expect.stringMatching("How much.") } });
    expect(nick?.default).toBe(text.includes("NonNullable") ? undefined : null);
  });

  it.each([
    "{ [K in keyof User]: NonNullable<User[K]>[] }",
    "Partial<{ [K in keyof User]: string }>",
    "{ [K in keyof User]: { old: User[K] } }",
    "{ [K in keyof User as 'one']: User[K] }",
  ])("do not come with %s", (text) => {
    for (const { type, doc, ...field } of messageFields(readClean(`${user} export type X = ${text}`), "X")) {
      expect([rulesOf(type), doc, field.default]).toEqual([undefined, undefined, undefined]);
    }
  });

  it("reach the items of a Readonly array, and get no warning there", () => {
    const { type } = typeOf("Readonly<Email[]>", email);
    expect(type).toMatchObject({ kind: "array", readonly: true, items: { rules: { format: "email" } } });
  });

  it("are missed in generics of one's own with a warning, whoever reaches it", () => {
    const { diagnostics } = readSource(
      `${email} interface Page<T> { items: T[] } export interface S { m(): Promise<Page<Email>> }`,
    );
    expect(codesOf(diagnostics, "warning")).toEqual(["TAUT4008"]);
    expect(codesOf(diagnostics, "error")).toEqual([]);
  });

  it("come through generics with a brand", () => {
    const model = readClean(`/** @format email */ export type Email = string & { readonly __brand: "Email" };
      interface Page<T> { items: T[] } export interface X { page: Page<Email> }`);
    const page = [...model.structures.values()].find(({ name }) => name.includes("Page<"));
    expect(page?.type).toMatchObject({ fields: [{ type: { items: { rules: { format: "email" } } } }] });
  });
});

describe("defaults", () => {
  const of = (tag: string, type: string, head = "") =>
    readSource(`${head}\nexport interface X { /** @default ${tag} */ x: ${type} }`);

  it.each([
    ['"x"', "T", "/** @minLength 2 */ type T = string;"],
    ["'single'", "string", ""],
    ["9007199254740993", "number", ""],
    ["[9007199254740993]", "number[]", ""],
    ['{"a":[1, 9007199254740993]}', "Record<string, number[]>", ""],
    ['{"a":1}', "Map<number, number>", ""],
    ['{"1.0":1}', "Map<number, number>", ""],
    ['{"2":"x"}', "Map<1 | 10, string>", ""],
    ['{"x":1}', "Map<Uuid, number>", 'import type { Uuid } from "taut/schema";'],
    ['{"0123ABCD-0000-4000-8000-00000000000A":1}', "Map<Uuid, number>", 'import type { Uuid } from "taut/schema";'],
    ['{"101":"x"}', "Map<Percent, string>", "/** @maximum 100 */ type Percent = number;"],
  ])("%s is told for %s", (tag, type, head) => {
    expect(codesOf(of(tag, type, head).diagnostics)).toEqual(["TAUT4006"]);
  });

  it.each([
    ['{"1":"a"}', "Map<number, string>", { 1: "a" }],
    ['{"true":1}', "Map<boolean, number>", { true: 1 }],
    ['{"1":"x"}', "Map<1 | 10, string>", { 1: "x" }],
    ['{"10":"x"}', "Map<Level, string>", { 10: "x" }],
    ["-0", "number", -0],
    ["-0", "0 | 1", 0],
    ["-0", "bigint", 0n],
    ["[-0, 1152921504606846976, 1e300]", "number[]", [-0, 2 ** 60, 1e300]],
    ['["9007199254740993", "\\"9007199254740993"]', "string[]", ["9007199254740993", '"9007199254740993']],
    ["bare text", "string", "bare text"],
    ["9007199254740993", "bigint", 9007199254740993n],
  ])("%s is taken for %s", (tag, type, value) => {
    const { model, diagnostics } = of(tag, type, "export enum Level { Low = 1, High = 10 }");
    expect(diagnostics).toEqual([]);
    expect(messageFields(model, "X")[0]?.default).toEqual(value);
  });
});

describe("enums that are exported", () => {
  it.each([
    ["export type * from './level.ts';", true],
    ["export type { Level } from './level.ts';", true],
    ["export { type Level } from './level.ts';", true],
    ["import type { Level } from './level.ts'; export { Level };", true],
    ["export { Level } from './declared.ts';", true],
    ["export { Level } from './typed.ts';", true],
    ["export * from './level.ts';", undefined],
    ["export { Level } from './level.ts';", undefined],
    ["export { Level } from './package.js';", undefined],
    ["enum Level { Low } export { Level };", undefined],
  ])("%s as types alone: %s", (text, isTypeOnly) => {
    const { model } = readSource({
      "shop.ts": text,
      "level.ts": "export enum Level { Low }",
      "typed.ts": "export type { Level } from './level.ts';",
      "declared.ts": "export declare enum Level { Low = 0 }",
      "package.d.ts": "export declare enum Level { Low = 0 }",
    });
    const passedOn = fileOf(model, "shop").exports.find(({ name }) => name === "Level");
    expect(passedOn).toMatchObject({ kind: "enum", members: [{ name: "Low", value: 0 }] });
    expect(passedOn?.isTypeOnly).toBe(isTypeOnly);
  });
});

describe("globals that schemas do not have", () => {
  it("are a warning until a service reaches them", () => {
    const message = "export interface X { a: URL; b: Partial<{ c: NodeJS.Timeout }> }";
    expect(codesOf(readSource(message).diagnostics, "error")).toEqual([]);
    const { diagnostics } = readSource(`${message} export interface S { m(x: X): void }`);
    expect(codesOf(diagnostics, "error")).toEqual(["TAUT3007", "TAUT3007"]);
  });

  it("are told even where no type of them is read", () => {
    expect(codesOf(readSource("interface Unused<T> { a: Blob; b: T } export interface X { id: string }").diagnostics)).toEqual([
      "TAUT3007",
    ]);
  });

  it("are not mistaken for names that are just wrong", () => {
    expect(codesOf(readSource("export interface X { a: Ordr }").diagnostics, "error")).toEqual(["TAUT1002"]);
  });
});

describe("what diagnostics quote", () => {
  it("is spelt out where it would speak to a terminal", () => {
    const { diagnostics } = readSource(
      'export interface X { "\\u001b[31m\\u202e": { "\\0": string } } export interface S { m(x: X): void }',
    );
    expect(diagnostics.length).toBeGreaterThan(0);
    for (const { message, typeText = "", remedy } of diagnostics) {
      expect(message + typeText + remedy).not.toMatch(/\p{Control}|\p{Bidi_Control}/u);
    }
  });
});

describe("references to generics", () => {
  it("are one structure, by an alias and without", () => {
    const model = readClean(
      "interface Page<T> { items: T[]; next?: Page<T> } export type Texts = Page<string>; export interface X { p: Page<string> }",
    );
    expect([...model.structures.values()].map(({ name, recursive }) => [name, recursive])).toEqual([
      ["shop.v1.Texts", true],
      ["shop.v1.X", false],
    ]);
  });
});
