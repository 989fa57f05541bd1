/** What tags of doc comments are read as. */

import { describe, expect, it } from "vitest";
import type { Field } from "../../codegen/model/schema-model.ts";
import { codesOf, fileOf, messageFields, readClean, readSource } from "./read-source.ts";

const head = 'import type { Double, Int32, Int64, JsonValue, Uint64, Uuid } from "taut/schema";\n';

function field(text: string, before = ""): Field {
  const [first] = messageFields(readClean(`${head}${before}\nexport interface X {\n${text}\n}`), "X");
  if (first === undefined) throw new Error("the field is lost");
  return first;
}

describe("rules", () => {
  it.each<[string, object]>([
    ["/** @minimum 1 @maximum 10 */ a: Int32", { minimum: 1, maximum: 10 }],
    ["/** @exclusiveMinimum -0.5 @exclusiveMaximum 1e3 */ a: number", { exclusiveMinimum: -0.5, exclusiveMaximum: 1000 }],
    ["/** @minimum 1 @maximum 9007199254740993 */ a: bigint", { minimum: 1n, maximum: 9007199254740993n }],
    ["/** @minLength 1\n * @maxLength 10 */ a: string", { minLength: 1, maxLength: 10 }],
    ["/** @pattern ^[a-z]{1,3}@x\\.y$ */ a: string", { pattern: "^[a-z]{1,3}@x\\.y$" }],
    ["/** @pattern ^\\/a/$ */ a: string", { pattern: "^\\/a/$" }],
    ["/** @pattern ^a$\n *\n * The text. */ a: string", { pattern: "^a$" }],
    ["/** @minItems 1 @maxItems 2 @uniqueItems */ a: string[]", { minItems: 1, maxItems: 2, uniqueItems: true }],
    ["/** @format email */ a: string", { format: "email" }],
    ["/** @format date-time */ a?: string", { format: "date-time" }],
    ["/** @maxLength 5 */ a: string | null", { maxLength: 5 }],
  ])("%s are read", (text, rules) => {
    const { type } = field(text);
    const found =
      type.rules ?? (type.kind === "value-union" ? type.arms.find((arm) => arm.rules !== undefined)?.rules : undefined);
    expect(found).toEqual(rules);
  });

  it("of an alias come with it, and the field's win", () => {
    const before = "/** @minimum 0 @maximum 100 */\nexport type Percent = Int32;";
    expect(field("a: Percent;", before).type.rules).toEqual({ minimum: 0, maximum: 100 });
    expect(field("/** @maximum 50 */ a: Percent;", before).type.rules).toEqual({ minimum: 0, maximum: 50 });
    expect(field("a: Percent[];", before).type).toMatchObject({ items: { rules: { minimum: 0, maximum: 100 } } });
    expect(field("a?: Percent | null;", before).type).toMatchObject({ kind: "value-union" });
  });

  it("of an alias of an alias add up", () => {
    const before = "/** @minLength 1 */ type Text = string;\n/** @maxLength 5 */ type Short = Text;";
    expect(field("a: Short;", before).type.rules).toEqual({ minLength: 1, maxLength: 5 });
  });

  it("in backticks and fenced blocks are text", () => {
    expect(field("/** As `@minimum 1` says.\n * ```\n * @maximum 3\n * ```\n */ a: number").type.rules).toBeUndefined();
  });

  it("do not hinder tags of other tools", () => {
    expect(field("/** @see x @internal\n * @example\n * foo\n * @todo later */ a: number").type.rules).toBeUndefined();
  });
});

describe("defaults", () => {
  it.each<[string, unknown]>([
    ["/** @default 5 */ a: Int32", 5],
    ["/** @default 5 */ a?: bigint", 5n],
    ["/** @default 18446744073709551615 */ a: Uint64", 18446744073709551615n],
    ['/** @default "x" */ a: string', "x"],
    ["/** @default true */ a?: boolean", true],
    ["/** @default [1, 2] */ a: Int32[]", [1, 2]],
    ['/** @default {"a": 1} */ a: Record<string, Int32>', { a: 1 }],
    ["/** @default null */ a: string | null", null],
    ['/** @default "low" */ a: "low" | "high"', "low"],
    ["/** @default [] */ a?: string[]", []],
    ['/** @default {"any": [null]} */ a: JsonValue', { any: [null] }],
  ])("%s is read", (text, value) => {
    expect(field(text).default).toEqual(value);
  });

  it.each(["Date", "Date | null", "Date | Int32[]"])("of %s is a date", (type) => {
    expect(field(`/** @default "2020-01-02T03:04:05Z" */ a: ${type}`).default).toEqual(new Date("2020-01-02T03:04:05Z"));
  });

  it("beside a string is that string", () => {
    expect(field('/** @default "2020-01-02T03:04:05Z" */ a: Date | string').default).toBe("2020-01-02T03:04:05Z");
  });
});

