/** Rules of doc comments: found in both directions, all of them together, with their paths. */
import { Long, serialize } from "bson";
import { describe, expect, it } from "vitest";
import type { MapType, Rules, Type } from "../../../codegen/model/schema-model.ts";
import { hasFormat } from "../../../src/codec/formats.ts";
import { isCodecError } from "../../../src/errors/codec-error.ts";
import { array, codecsOf, document, field, literals, modelOf, nullable, ref } from "./emitted-codecs.ts";

const ruled = (kind: string, rules: Rules): Type => ({ kind, rules }) as Type;
const numberOrUuid: Type = { kind: "value-union", arms: [{ kind: "number" }, { kind: "uuid" }] };
const levelKey: MapType["key"] = { kind: "literals", values: ["a", 1, true], open: false };
const levelsByText = { default: { a: 0, 1: 1, true: 2 } };

const codecs = await codecsOf(
  modelOf({
    Ruled: document(
      field("count", ruled("int32", { minimum: 1, maximum: 5 })),
      field("share", ruled("double", { exclusiveMinimum: 0, exclusiveMaximum: 1 })),
      field("big", ruled("int64", { minimum: 10n, maximum: 20 })),
      field("name", ruled("string", { minLength: 2, maxLength: 3 })),
      field("code?", ruled("string", { pattern: "^[A-Z]+$" })),
      field("mail?", { kind: "value-union", arms: [{ kind: "null" }, { kind: "string" }], rules: { format: "email" } }),
      field("tags", {
        ...array({ kind: "string", rules: { maxLength: 2 } }),
        rules: { minItems: 1, maxItems: 3, uniqueItems: true },
      } as Type),
      field("pair?", {
        kind: "tuple",
        items: [{ type: ruled("int32", { minimum: 0 }), optional: false }],
        rest: { kind: "int32" },
        rules: { maxItems: 2 },
      }),
      field("set?", { kind: "set", items: { kind: "int32" }, rules: { minItems: 1 } }),
      field("map?", {
        kind: "map",
        form: "object",
        key: { kind: "string", rules: { maxLength: 1 } },
        value: ruled("uint32", { maximum: 9 }),
      }),
    ),
    Defaults: document(
      field("text", "string", { default: "x" }),
      field("list?", array({ kind: "int32" }), { default: [1, 2] }),
      field("nothing", nullable({ kind: "string" }), { default: null }),
      field("big", "int64", { default: 5 }),
      field("map", { kind: "map", form: "map", key: { kind: "string" }, value: { kind: "int32" } }, { default: { a: 1 } }),
      field("levels", { kind: "map", form: "map", key: levelKey, value: { kind: "int32" } }, levelsByText),
      field("set", { kind: "set", items: { kind: "string" } }, { default: ["a"] }),
      field("inner", document(field("a", "int32")), { default: { a: 1 } }),
      field("since", nullable({ kind: "date" }), { default: new Date(5) }),
      field("pair", { kind: "tuple", items: [{ type: { kind: "date" }, optional: false }], rest: { kind: "int64" } } as Type, {
        default: [new Date(6), 7],
      }),
      field("event", nullable(ref("Event")), { default: { kind: "shipped", at: new Date(8), weights: [9] } }),
      field("marks", nullable({ kind: "set", items: { kind: "int32" } }), { default: [1, 2] }),
    ),
    Uuids: document(
      field("only?", ruled("uuid", { pattern: "^[0-9A-F-]+$" })),
      field("lower?", ruled("uuid", { pattern: "^[0-9a-f-]+$", minLength: 36 })),
      field("list?", { ...array({ kind: "uuid" }), rules: { uniqueItems: true, minItems: 1 } } as Type),
      field("mixed?", { ...array(numberOrUuid), rules: { uniqueItems: true } } as Type),
      field("set?", { kind: "set", items: { kind: "uuid" }, rules: { minItems: 2 } }),
    ),
    Event: {
      kind: "tagged",
      tag: "kind",
      unrecognized: false,
      arms: [
        { tags: ["placed"], type: document(field("kind", literals("placed")), field("at", "string")) },
        {
          tags: ["shipped"],
          type: document(
            field("kind", literals("shipped")),
            field("at", "date"),
            field("weights", { kind: "set", items: { kind: "int64" } }),
          ),
        },
      ],
    },
  }),
);
const { Ruled, Defaults, Uuids } = codecs as Required<typeof codecs>;

