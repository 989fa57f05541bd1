/** What each method's shape is read as. */

import { describe, expect, it } from "vitest";
import type { Method, SchemaModel } from "../../codegen/model/schema-model.ts";
import { codesOf, fieldsOf, readClean, readSource, structureType } from "./read-source.ts";

const head = `import type { Fault, Int32, Throws } from "taut/schema";
export interface Q { q: string }
export interface R { r: string }
export interface Gone extends Fault<"NOT_FOUND"> { id: string }
export interface Full extends Fault<"RESOURCE_EXHAUSTED"> {}
`;

function read(member: string, extend = ""): { method: Method; model: SchemaModel } {
  const model = readClean(`${head}export interface S ${extend} { ${member} }`);
  const method = model.files[0]?.services[0]?.methods[0];
  if (method === undefined) throw new Error("the method is lost");
  return { method, model };
}

/** `unary document({q}) -> document({r})` */
function summary(member: string): string {
  const { method, model } = read(member);
  const document = (id: string) => {
    const type = structureType(model, id);
    if (type.kind === "tagged") return `{${type.tag}:...}`;
    return `{${fieldsOf(model, type)
      .map(({ name, optional }) => `${name}${optional ? "?" : ""}`)
      .join(",")}}`;
  };
  return `${method.kind} ${method.requestShape}(${document(method.request)}) -> ${method.resultWrapping}(${document(method.response)})`;
}

describe("a method", () => {
  it.each<[string, string]>([
    ["m(request: Q): Promise<R>", "unary document({q}) -> document({r})"],
    ["m(request: Q): AsyncIterable<R>", "server-stream document({q}) -> document({r})"],
    ["m(requests: AsyncIterable<Q>): Promise<R>", "client-stream document({q}) -> document({r})"],
    ["m(requests: AsyncIterable<Q>): AsyncIterable<R>", "bidi document({q}) -> document({r})"],
    ["m(request: Q): void", "one-way document({q}) -> void({})"],
    ["m(): Promise<void>", "unary parameters({}) -> void({})"],
    ["m(): void", "one-way parameters({}) -> void({})"],
    ["m(): AsyncIterable<Int32>", "server-stream parameters({}) -> value({value})"],
    ["m(id: string): Promise<R | null>", "unary parameters({id}) -> value({value})"],
    ["m(id: string): Promise<string>", "unary parameters({id}) -> value({value})"],
    ["m(request?: Q): Promise<R[]>", "unary parameters({request?}) -> value({value})"],
    ["m(request: Q | undefined): Promise<R>", "unary parameters({request?}) -> document({r})"],
    ["m(request: Q | null): Promise<R>", "unary parameters({request}) -> document({r})"],
    ["m(request: Record<string, Q>): Promise<Record<string, R>>", "unary parameters({request}) -> value({value})"],
    ["m(a: Q, b: string, c?: Int32): Promise<R>", "unary parameters({a,b,c?}) -> document({r})"],
    ["m(request: { kind: 'a' } | { kind: 'b' }): Promise<{ x: string }>", "unary document({kind:...}) -> document({x})"],
    ["m(ids: AsyncIterable<string>): AsyncIterable<Date>", "bidi item({value}) -> value({value})"],
    ["m(items: AsyncIterable<Q | null>): Promise<void>", "client-stream item({value}) -> void({})"],
    ["m(request: unknown): Promise<unknown>", "unary parameters({request}) -> value({value})"],
    ["m(request: {}  & Q): Promise<R>", "unary document({q}) -> document({r})"],
    ["m: (request: Q) => Promise<R>", "unary document({q}) -> document({r})"],
    ["readonly m: (request: Q) => Promise<R>", "unary document({q}) -> document({r})"],
    ["'a b'(request: Q): Promise<R>", "unary document({q}) -> document({r})"],
  ])("%s is %s", (member, expected) => {
    expect(summary(member)).toBe(expected);
  });

  it("keeps the result and the parameters as they are declared", () => {
    const { method } = read("m(first: string, second?: Q[]): Promise<Int32 | null>");
    expect(method.parameters).toMatchObject([
      { name: "first", optional: false, stream: false, type: { kind: "string" } },
      { name: "second", optional: true, stream: false, type: { kind: "array" } },
    ]);
    expect(method.result).toMatchObject({ kind: "value-union" });
  });

  it("keeps the item's type of a request stream", () => {
    const { method } = read("m(requests: AsyncIterable<string>): Promise<R>");
    expect(method.parameters).toMatchObject([{ name: "requests", optional: false, stream: true, type: { kind: "string" } }]);
  });

  it("has no result when it answers nothing", () => {
    expect(read("m(): Promise<void>").method.result).toBeUndefined();
    expect(read("m(): void").method.result).toBeUndefined();
  });
});

