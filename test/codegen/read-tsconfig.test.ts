/** What is taken from the tsconfig, and that nothing else is. */

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSchemas } from "../../codegen/read/index.ts";
import { type Files, inFolder, messageFields } from "./read-source.ts";

function kindOfX(files: Files, tsconfig?: string): string | undefined {
  return inFolder(files, (folder) => {
    const { model, diagnostics } = readSchemas({
      root: join(folder, "schemas"),
      ...(tsconfig === undefined ? {} : { tsconfig: join(folder, tsconfig) }),
    });
    expect(diagnostics).toEqual([]);
    return messageFields(model, "X", "x")[0]?.type.kind;
  });
}

const conditional = {
  "node_modules/dep/package.json": '{ "name": "dep", "exports": { ".": { "own": "./own.d.ts", "types": "./other.d.ts" } } }',
  "node_modules/dep/own.d.ts": "export type T = string;",
  "node_modules/dep/other.d.ts": "export type T = number;",
};

describe("of a tsconfig the reader takes", () => {
  it("paths", () => {
    const files = {
      "tsconfig.json": '{ "compilerOptions": { "paths": { "~/*": ["./lib/*"] } } }',
      "lib/t.ts": "export type T = string;",
      "schemas/x.ts": 'import type { T } from "~/t.ts"; export interface X { t: T }',
    };
    expect(kindOfX(files)).toBe("string");
  });

  it("baseUrl", () => {
    const files = {
      "tsconfig.json": '{ "compilerOptions": { "baseUrl": "./lib" } }',
      "lib/t.ts": "export type T = string;",
      "schemas/x.ts": 'import type { T } from "t"; export interface X { t: T }',
    };
    expect(kindOfX(files)).toBe("string");
  });

  it("customConditions", () => {
    const schema = { "schemas/x.ts": 'import type { T } from "dep"; export interface X { t: T }' };
    expect(kindOfX({ ...conditional, ...schema })).toBe("number");
    const config = '{ "compilerOptions": { "customConditions": ["own"], "module": "nodenext" } }';
    expect(kindOfX({ ...conditional, ...schema, "tsconfig.json": config })).toBe("string");
  });

  it("types", () => {
    const files = {
      "tsconfig.json": '{ "compilerOptions": { "types": ["globals"] } }',
      "node_modules/globals/package.json": '{ "name": "globals", "types": "index.d.ts" }',
      "node_modules/globals/index.d.ts": "declare type GlobalId = string;",
      "schemas/x.ts": "export interface X { t: GlobalId }",
    };
    expect(kindOfX(files)).toBe("string");
  });

  it("what it extends, with comments and trailing commas", () => {
    const files = {
      "tsconfig.json": '// ours\n{ "extends": "./base.json", }',
      "base.json": '{ "compilerOptions": { "paths": { "~/*": ["./lib/*"] } } }',
      "lib/t.ts": "export type T = string;",
      "schemas/x.ts": 'import type { T } from "~/t.ts"; export interface X { t: T }',
    };
    expect(kindOfX(files)).toBe("string");
  });

  it("the one that is named rather than the nearest", () => {
    const files = {
      "tsconfig.json": "{}",
      "other.json": '{ "compilerOptions": { "paths": { "~/*": ["./lib/*"] } } }',
      "lib/t.ts": "export type T = string;",
      "schemas/x.ts": 'import type { T } from "~/t.ts"; export interface X { t: T }',
    };
    expect(kindOfX(files, "other.json")).toBe("string");
  });

  it("neither strictness nor options that it does not know", () => {
    const files = {
      "tsconfig.json":
        '{ "compilerOptions": { "strict": false, "strictNullChecks": false, "noLib": true, "lib": ["es5"], "fromTheFuture": 1 } }',
      "schemas/x.ts": "export interface X { t: string | null; m: Map<string, string> }",
    };
    expect(kindOfX(files)).toBe("value-union");
  });
});