const good = { count: 3, share: 0.5, big: 15n, name: "abc", tags: ["a", "b"] };

/** What is wrong when `value` is encoded, and when `bson`'s bytes of it are decoded: the same. */
function broken(value: object): string[] {
  const seen = [() => Ruled!.encode(value), () => Ruled!.decode(serialize(forBson(value)))].map(violationsOf);
  expect(seen[1]).toEqual(seen[0]);
  return seen[0]!;
}

function violationsOf(run: () => unknown): string[] {
  try {
    run();
    return [];
  } catch (error) {
    if (!isCodecError(error)) throw error;
    return error.violations.map(({ path, rule }) => `${path} ${rule}`);
  }
}

function forBson(value: any): any {
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      typeof part === "bigint" ? Long.fromBigInt(part) : part instanceof Set ? [...part] : part,
    ]),
  );
}

describe("rules", () => {
  it("let through what keeps them", () => {
    expect(broken(good)).toEqual([]);
    expect(broken({ ...good, code: "AB", mail: null, pair: [0, -1], set: new Set([1]), map: { a: 9 } })).toEqual([]);
    expect(broken({ ...good, mail: "a.b+c@x-y.example", name: "é😀é" })).toEqual([]);
  });

  it("are reported all together, in the order of the fields", () => {
    expect(
      broken({
        count: 6,
        share: 1,
        big: 9n,
        name: "a",
        code: "ab",
        mail: "nobody",
        tags: ["abc", "abc", "x", "y"],
        pair: [-1, 2, 3],
        set: new Set(),
        map: { ab: 10 },
      }),
    ).toEqual([
      "count maximum",
      "share exclusiveMaximum",
      "big minimum",
      "name minLength",
      "code pattern",
      "mail format",
      "tags[0] maxLength",
      "tags[1] maxLength",
      "tags maxItems",
      "tags uniqueItems",
      "pair[0] minimum",
      "pair maxItems",
      "set minItems",
      "map.ab key",
      "map.ab maximum",
    ]);
    expect(broken({ ...good, share: Number.NaN, tags: [] })).toEqual([
      "share exclusiveMinimum",
      "share exclusiveMaximum",
      "tags minItems",
    ]);
    expect(broken({ ...good, name: "éééé" })).toEqual(["name maxLength"]);
  });

  it("stand beside wrong types and absent fields in one error", () => {
    expect(() => Ruled!.decode(serialize({ count: "1", share: 2, name: "abc", tags: ["a"] }))).toThrow(
      expect.objectContaining({
        message: "test.Ruled.count: is string, not int32 (and 2 more)",
        violations: [
          expect.objectContaining({ path: "count", rule: "type", offset: 4 }),
          expect.objectContaining({ path: "share", rule: "exclusiveMaximum" }),
          expect.objectContaining({ path: "big", rule: "required", offset: 0 }),
        ],
      }),
    );
  });
});

describe("rules of a Uuid", () => {
  const lower = "0123abcd-0000-4000-8000-00000000000a";
  const upper = lower.toUpperCase();
  const other = "0123abcd-0000-4000-8000-00000000000b";

  it.each<[string, object, string[]]>([
    ["a pattern", { only: upper }, ["only pattern"]],
    ["a pattern", { only: lower }, ["only pattern"]],
    ["a pattern", { lower: upper }, []],
    ["unique items", { list: [upper, lower] }, ["list uniqueItems"]],
    ["unique items", { list: [upper, other] }, []],
    ["unique items", { mixed: [1, upper, lower] }, ["mixed uniqueItems"]],
    ["the least of a set", { set: new Set([upper, lower]) }, ["set minItems"]],
    ["the least of a set", { set: new Set([upper, other]) }, []],
  ])("are for the lower case that is read: %s %o", (_, value, paths) => {
    const encode = () => Uuids!.encode(value);
    if (paths.length === 0) expect(Uuids!.encode(Uuids!.decode(encode()))).toEqual(encode());
    else expect(violationsOf(encode)).toEqual(paths);
  });
});