describe("faults", () => {
  it("are removed from the result before anything else is asked", () => {
    const { method } = read("m(id: string): Promise<R | Gone | Full>");
    expect(method.faults).toEqual(["shop.v1.Full", "shop.v1.Gone"]);
    expect(method.resultWrapping).toBe("document");
    expect(method.result).toMatchObject({ kind: "ref" });
  });

  it("may stand beside null, void, scalars and streams", () => {
    expect(read("m(): Promise<R | null | Gone>").method).toMatchObject({ resultWrapping: "value", faults: ["shop.v1.Gone"] });
    expect(read("m(): Promise<void | Gone>").method).toMatchObject({ resultWrapping: "void", faults: ["shop.v1.Gone"] });
    expect(read("m(): Promise<string | Gone>").method).toMatchObject({ resultWrapping: "value", faults: ["shop.v1.Gone"] });
    expect(read("m(): AsyncIterable<R | Gone>").method).toMatchObject({ kind: "server-stream", faults: ["shop.v1.Gone"] });
  });

  it("of Throws belong to every method, an inherited one too", () => {
    const model = readClean(`${head}
      interface Base extends Throws<Gone> { a(): Promise<void> }
      export interface S extends Base { b(): Promise<R | Full>; c(q: Q): Promise<void> }
    `);
    const methods = model.files[0]?.services[0]?.methods ?? [];
    expect(Object.fromEntries(methods.map(({ name, faults }) => [name, faults]))).toMatchObject({
      a: ["shop.v1.Gone"],
      b: ["shop.v1.Full", "shop.v1.Gone"],
      c: ["shop.v1.Gone"],
    });
  });

  it("of Throws may be thrown beside an unknown result", () => {
    expect(read("m(): Promise<unknown>", "extends Throws<Gone>").method).toMatchObject({
      faults: ["shop.v1.Gone"],
      result: { kind: "unknown" },
    });
  });

  it("may be named by an alias of several", () => {
    const model = readClean(`${head} type Any = Gone | Full; export interface S { m(): Promise<R | Any> }`);
    expect(model.files[0]?.services[0]?.methods[0]?.faults).toEqual(["shop.v1.Full", "shop.v1.Gone"]);
  });

  it("have a code, UNKNOWN unless they say one, and their own fields alone", () => {
    const model = readClean(`import type { Fault } from "taut/schema";
      interface Base extends Fault<"ABORTED"> { at: Date }
      export interface Odd extends Fault {}
      export interface Late extends Base { message: string }
    `);
    expect(model.files[0]?.faults.map(({ name, code }) => `${name} ${code}`)).toEqual(["Odd UNKNOWN", "Late ABORTED"]);
    const late = model.files[0]?.faults[1]?.structure ?? "";
    expect(fieldsOf(model, { kind: "ref", id: late }).map(({ name }) => name)).toEqual(["message", "at"]);
    expect(model.files[0]?.messages).toEqual([]);
  });
});

