/** The small pieces that text is made of: names, comments, specifiers, imports, fingerprints. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { docComment } from "../../codegen/emit/doc-comment.ts";
import { ModuleScope } from "../../codegen/emit/module-scope.ts";
import { access, isParameterName, objectKey, typeKey } from "../../codegen/emit/names.ts";
import { relativeSpecifier } from "../../codegen/emit/specifiers.ts";
import { defaultImportExtension } from "../../codegen/generate/import-extension.ts";
import { serviceNames } from "../../codegen/model/emitted-names.ts";
import { quote } from "../../codegen/model/quote.ts";

const hostile = [
  "",
  "'\"`",
  "\\",
  "\n\r\u2028\u2029",
  "`${",
  "*/",
  "</script>",
  "\u0000\u007f",
  "\ud800",
  "\ufeff",
  "日本",
  "😀",
  "__proto__",
];

describe("names of schemas", () => {
  test.each(hostile)("%j is quoted so that it means itself, on one line of well-formed text", (name) => {
    const text = quote(name);
    expect(text).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}\ufeff]*$/u);
    expect(text.isWellFormed()).toBe(true);
    expect(JSON.parse(text)).toBe(name);
  });

  test("plain ones stand as they are, others in quotes", () => {
    expect([objectKey("a"), objectKey("delete"), objectKey("a b"), objectKey("é"), objectKey("😀"), objectKey("1")]).toEqual([
      "a",
      "delete",
      '"a b"',
      "é",
      '"😀"',
      '"1"',
    ]);
    expect([access("a"), access("delete"), access("a b")]).toEqual([".a", ".delete", '["a b"]']);
  });

  test("`__proto__` is a computed key, which makes a property", () => {
    expect(objectKey("__proto__")).toBe('["__proto__"]');
  });

  test("`new` is quoted in types, where it would be a construct signature", () => {
    expect([typeKey("new"), typeKey("delete"), objectKey("new")]).toEqual(['"new"', "delete", "new"]);
  });

  test("reserved words, and names of ours, name no parameter", () => {
    expect(["a", "of", "type", "async"].map(isParameterName)).toEqual([true, true, true, true]);
    expect(["delete", "await", "arguments", "eval", "static", "$a", "a b", ""].some(isParameterName)).toBe(false);
  });

  test("one trailing `Service` is dropped, unless it is all there is", () => {
    expect(serviceNames({ name: "OrdersService" }).client).toBe("OrdersClient");
    expect(serviceNames({ name: "Orders" }).description).toBe("OrdersService");
    expect(serviceNames({ name: "ServiceService" }).handler).toBe("ServiceHandler");
    expect(serviceNames({ name: "Service" }).description).toBe("ServiceService");
  });
});

describe("doc comments", () => {
  test("cannot be ended by what they say", () => {
    expect(docComment({ text: "a */ evil() /* b" })).toBe("/** a *\\/ evil() /* b */\n");
    expect(docComment({ text: "*/", deprecated: "*/ x" }, "  ")).toBe("  /**\n   * *\\/\n   * @deprecated *\\/ x\n   */\n");
  });

  test("keep their lines, whatever ended them", () => {
    expect(docComment({ text: "a\r\nb\u2028c\n\nd" })).toBe("/**\n * a\n * b\n * c\n *\n * d\n */\n");
  });

  test("say that something is deprecated once", () => {
    expect(docComment({ text: "", deprecated: true })).toBe("/** @deprecated */\n");
    expect(docComment({ text: "@deprecated use b", deprecated: "use b" })).toBe("/** @deprecated use b */\n");
  });

  test("are not there when there is nothing to say", () => {
    expect(docComment(undefined)).toBe("");
    expect(docComment({ text: "  " })).toBe("");
  });
});