describe("SC-11 defaults", () => {
  const filled = {
    text: "x",
    list: [1, 2],
    nothing: null,
    big: 5n,
    map: new Map([["a", 1]]),
    levels: new Map<unknown, number>([
      ["a", 0],
      [1, 1],
      [true, 2],
    ]),
    set: new Set(["a"]),
    inner: { a: 1 },
    since: new Date(5),
    pair: [new Date(6), 7n],
    event: { kind: "shipped", at: new Date(8), weights: new Set([9n]) },
    marks: new Set([1, 2]),
  };

  it("are filled in for what is absent, anew each time", () => {
    const first = Defaults!.decode(serialize({}));
    expect(first).toEqual(filled);
    first.list.push(3);
    first.map.set("b", 2);
    expect(Defaults!.decode(serialize({ unknown: 1 }))).toEqual(filled);
    expect(Defaults!.decode(serialize({ big: Long.fromNumber(6), text: "" }))).toEqual({ ...filled, big: 6n, text: "" });
  });

  it("do not make a required field optional for the writer", () => {
    expect(() => Defaults!.encode({ ...filled, text: undefined })).toThrow(expect.objectContaining({ path: "text" }));
    expect(Defaults!.decode(Defaults!.encode({ ...filled, list: undefined }))).toEqual(filled);
  });
});

describe("formats", () => {
  const cases: Record<string, { yes: string[]; no: string[] }> = {
    "date-time": {
      yes: ["2024-02-29T12:00:00Z", "1990-12-31T23:59:60Z", "1937-01-01T12:00:27.87+00:20"],
      no: ["2023-02-29T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01", "2024-01-01T00:00Z", ""],
    },
    date: { yes: ["2024-02-29", "0000-01-01"], no: ["2024-2-9", "2024-13-01", "2100-02-29", "2024-01-32"] },
    email: {
      yes: ["a@b.c", "first.last+tag@sub.example.com"],
      no: ["a", "@b", "a@", "a b@c", "a..b@c", ".a@b", `${"a".repeat(65)}@b`],
    },
    hostname: { yes: ["a", "a-b.example", "xn--nxasmq6b"], no: ["", "-a", "a-", "a..b", "a_b", `${"a".repeat(64)}`] },
    ipv4: { yes: ["0.0.0.0", "255.255.255.255"], no: ["256.0.0.1", "1.2.3", "01.2.3.4", "1.2.3.4.5"] },
    ipv6: {
      yes: ["::", "::1", "1:2:3:4:5:6:7:8", "fe80::1:2", "::ffff:1.2.3.4"],
      no: [":::", "1:2:3:4:5:6:7", "1::2::3", "12345::", "::1.2.3", "1:2:3:4:5:6:7:8:9"],
    },
    uri: { yes: ["http://a.b/c?d=e#f", "urn:x:y", "mailto:a@b"], no: ["//a", "a b:c", "http://a b", "http://%zz", ""] },
    uuid: {
      yes: ["123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000"],
      no: ["123e4567e89b12d3a456426614174000", "x"],
    },
  };

  it.each(Object.entries(cases))("%s", (format, { yes, no }) => {
    for (const text of yes) expect(hasFormat(format, text), text).toBe(true);
    for (const text of no) expect(hasFormat(format, text), text).toBe(false);
  });

  it("take no more than linear time over hostile texts", () => {
    const started = performance.now();
    for (const format of Object.keys(cases)) {
      for (const text of ["a.".repeat(100_000), `${"a".repeat(100_000)}@`, ":".repeat(100_000), `http:${"%".repeat(100_000)}`])
        hasFormat(format, text);
    }
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
