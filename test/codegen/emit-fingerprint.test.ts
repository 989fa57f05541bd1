/** The fingerprint: equal for equal wire shapes, and for them alone. */

import { describe, expect, test } from "vitest";
import { fingerprintOf } from "../../codegen/emit/fingerprint.ts";
import type { Fault, Field, Method, SchemaModel, Service, Structure, Type } from "../../codegen/model/schema-model.ts";

const place = { file: "a.ts", line: 1, column: 1 };
const text: Type = { kind: "string" };
const ref = (id: string): Type => ({ kind: "ref", id });
const field = (name: string, type: Type, more: Partial<Field> = {}): Field => ({ name, type, optional: false, ...more });
const document = (...fields: Field[]) => ({ kind: "document", fields }) as const;

interface Written {
  methods?: readonly Partial<Method>[];
  structures: Record<string, Structure["type"]>;
  recursive?: readonly string[];
  faults?: readonly Fault[];
}

function fingerprint({ methods = [{}], structures, recursive = [], faults = [] }: Written): string {
  const all = Object.entries(structures).map(([id, type]): [string, Structure] => [
    id,
    { id, name: id, hint: id, place, type, recursive: recursive.includes(id) },
  ]);
  const complete = methods.map(
    (method): Method => ({
      name: "m",
      kind: "unary",
      place,
      idempotent: false,
      parameters: [],
      requestShape: "document",
      request: "Q",
      response: "R",
      resultWrapping: "document",
      faults: [],
      ...method,
    }),
  );
  const service: Service = { name: "S", fullName: "S", place, methods: complete };
  const file = { path: "a", packageName: "", services: [service], messages: [], faults, exports: [] };
  const model: SchemaModel = { files: [file], structures: new Map(all) };
  return fingerprintOf(model, service);
}

const empty = document();
const plain = { Q: document(field("a", text), field("b", { kind: "int32" })), R: empty };

describe("the fingerprint of a service", () => {
  test("is sixteen hexadecimal digits, the same every time", () => {
    expect(fingerprint({ structures: plain })).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprint({ structures: plain })).toBe(fingerprint({ structures: plain }));
  });

  test.each<[string, Written]>([
    [
      "comments and rules",
      {
        structures: {
          ...plain,
          Q: document(field("a", { ...text, rules: { minLength: 1 } }, { doc: { text: "x" } }), field("b", { kind: "int32" })),
        },
      },
    ],
    ["the order of fields", { structures: { ...plain, Q: document(field("b", { kind: "int32" }), field("a", text)) } }],
    ["names of types", { methods: [{ request: "Other" }], structures: { Other: plain.Q, R: empty } }],
    ["what the model holds besides", { structures: { ...plain, Unused: document(field("x", text)) } }],
    ["idempotence and timeouts", { methods: [{ idempotent: true, timeoutMs: 5 }], structures: plain }],
  ])("does not depend on %s", (_what, written) => {
    expect(fingerprint(written)).toBe(fingerprint({ structures: plain }));
  });

  test.each<[string, Written]>([
    ["the name of a method", { methods: [{ name: "n" }], structures: plain }],
    ["the kind of a method", { methods: [{ kind: "bidi" }], structures: plain }],
    ["one method more", { methods: [{}, { name: "n" }], structures: plain }],
    ["the name of a field", { structures: { ...plain, Q: document(field("A", text), field("b", { kind: "int32" })) } }],
    [
      "the type of a field",
      { structures: { ...plain, Q: document(field("a", { kind: "bytes" }), field("b", { kind: "int32" })) } },
    ],
    [
      "optionality",
      { structures: { ...plain, Q: document(field("a", text, { optional: true }), field("b", { kind: "int32" })) } },
    ],
    ["a field more", { structures: { ...plain, Q: document(field("a", text)) } }],
    ["the response", { structures: { ...plain, R: plain.Q } }],
  ])("depends on %s", (_what, written) => {
    expect(fingerprint(written)).not.toBe(fingerprint({ structures: plain }));
  });

  test("does not depend on the order of methods", () => {
    const methods = [{ name: "a" }, { name: "b", kind: "bidi" as const }];
    expect(fingerprint({ methods, structures: plain })).toBe(fingerprint({ methods: methods.toReversed(), structures: plain }));
  });

  test("does not depend on whether a document is named or written in place", () => {
    const inner = document(field("x", text));
    const named = { Q: document(field("a", ref("I")), field("b", ref("I"))), I: inner, R: empty };
    const inPlace = { Q: document(field("a", inner), field("b", inner)), R: empty };
    expect(fingerprint({ structures: named })).toBe(fingerprint({ structures: inPlace }));
  });

  test("depends on declared faults, their codes and data", () => {
    const fault = (code: string, structure: string): Fault => ({ name: "F", fullName: "F", code, place, structure });
    const of = (one: Fault) =>
      fingerprint({
        methods: [{ faults: ["F"] }],
        structures: { ...plain, D: empty, E: document(field("x", text)) },
        faults: [one],
      });
    const all = [
      fingerprint({ structures: plain }),
      of(fault("ABORTED", "D")),
      of(fault("UNKNOWN", "D")),
      of(fault("ABORTED", "E")),
    ];
    expect(new Set(all).size).toBe(4);
  });

  test("ends on structures that contain themselves, and tells them apart", () => {
    const list = (type: Type) => ({ kind: "array", items: type }) as const;
    const tree = { Q: document(field("children", list(ref("Q")))), R: empty };
    const twoStep = { Q: document(field("children", list(ref("P")))), P: document(field("children", list(ref("P")))), R: empty };
    const other = { Q: document(field("children", list(text))), R: empty };
    const prints = [
      fingerprint({ structures: tree, recursive: ["Q"] }),
      fingerprint({ structures: twoStep, recursive: ["P"] }),
      fingerprint({ structures: other }),
    ];
    expect(new Set(prints).size).toBe(3);
  });

  test("follows a chain of ten thousand types, and a ring of as many", () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `T${index}`);
    const chain = (end: string) =>
      Object.fromEntries(ids.map((id, index) => [id, document(field("a", ref(ids[index + 1] ?? end)))]));
    const Q = document(field("x", ref("T0")));
    const prints = [
      fingerprint({ structures: { Q, ...chain("R"), R: empty } }),
      fingerprint({ structures: { Q, ...chain("T0"), R: empty }, recursive: ids }),
    ];
    expect(new Set(prints).size).toBe(2);
  });

  test("costs little where everything refers to everything", () => {
    const ids = Array.from({ length: 200 }, (_, index) => `T${index}`);
    const chain = Object.fromEntries(
      ids.map((id, index) => [id, document(field("a", ref(ids[index + 1] ?? "R")), field("b", ref(ids[index + 1] ?? "R")))]),
    );
    const knot = Object.fromEntries(ids.map((id) => [id, document(...ids.map((to) => field(to, ref(to))))]));
    const start = performance.now();
    fingerprint({ structures: { Q: document(field("x", ref("T0"))), ...chain, R: empty } });
    fingerprint({ structures: { Q: document(field("x", ref("T0"))), ...knot, R: empty }, recursive: ids });
    expect(performance.now() - start).toBeLessThan(15_000);
  });
});