describe("the scope of a module", () => {
  test("gives an import its own name unless something else has it", () => {
    const scope = new ModuleScope(["OrdersClient"], [["RpcError", "./schema.ts"]]);
    expect(scope.import("x", "settle", "value")).toBe("settle");
    expect(scope.import("x", "settle", "value")).toBe("settle");
    expect(scope.import("x", "OrdersClient", "type")).toBe("$OrdersClient");
    expect(scope.import("x", "RpcError", "value")).toBe("$RpcError");
    expect(scope.import("./schema.ts", "RpcError", "type")).toBe("RpcError");
    expect(scope.import("y", "Map", "type")).toBe("$Map");
    expect(scope.import("z", "Map", "type")).toBe("$Map2");
    expect(scope.import("y", "settle", "value")).toBe("$settle");
  });

  test("writes imports in order, types as types", () => {
    const scope = new ModuleScope([], []);
    scope.import("b", "two", "type");
    scope.import("b", "one", "type");
    scope.import("a", "Value", "type");
    scope.import("a", "Value", "value");
    scope.import("a", "Type", "type");
    expect(scope.importLines()).toEqual(['import { type Type, Value } from "a";\n', 'import type { one, two } from "b";\n']);
  });
});

describe("specifiers", () => {
  test.each([
    ["shop/v1/orders", "shop/v1/faults", "./faults.js"],
    ["shop/v1/orders", "shop/v2/faults", "../v2/faults.js"],
    ["shop/v1/orders", "faults", "../../faults.js"],
    ["orders", "shop/v1/faults", "./shop/v1/faults.js"],
    ["shop/v1/orders", "../schemas/shop/v1/orders", "../../../schemas/shop/v1/orders.js"],
    ["orders", "../../a/b", "../../a/b.js"],
  ])("from %s to %s: %s", (from, to, expected) => {
    expect(relativeSpecifier(from, to, "js")).toBe(expected);
    expect(relativeSpecifier(from, to, "none")).toBe(expected.slice(0, -3));
  });
});

describe("the import extension that nobody asked for", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "taut-tsconfig-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };

  test("is ts without a tsconfig, js with one that says nothing", () => {
    expect(defaultImportExtension(join(folder, "not/there"))).toBe("ts");
    put("tsconfig.json", "{}");
    expect(defaultImportExtension(join(folder, "not/there"))).toBe("js");
  });

  test.each(["allowImportingTsExtensions", "rewriteRelativeImportExtensions"])("is ts with %s", (option) => {
    put("tsconfig.json", `\ufeff// a comment\n{ "compilerOptions": { /* "no": 1, */ "${option}": true, }, }`);
    expect(defaultImportExtension(folder)).toBe("ts");
    put("inner/tsconfig.json", `{ "compilerOptions": { "${option}": false } }`);
    expect(defaultImportExtension(join(folder, "inner/generated"))).toBe("js");
  });

  test("is inherited: by path, from a package, from the last of several", () => {
    const on = '{ "compilerOptions": { "allowImportingTsExtensions": true, "outDir": "http://a//b" } }';
    put("base/base.json", on);
    put("tsconfig.json", '{ "extends": "./base/base" }');
    expect(defaultImportExtension(folder)).toBe("ts");
    put("node_modules/@x/base/tsconfig.json", on);
    put("tsconfig.json", '{ "extends": "@x/base/tsconfig.json" }');
    expect(defaultImportExtension(folder)).toBe("ts");
    put("off.json", '{ "compilerOptions": { "allowImportingTsExtensions": false } }');
    put("tsconfig.json", '{ "extends": ["./base/base.json", "./off.json"] }');
    expect(defaultImportExtension(folder)).toBe("js");
  });

  test("survives a tsconfig that is broken, or extends itself", () => {
    put("tsconfig.json", "{ nonsense");
    expect(defaultImportExtension(folder)).toBe("js");
    put("tsconfig.json", '{ "extends": "./tsconfig.json" }');
    expect(defaultImportExtension(folder)).toBe("js");
    // Asked once each: what doubles at every turn would never end.
    put("a.json", '{ "extends": ["./tsconfig.json", "./tsconfig.json"] }');
    put("tsconfig.json", '{ "extends": ["./a.json", "./a.json"] }');
    expect(defaultImportExtension(folder)).toBe("js");
  });
});