describe("tags of methods", () => {
  it("say that a call may be repeated, and how long it takes", () => {
    const model = readClean(
      "export interface S {\n/** Gets. @idempotent @timeoutMs 500 */\nget(id: string): Promise<string>;\n/** @deprecated use get */\nold(): Promise<void>;\n}",
    );
    const [get, old] = fileOf(model).services[0]?.methods ?? [];
    expect(get).toMatchObject({ idempotent: true, timeoutMs: 500 });
    expect(old).toMatchObject({ idempotent: false, doc: { deprecated: "use get" } });
    expect(old?.timeoutMs).toBeUndefined();
  });
});

describe("docs", () => {
  it("are carried for services, methods, messages, fields, faults and enums", () => {
    const model = readClean(`${head}
      import type { Fault } from "taut/schema";
      /** A service. */ export interface S { /** A method. */ m(x: X): void }
      /** A message. */ export interface X { /** A field. */ a: string }
      /** A fault. */ export interface F extends Fault {}
      /** An enum. */ export enum E { A }
    `);
    const file = fileOf(model);
    expect(file.services[0]).toMatchObject({ doc: { text: "A service." }, methods: [{ doc: { text: "A method." } }] });
    expect(file.messages[0]).toMatchObject({ doc: { text: "A message." } });
    expect(messageFields(model, "X")[0]).toMatchObject({ doc: { text: "A field." } });
    expect(file.faults[0]).toMatchObject({ doc: { text: "A fault." } });
    expect(file.exports.find(({ name }) => name === "E")).toMatchObject({ doc: { text: "An enum." } });
  });

  it.each([
    ["CRLF", "\r\n"],
    ["CR", "\r"],
  ])("are the same with %s", (_, lineEnd) => {
    const text = "/**\n * Two\n * lines.\n */\nexport interface X {\n  /** @minimum 1\n   * @maximum 2 */\n  a: number;\n}\n";
    expect(readClean(text.replaceAll("\n", lineEnd))).toEqual(readClean(text));
  });
});

describe("near misses", () => {
  it.each([
    "minimun",
    "Minimum",
    "maxlength",
    "maxLenght",
    "patern",
    "formt",
    "idempotant",
    "timeoutms",
    "defualt",
    "deprecate",
    "uniqueItem",
  ])("@%s is told", (name) => {
    const { diagnostics } = readSource(`export interface X {\n  /** @${name} 1 */\n  a: number;\n}`);
    expect(codesOf(diagnostics)).toContain("TAUT4001");
  });

  it.each([
    "example",
    "param",
    "returns",
    "see",
    "since",
    "throws",
    "remarks",
    "internal",
    "alpha",
    "template",
    "format2024",
    "author",
    "link",
  ])("@%s is somebody else's", (name) => {
    const { diagnostics } = readSource(`export interface X {\n  /** @${name} something */\n  a: number;\n}`);
    expect(codesOf(diagnostics)).toEqual([]);
  });
});

describe("defaults that are none", () => {
  it.each<[string, string]>([
    ["too short for the alias's rule", '/** @default "x" */ a: Name'],
    ["in single quotes", "/** @default 'single' */ a: string"],
    ["no exact number", "/** @default 9007199254740993 */ a: number"],
    ["half a list", "/** @default [1, */ a: number[]"],
  ])("are told: %s", (_, text) => {
    const { diagnostics } = readSource(`/** @minLength 2 */ export type Name = string;\nexport interface X {\n${text}\n}`);
    expect(codesOf(diagnostics)).toEqual(["TAUT4006"]);
  });
});