describe("a service", () => {
  it("has inherited and merged methods too", () => {
    const model = readClean(`${head}
      interface Base { a(): Promise<void> }
      interface Crud<T> { get(id: string): Promise<T | null>; put(item: T): Promise<void> }
      export interface S extends Base, Crud<R> { b(): Promise<void> }
      export interface S { c(): Promise<void> }
    `);
    const methods = model.files[0]?.services[0]?.methods ?? [];
    expect(methods.map(({ name }) => name).sort()).toEqual(["a", "b", "c", "get", "put"]);
    expect(methods.find(({ name }) => name === "put")?.requestShape).toBe("document");
  });

  it("is no generic interface: that is a template for services", () => {
    const model = readClean(
      "export interface Crud<T> { get(id: string): Promise<T> } export interface Texts extends Crud<string> {}",
    );
    expect(model.files[0]?.services.map(({ name }) => name)).toEqual(["Texts"]);
  });

  it("may share its method names with others, and its own name with a type of another package", () => {
    const model = readClean({
      "a/x.ts":
        "export interface Info { get(id: string): Promise<string> } export interface Status { get(id: string): Promise<string> }",
      "b/x.ts": "export interface Info { id: string } export interface get { info: Info }",
    });
    expect(model.files.flatMap(({ services }) => services.map(({ fullName }) => fullName))).toEqual(["a.Info", "a.Status"]);
  });

  it("straight in the root has no package", () => {
    const model = readClean({ "x.ts": "export interface S { m(): void } export interface M { a: string }" });
    expect(model.files[0]).toMatchObject({
      path: "x",
      packageName: "",
      services: [{ fullName: "S" }],
      messages: [{ fullName: "M" }],
    });
  });

  it("in a folder has its folders as package, whatever the file is called", () => {
    const model = readClean({ "my-shop/v1_beta/some-file.name.ts": "export interface S { m(): void }" });
    expect(model.files[0]?.services[0]?.fullName).toBe("my-shop.v1_beta.S");
  });

  it("ignores tests and declarations beside it", () => {
    const model = readClean({ "x.ts": "export interface S { m(): void }", "x.test.ts": "x(", "y.d.ts": "x(" });
    expect(model.files.map(({ path }) => path)).toEqual(["x"]);
  });

  it("may name its neighbours with .ts, .js or nothing", () => {
    const model = readClean({
      "a/x.ts":
        'import type { B } from "./b.ts"; import type { C } from "./c.js"; import type { D } from "./d"; export interface X { b: B; c: C; d: D }',
      "a/b.ts": "export interface B {}",
      "a/c.ts": "export interface C {}",
      "a/d.ts": "export interface D {}",
    });
    expect(model.files.map(({ path }) => path)).toEqual(["a/b", "a/c", "a/d", "a/x"]);
  });
});

describe("what is wrong", () => {
  it("is told all at once", () => {
    const { diagnostics } = readSource(`export interface S {
      then(): Promise<string>;
      a(x: any): Promise<void>;
      b(): number;
      c<T>(): Promise<T>;
    }`);
    expect(codesOf(diagnostics)).toEqual(["TAUT2004", "TAUT2007", "TAUT2008", "TAUT3001"]);
    expect(diagnostics.map(({ place }) => place.line)).toEqual([2, 3, 4, 5]);
  });

  it("is an error where a service reaches it, through any number of types", () => {
    const { diagnostics } = readSource(
      "interface C { x: any } interface B { c: C[] } interface A { b: Map<string, B> } export interface S { m(a: A): void }",
    );
    expect(diagnostics).toMatchObject([{ severity: "error", code: "TAUT3001" }]);
  });

  it("is said once, however often it is reached", () => {
    const { diagnostics } = readSource(
      "export interface Bad { x: any } export interface S { a(b: Bad): void; c(b: Bad[]): Promise<Bad> }",
    );
    expect(diagnostics).toHaveLength(1);
  });
});
