/** The SC cases of the conformance list that are about schemas and generated code, through the whole generator. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: names that look like code are what is tested
// biome-ignore-all lint/suspicious/noThenProperty: a field named then is what is tested

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { generate } from "../../codegen/generate/generate.ts";
import type { FullServiceDescription } from "../../src/contract/service.ts";
import { readFolder } from "./emit-read-folder.ts";
import { recordingChannel } from "./emit-recording-channel.ts";
import * as globals from "./valid/globals/ts/odd/globals.ts";
import { decodeDelete, decodeKeywords, encodeDelete, encodeKeywords, OddClient, OddService } from "./valid/names/ts/odd/names.ts";
import { decodeA, decodeExpression, encodeA, encodeExpression } from "./valid/recursive/ts/tree/nodes.ts";

const run = promisify(execFile);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "taut-schemas-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const generated = () => generate({ root: join(folder, "schemas"), out: join(folder, "generated") });

describe("SC-3: keywords as names", () => {
  test("methods named so are called like any other", async () => {
    const channel = recordingChannel();
    const client = new OddClient(channel);
    channel.answer = { class: "a" };
    await client.delete({ class: "c", constructor: "d", toString: "e" });
    await client.await("id");
    await client.class();
    await client.new({ class: "c", constructor: "d", toString: "e" });
    await client["a b"]({ class: "c", constructor: "d", toString: "e" });
    await client.toString();
    await client.arguments();
    await client.prototype();
    await client[1]({ class: "c", constructor: "d", toString: "e" });
    expect(channel.calls.map(({ method }) => method.name)).toEqual([
      "delete",
      "await",
      "class",
      "new",
      "a b",
      "toString",
      "arguments",
      "prototype",
      "1",
    ]);
  });

  test("parameters that would hide what the client needs are called otherwise inside, not on the wire", async () => {
    const channel = recordingChannel();
    const client = new OddClient(channel);
    await client.get("a", "b", { timeoutMs: 1 });
    await client.set("a", "b");
    expect(channel.calls.map(({ request, options }) => [request, options])).toEqual([
      [{ options: "a", context: "b" }, { timeoutMs: 1 }],
      [{ settle: "a", $this: "b" }, undefined],
    ]);
    const [, , , , get] = (OddService as FullServiceDescription<unknown>).methods;
    const handler = { get: (...args: unknown[]) => args };
    expect(get?.invoke(handler, { options: "a", context: "b" }, "the context" as never)).toEqual(["a", "b", "the context"]);
  });

  test("fields named so arrive", () => {
    const value = {
      class: "a",
      delete: "b",
      constructor: "c",
      toString: "d",
      prototype: "e",
      arguments: "f",
      catch: "g",
      length: 5,
      "a b": "h",
      "a.b": "i",
      $a: "j",
      1: "k",
      é: "l",
    };
    expect(decodeKeywords(encodeKeywords(value as never))).toEqual(value);
  });
});

describe("SC-4: odd services", () => {
  test("a service without methods is a message, and generates", async () => {
    put("schemas/empty.ts", "export interface Nothing {}\n");
    await expect(generated()).resolves.toMatchObject({ ok: true });
    expect(readFolder(join(folder, "generated"))["empty.ts"]).toContain("encodeNothing");
  });

  test("two services may have methods of one name, and types the names of services or methods", async () => {
    put(
      "schemas/shop.ts",
      `export interface Orders { get(request: get): Promise<get>; orders(id: string): Promise<string> }
export interface Carts { get(request: get): Promise<get> }
export interface get { id: string }
`,
    );
    const result = await generated();
    expect(result.diagnostics).toEqual([]);
    expect(result.ok).toBe(true);
  });

  test("a method written twice is a diagnostic with its place, and nothing is written", async () => {
    put(
      "schemas/shop.ts",
      "export interface Orders {\n  get(id: string): Promise<string>;\n  get(id: number): Promise<string>;\n}\n",
    );
    const { ok, diagnostics, missing } = await generated();
    expect({ ok, missing }).toEqual({ ok: false, missing: [] });
    expect(diagnostics[0]?.place).toMatchObject({ file: "shop.ts" });
    expect(diagnostics[0]?.remedy).not.toBe("");
  });
});

describe("SC-5: deterministic output", () => {
  const schema = readFolder(fileURLToPath(new URL("./valid/calls/schemas", import.meta.url)))["shop/v1/orders.ts"] ?? "";
  const program = fileURLToPath(new URL("../../cli/dist/main.js", import.meta.url));

  async function bytes(text: string, env: NodeJS.ProcessEnv, cwd: string): Promise<Record<string, string>> {
    rmSync(join(folder, "generated"), { recursive: true, force: true });
    put("schemas/shop/v1/orders.ts", text);
    mkdirSync(join(folder, cwd), { recursive: true });
    await run(process.execPath, [program, "generate", join(folder, "schemas"), "--out", join(folder, "generated")], {
      cwd: join(folder, cwd),
      env: { ...process.env, ...env },
    });
    return readFolder(join(folder, "generated"));
  }

  test("the same bytes on CRLF and LF sources, under other TZ, LANG and working directories", async () => {
    const one = await bytes(schema, { TZ: "UTC", LANG: "C", LC_ALL: "C" }, ".");
    const two = await bytes(
      schema.replaceAll("\n", "\r\n"),
      { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" },
      "deep/er",
    );
    expect(two).toEqual(one);
    expect(Object.keys(one)).toEqual(["shop/v1/orders.ts"]);
  });
});

describe("SC-6: unsupported TypeScript", () => {
  test.each([
    [
      "a conditional type that stays open",
      "export type X<T> = T extends string ? T : never;\nexport interface S { m(a: X<any>): Promise<void> }",
    ],
    ["a function as a field", "export interface S { m(a: { f: () => void }): Promise<void> }"],
    ["any", "export interface S { m(a: { x: any }): Promise<void> }"],
    ["a symbol", "export interface S { m(a: { x: symbol }): Promise<void> }"],
    ["overloads", "export interface S { m(a: string): Promise<void>; m(a: number): Promise<void> }"],
    ["a generic method", "export interface S { m<T extends string>(a: T): Promise<void> }"],
    ["an optional method", "export interface S { m?(a: string): Promise<void> }"],
    ["a class", "export class C { a = 1 }\nexport interface S { m(a: C): Promise<void> }"],
    ["a template literal type", "export interface S { m(a: { x: `a${string}` }): Promise<void> }"],
    ["a promise of a stream", "export interface S { m(a: string): Promise<AsyncIterable<string>> }"],
  ])("%s is a diagnostic with place and remedy, and nothing is written", async (_what, text) => {
    put("schemas/fine.ts", "export interface Fine { a: string }\n");
    put("schemas/shop.ts", `${text}\n`);
    const { ok, diagnostics } = await generated();
    expect(ok).toBe(false);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    expect(errors.length).toBeGreaterThan(0);
    for (const { place, message, remedy, code } of errors) {
      expect(place).toMatchObject({ file: "shop.ts", line: expect.any(Number), column: expect.any(Number) });
      expect(code).toMatch(/^TAUT\d+$/);
      expect(message).not.toBe("");
      expect(remedy).not.toBe("");
    }
    expect(() => readFolder(join(folder, "generated"))).toThrow("ENOENT");
  });

  test("what can be resolved is carried: mapped and conditional types, Map, enums with computed values, default generics", async () => {
    put(
      "schemas/shop.ts",
      `export interface Base { a: string; b: number }
export enum Size { Small = 1 << 1, Large = Small | 4 }
interface Page<T = Base> { items: T[] }
export interface S {
  mapped(a: { [K in keyof Base]?: Base[K] }): Promise<Pick<Base, "a">>;
  conditional(a: Base["a"] extends string ? Base : never): Promise<void>;
  map(a: Map<string, bigint>): Promise<Size>;
  page(a: Page): Promise<Page<string>>;
}
`,
    );
    const { ok, diagnostics } = await generated();
    expect(diagnostics).toEqual([]);
    expect(ok).toBe(true);
  });
});

describe("SC-7: hostile names", () => {
  test("nothing of them ran when the module was imported, and values with such names arrive", () => {
    expect(globalThis).not.toHaveProperty("injected");
    const value: Record<string, string> = {
      class: "a",
      constructor: "b",
      toString: "c",
      "quote\"'`${globalThis.injected = true}": "d",
      "*/ globalThis.injected = true; /*": "e",
      "line\u2028\u2029\n\r": "f",
      "</script>": "g",
      literal: "\u2028",
    };
    expect(decodeKeywords(encodeKeywords(value as never))).toEqual(value);
    expect(globalThis).not.toHaveProperty("injected");
  });

  test("methods named so are called under their own names", async () => {
    const channel = recordingChannel();
    const client = new OddClient(channel);
    const request = { class: "c", constructor: "d", toString: "e" };
    await client["*/ globalThis.injected = true; /*"](request);
    await client["line\u2028\u2029\n\r"](request);
    await client["quote\"'`${1}"](request);
    await client["</script>"](request);
    expect(channel.calls.map(({ method }) => method.name)).toEqual([
      "*/ globalThis.injected = true; /*",
      "line\u2028\u2029\n\r",
      "quote\"'`${1}",
      "</script>",
    ]);
  });

  test("`__proto__` and `then` are fields, not a prototype and not a thenable's", async () => {
    const value = { ["__proto__"]: "p", then: "t" };
    const decoded = decodeDelete(encodeDelete(value));
    expect(Object.keys(decoded).sort()).toEqual(["__proto__", "then"]);
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(await decoded).toBe(decoded);
  });

  test("types named like globals or like ours take nothing away", () => {
    const map = { entries: { a: "b" }, also: new Map([["a", 5n]]) };
    expect(globals.decodeMap(globals.encodeMap(map))).toEqual(map);
    expect(new globals.Error({ bytes: new Uint8Array(1) }).data.bytes).toHaveLength(1);
    expect(globals.Error.is(new globals.Error({ bytes: new Uint8Array(1) }))).toBe(true);
  });

  test("a file whose name is hostile is generated or refused, never believed", async () => {
    put("schemas/a\u2028b.ts", "export interface A { a: string }\n");
    put("schemas/*-`'\"${x}.ts", "export interface B { a: string }\n");
    expect((await generated()).diagnostics.map(({ code }) => code)).toEqual(["TAUT1004"]);
    rmSync(join(folder, "schemas/a\u2028b.ts"));
    expect(await generated()).toMatchObject({ ok: true, missing: ["*-`'\"${x}.ts"] });
  });

  test("literals that end lines for some reader of JavaScript are spelt out wherever they stand", async () => {
    put(
      "schemas/tags.ts",
      'export type Tagged = { kind: "a\\u2028"; text: string } | { kind: "b\\u2029" | "c\\u0085"; other: string };\n',
    );
    expect(await generated()).toMatchObject({ ok: true, diagnostics: [] });
    expect(readFolder(join(folder, "generated"))["tags.ts"]).not.toMatch(/[\u0085\u2028\u2029]/);
  });
});

describe("SC-8: recursive and mutually recursive types", () => {
  test("come back as they went", () => {
    const tree = { many: [{ one: { many: [] }, other: { named: { x: { many: [{ one: null }] } } } }, {}] };
    expect(decodeA(encodeA(tree))).toEqual(tree);
    const sum = {
      op: "add",
      left: { op: "number", value: 1 },
      right: { op: "add", left: { op: "number", value: 2 }, right: { op: "number", value: 3 } },
    } as const;
    expect(decodeExpression(encodeExpression(sum))).toEqual(sum);
  });
});
