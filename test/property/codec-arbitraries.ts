/** Random schemas, random values of them, and what npm `bson` makes of such a value: the reference that codecs are held against. */
import { Binary, BSONRegExp, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from "bson";
import fc from "fast-check";
import type { Field, LiteralValue, SchemaModel, Structure, Type } from "../../codegen/model/schema-model.ts";
import { unrecognized } from "../../src/contract/unrecognized.ts";
import { modelOf } from "../unit/bson/emitted-codecs.ts";

const hostileNames = [
  "__proto__",
  "constructor",
  "then",
  "toString",
  "",
  "a b",
  "$a",
  'q"uote',
  "\u2028",
  "é",
  "😀",
  "0",
  "length",
  "*/",
  "`${x}`",
];
const plainNames = fc.stringMatching(/^[a-z]{1,12}$/);
const fieldName = fc.oneof({ weight: 8, arbitrary: plainNames }, { weight: 1, arbitrary: fc.constantFrom(...hostileNames) });

const scalarKinds = [
  "string", "boolean", "number", "int32", "uint32", "int53", "double", "int64", "uint64", "date", "bytes", "uuid", "null",
  "objectId", "decimal128", "timestamp", "binary", "minKey", "maxKey", "bsonRegExp", "unknown", "json",
] as const; // biome-ignore format: a table

const literalStrings = fc.uniqueArray(fc.oneof(fc.stringMatching(/^[a-z]{0,10}$/), fc.constantFrom("é", "a b", "😀")), {
  minLength: 1,
  maxLength: 12,
});
const literalsType = fc.oneof(
  literalStrings.map((values): Type => ({ kind: "literals", values, open: false })),
  literalStrings.map((values): Type => ({ kind: "literals", values, open: true })),
  fc
    .uniqueArray(fc.integer({ min: -3, max: 300 }), { minLength: 1, maxLength: 4 })
    .map((values): Type => ({ kind: "literals", values, open: false })),
  fc.constantFrom<Type>(
    { kind: "literals", values: [true], open: false },
    { kind: "literals", values: ["a", 1.5, 2, true, false], open: false },
    { kind: "literals", values: ["x", false], open: false },
  ),
);

const scalarType = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...scalarKinds).map((kind): Type => ({ kind })) },
  { weight: 1, arbitrary: literalsType },
);

const keyType = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Type>({ kind: "string" }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Type>(
      { kind: "number" },
      { kind: "int32" },
      { kind: "int64" },
      { kind: "boolean" },
      { kind: "uuid" },
    ),
  },
  { weight: 1, arbitrary: fc.constant<Type>({ kind: "literals", values: ["a", "b", 1], open: false }) },
);

const setItem = fc.constantFrom<Type>(
  { kind: "string" },
  { kind: "int32" },
  { kind: "int64" },
  { kind: "boolean" },
  { kind: "number" },
);

interface Names {
  count: number;
  readonly structures: Record<string, Structure["type"]>;
}

/** A type, at most `depth` levels deep; documents become structures of their own half of the time. */
function typeWithin(depth: number): fc.Arbitrary<Type> {
  if (depth <= 0) return scalarType;
  const inner = typeWithin(depth - 1);
  return fc.oneof(
    { weight: 6, arbitrary: scalarType },
    { weight: 2, arbitrary: inner.map((items): Type => ({ kind: "array", items })) },
    { weight: 1, arbitrary: setItem.map((items): Type => ({ kind: "set", items })) },
    {
      weight: 1,
      arbitrary: fc
        .record({ items: fc.array(inner, { minLength: 1, maxLength: 3 }), optional: fc.nat(2), rest: fc.option(inner) })
        .map(
          ({ items, optional, rest }): Type => ({
            kind: "tuple",
            items: items.map((type, i) => ({ type, optional: rest === null && i >= items.length - optional })),
            ...(rest === null ? {} : { rest }),
          }),
        ),
    },
    {
      weight: 1,
      arbitrary: fc
        .record({ form: fc.constantFrom("object" as const, "map" as const), key: keyType, value: inner })
        .map(({ form, key, value }): Type => ({ kind: "map", form, key: key as never, value })),
    },
    { weight: 3, arbitrary: documentWithin(depth) },
    { weight: 1, arbitrary: taggedWithin(depth) },
    { weight: 1, arbitrary: unionWithin(depth) },
  );
}

function documentWithin(depth: number): fc.Arbitrary<Type> {
  return fc
    .uniqueArray(fc.record({ name: fieldName, type: typeWithin(depth - 1), optional: fc.boolean() }), {
      maxLength: 7,
      selector: ({ name }) => name,
    })
    .map((fields): Type => ({ kind: "document", fields: fields as Field[] }));
}

function taggedWithin(depth: number): fc.Arbitrary<Type> {
  return fc
    .record({
      tag: fc.constantFrom("kind", "t", "type"),
      tags: fc.uniqueArray(fc.oneof(fc.stringMatching(/^[a-z]{1,8}$/), fc.integer({ min: 0, max: 9 })), {
        minLength: 1,
        maxLength: 5,
      }),
      documents: fc.array(documentWithin(depth), { minLength: 5, maxLength: 5 }),
      place: fc.nat(3),
      unrecognized: fc.boolean(),
    })
    .map(
      ({ tag, tags, documents, place, unrecognized: open }): Type => ({
        kind: "tagged",
        tag,
        arms: tags.map((value, i) => {
          const document = documents[i] as Extract<Type, { kind: "document" }>;
          const fields = document.fields.filter(({ name }) => name !== tag && name !== "tag" && name !== "bytes");
          const tagField: Field = { name: tag, type: { kind: "literals", values: [value], open: false }, optional: false };
          return {
            tags: [value],
            type: { kind: "document", fields: fields.toSpliced(Math.min(place, fields.length), 0, tagField) },
          };
        }),
        unrecognized: open,
      }),
    );
}

function unionWithin(depth: number): fc.Arbitrary<Type> {
  const arms: Record<string, fc.Arbitrary<Type>> = {
    null: fc.constant({ kind: "null" }),
    string: fc.constantFrom<Type>({ kind: "string" }, { kind: "literals", values: ["one", "two"], open: false }),
    number: fc.constantFrom<Type>({ kind: "number" }, { kind: "int32" }, { kind: "double" }),
    boolean: fc.constant({ kind: "boolean" }),
    date: fc.constant({ kind: "date" }),
    bytes: fc.constant({ kind: "bytes" }),
    objectId: fc.constant({ kind: "objectId" }),
    array: typeWithin(depth - 1).map((items) => ({ kind: "array", items })),
    object: fc.oneof(
      documentWithin(depth),
      typeWithin(depth - 1).map((value): Type => ({ kind: "map", form: "object", key: { kind: "string" }, value })),
    ),
  };
  return fc
    .uniqueArray(fc.constantFrom(...Object.keys(arms)), { minLength: 2, maxLength: 4 })
    .chain((kinds) => fc.tuple(...kinds.map((kind) => arms[kind] as fc.Arbitrary<Type>)))
    .map((list): Type => ({ kind: "value-union", arms: list }));
}

/** A model whose root is `Root`; it may refer to itself through `Node`. */
export const randomModel: fc.Arbitrary<SchemaModel> = fc
  .record({ root: documentWithin(3), node: documentWithin(2), recursive: fc.boolean() })
  .map(({ root, node, recursive }) => {
    const structures: Names["structures"] = {};
    const names: Names = { count: 0, structures };
    const rootType = named(root, names) as Structure["type"] & { kind: "document" };
    if (!recursive) return modelOf({ Root: rootType, ...structures });
    const self: Field[] = [
      { name: "selfList", type: { kind: "array", items: { kind: "ref", id: "Node" } }, optional: false },
      { name: "selfMaybe", type: { kind: "ref", id: "Node" }, optional: true },
    ];
    const nodeType = named(node, names) as Structure["type"] & { kind: "document" };
    structures.Node = { kind: "document", fields: [...nodeType.fields, ...self] };
    const field: Field = { name: "node", type: { kind: "ref", id: "Node" }, optional: true };
    return modelOf(
      { Root: { kind: "document", fields: [...rootType.fields.filter(({ name }) => name !== "node"), field] }, ...structures },
      ["Node"],
    );
  });

/** Gives every second inline document a name. */
function named(type: Type, names: Names): Type {
  const inner = (part: Type): Type => {
    const done = named(part, names);
    if (done.kind !== "document" && done.kind !== "tagged") return done;
    names.count += 1;
    if (names.count % 2 === 0) return done;
    const id = `Part${names.count}`;
    names.structures[id] = done;
    return { kind: "ref", id };
  };
  switch (type.kind) {
    case "document":
      return { ...type, fields: type.fields.map((field) => ({ ...field, type: inner(field.type) })) };
    case "array":
      return { ...type, items: inner(type.items) };
    case "tuple":
      return {
        ...type,
        items: type.items.map((item) => ({ ...item, type: inner(item.type) })),
        ...(type.rest === undefined ? {} : { rest: inner(type.rest) }),
      };
    case "map":
      return { ...type, value: inner(type.value) };
    case "tagged":
      return { ...type, arms: type.arms.map((arm) => ({ ...arm, type: named(arm.type, names) as never })) };
    case "value-union":
      return { ...type, arms: type.arms.map(inner) };
    default:
      return type;
  }
}

const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 30 }).map((s) => s.toWellFormed()) },
  { weight: 1, arbitrary: fc.constantFrom("", "\0", "\ufeff", "\ufffd", "x".repeat(3000), "é".repeat(900)) },
);
const safeKey = fc.oneof(
  fc.stringMatching(/^[a-z]{0,6}$/),
  fc.constantFrom("__proto__", "constructor", "日本", "a.b", "$x", "7", "-4"),
);
const time = fc
  .oneof(fc.integer({ min: -8.64e15, max: 8.64e15 }), fc.constantFrom(0, -1, 8.64e15, -8.64e15))
  .map((ms) => new Date(ms));
const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)),
);
const bytes = fc.uint8Array({ maxLength: 40 }).map((list) => new Uint8Array(list));
const anyNumber = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, -(2 ** 31), 2 ** 53, 1.5),
);

export function own(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of entries)
    Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true });
  return result;
}

const objectId = fc.uint8Array({ minLength: 12, maxLength: 12 }).map((list) => new ObjectId(Buffer.from(list)));

const plain: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    tie("leaf"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.array(fc.tuple(safeKey, tie("value")), { maxLength: 3 }).map(own),
  ),
  leaf: fc.oneof(text, fc.boolean(), anyNumber, int64, time, bytes, fc.constant(null), objectId),
})).value;

const jsonValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    tie("leaf"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.array(fc.tuple(safeKey, tie("value")), { maxLength: 3 }).map(own),
  ),
  leaf: fc.oneof(text, fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constant(null)),
})).value;

/** Values of a type, as user code would write them. */
export function valueArbitrary(model: SchemaModel, type: Type, depth = 4): fc.Arbitrary<unknown> {
  const of = (part: Type): fc.Arbitrary<unknown> => valueArbitrary(model, part, depth - 1);
  switch (type.kind) {
    case "ref":
      return valueArbitrary(model, model.structures.get(type.id)!.type, depth);
    case "document":
      return documentArbitrary(model, type, depth);
    case "array":
      return depth <= 0 ? fc.constant([]) : fc.array(of(type.items), { maxLength: 12 });
    case "set":
      return fc.array(of(type.items), { maxLength: 4 }).map((list) => new Set(list.map((item) => (item === 0 ? 0 : item))));
    case "tuple":
      return fc
        .tuple(
          fc.nat(3),
          fc.tuple(...type.items.map((item) => of(item.type))),
          type.rest === undefined ? fc.constant([]) : fc.array(of(type.rest), { maxLength: 3 }),
        )
        .map(([drop, items, rest]) => {
          const required = type.items.filter((item) => !item.optional).length;
          return rest.length > 0 || type.rest !== undefined
            ? [...items, ...rest]
            : items.slice(0, Math.max(required, items.length - drop));
        });
    case "map":
      return fc
        .uniqueArray(fc.tuple(keyArbitrary(type.key, type.form), of(type.value)), {
          maxLength: depth <= 0 ? 0 : 4,
          selector: ([key]) => String(key),
        })
        .map((entries) =>
          type.form === "map" ? new Map(entries) : own(entries.map(([key, value]) => [String(key), value] as const)),
        );
    case "tagged": {
      const arms = type.arms.map((arm) => valueArbitrary(model, arm.type, depth));
      if (!type.unrecognized) return fc.oneof(...arms);
      return fc.oneof(...arms, fc.constant({ [type.tag]: unrecognized, tag: "Newer", bytes: unrecognizedBytes(type.tag) }));
    }
    case "value-union":
      return fc.oneof(...type.arms.map(of));
    case "literals":
      return type.open ? text : fc.constantFrom(...type.values);
    default:
      return scalarArbitrary(type.kind);
  }
}

function unrecognizedBytes(tag: string): Uint8Array {
  const name = Buffer.from(tag);
  const body = Buffer.concat([
    Buffer.from([2]),
    name,
    Buffer.from([0, 6, 0, 0, 0]),
    Buffer.from("Newer\0"),
    Buffer.from([0x10, 0x7a, 0, 1, 0, 0, 0]),
  ]);
  const bytes = new Uint8Array(body.length + 5);
  bytes.set(body, 4);
  new DataView(bytes.buffer).setInt32(0, bytes.length, true);
  return bytes;
}

function documentArbitrary(model: SchemaModel, type: Extract<Type, { kind: "document" }>, depth: number): fc.Arbitrary<unknown> {
  const parts = type.fields.map((field) => {
    if (field.optional && depth <= 0) return fc.constant(undefined);
    const value = valueArbitrary(model, field.type, depth - 1);
    return field.optional ? fc.option(value, { nil: undefined }) : value;
  });
  return fc
    .tuple(...parts)
    .map((values) => own(type.fields.flatMap((field, i) => (values[i] === undefined ? [] : [[field.name, values[i]] as const]))));
}

function keyArbitrary(key: Type, form: "object" | "map"): fc.Arbitrary<unknown> {
  switch (key.kind) {
    case "number":
      return fc.oneof(fc.integer(), fc.double({ noNaN: true })).map((value) => (value === 0 ? 0 : value));
    case "int32":
      return fc.integer();
    case "int64":
      return int64;
    case "boolean":
      return fc.boolean();
    case "uuid":
      return fc.uuid();
    case "literals":
      return fc.constantFrom(...key.values);
    default:
      return form === "map" ? safeKey : safeKey;
  }
}

function scalarArbitrary(kind: (typeof scalarKinds)[number]): fc.Arbitrary<unknown> {
  switch (kind) {
    case "string":
      return text;
    case "boolean":
      return fc.boolean();
    case "number":
      return anyNumber;
    case "double":
      return anyNumber;
    case "int32":
      return fc.integer();
    case "uint32":
      return fc.nat(2 ** 32 - 1);
    case "int53":
      return fc.maxSafeInteger();
    case "int64":
      return int64;
    case "uint64":
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case "date":
      return time;
    case "bytes":
      return bytes;
    case "uuid":
      return fc.uuid();
    case "null":
      return fc.constant(null);
    case "objectId":
      return objectId;
    case "decimal128":
      return fc.uint8Array({ minLength: 16, maxLength: 16 }).map((list) => new Decimal128(Buffer.from(list)));
    case "timestamp":
      return fc.tuple(fc.nat(2 ** 32 - 1), fc.nat(2 ** 32 - 1)).map(([t, i]) => new Timestamp({ t, i }));
    case "binary":
      return fc.tuple(bytes, fc.constantFrom(0, 1, 2, 5, 128)).map(([list, subtype]) => new Binary(Buffer.from(list), subtype));
    case "minKey":
      return fc.constant(new MinKey());
    case "maxKey":
      return fc.constant(new MaxKey());
    case "bsonRegExp":
      return fc.constantFrom(new BSONRegExp("a.b", "i"), new BSONRegExp("", ""), new BSONRegExp("é", "im"));
    case "unknown":
      return plain;
    case "json":
      return jsonValue;
  }
}

/** How the reference is to differ from what our own writer would send. */
export interface Disguise {
  /** A number from 0 up to `below`. */
  random(below: number): number;
}

/** The same value for npm `bson`: Maps for documents (they keep every key in order), its classes for widths. */
export function forBson(model: SchemaModel, type: Type, value: any, disguise?: Disguise): unknown {
  const of = (part: Type, partValue: unknown): unknown => forBson(model, part, partValue, disguise);
  switch (type.kind) {
    case "ref":
      return forBson(model, model.structures.get(type.id)!.type, value, disguise);
    case "document": {
      const entries: [string, unknown][] = type.fields.flatMap((field) =>
        Object.hasOwn(value, field.name) ? [[field.name, of(field.type, value[field.name])] as [string, unknown]] : [],
      );
      return new Map(disguise === undefined ? entries : disguised(entries, type.fields, disguise));
    }
    case "array":
      return value.map((item: unknown) => of(type.items, item));
    case "set":
      return [...value].map((item) => of(type.items, item));
    case "tuple":
      return value.map((item: unknown, i: number) => of(type.items[i]?.type ?? type.rest!, item));
    case "map": {
      const entries: Iterable<[unknown, unknown]> = type.form === "map" ? value : Object.entries(value);
      return new Map([...entries].map(([key, part]) => [String(key), of(type.value, part)]));
    }
    case "tagged": {
      const tag = value[type.tag];
      if (tag === unrecognized)
        return new Map<string, unknown>([
          [type.tag, "Newer"],
          ["z", new Int32(1)],
        ]);
      return of(type.arms.find(({ tags }) => tags.includes(tag))!.type, value);
    }
    case "value-union":
      return of(type.arms.find((arm) => takes(model, arm, value))!, value);
    case "literals":
      return typeof value === "number" ? number(value, disguise) : value;
    default:
      return scalarForBson(type.kind, value, disguise);
  }
}

/** Another order, and fields that nobody knows. */
function disguised(entries: [string, unknown][], fields: readonly Field[], disguise: Disguise): [string, unknown][] {
  const result = [...entries];
  if (disguise.random(2) === 0) {
    for (let i = result.length - 1; i > 0; i -= 1) {
      const j = disguise.random(i + 1);
      [result[i], result[j]] = [result[j]!, result[i]!];
    }
  }
  const strangers: [string, unknown][] = [
    ["zz unknown", new Int32(1)],
    ["zz other", { a: [new Long(5), "x"] }],
    ["", new MinKey()],
  ];
  for (const stranger of strangers) {
    if (disguise.random(3) > 0 || fields.some(({ name }) => name === stranger[0])) continue;
    result.splice(disguise.random(result.length + 1), 0, stranger);
  }
  return result;
}

function takes(model: SchemaModel, type: Type, value: unknown): boolean {
  switch (type.kind) {
    case "ref":
      return takes(model, model.structures.get(type.id)!.type, value);
    case "null":
      return value === null;
    case "string":
    case "boolean":
      return typeof value === type.kind;
    case "literals":
      return type.values.includes(value as LiteralValue);
    case "number":
    case "int32":
    case "double":
      return typeof value === "number";
    case "date":
      return value instanceof Date;
    case "bytes":
      return value instanceof Uint8Array;
    case "objectId":
      return value instanceof ObjectId;
    case "array":
      return Array.isArray(value);
    default:
      return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  }
}

function number(value: number, disguise?: Disguise): unknown {
  const isInt32 = (value | 0) === value && !Object.is(value, -0);
  const widths = [isInt32 ? new Int32(value) : new Double(value), new Double(value)];
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) widths.push(Long.fromNumber(value) as never);
  return disguise === undefined ? widths[0] : widths[disguise.random(widths.length)];
}

/** An integer as int64, or as what else holds it. */
function integer(value: bigint, disguise?: Disguise): unknown {
  const long = Long.fromBigInt(BigInt.asIntN(64, value));
  if (disguise === undefined) return long;
  const widths: unknown[] = [long];
  if (value >= 0n && value < 2n ** 31n) widths.push(new Int32(Number(value)));
  if (BigInt(Number(value)) === value && value >= 0n && value < 2n ** 63n) widths.push(new Double(Number(value)));
  return widths[disguise.random(widths.length)];
}

function scalarForBson(kind: (typeof scalarKinds)[number], value: any, disguise?: Disguise): unknown {
  switch (kind) {
    case "number":
    case "int32":
      return number(value, disguise);
    case "double":
      return disguise === undefined ? new Double(value) : number(value, disguise);
    case "uint32":
    case "int53":
      return Object.is(value, -0) ? new Long(0) : integer(BigInt(value), disguise);
    case "int64":
    case "uint64":
      return integer(value, disguise);
    case "bytes":
      return new Binary(value, 0);
    case "uuid":
      return new Binary(Buffer.from(value.replaceAll("-", ""), "hex"), 4);
    case "unknown":
    case "json":
      return plainForBson(value);
    default:
      return value;
  }
}

function plainForBson(value: any): unknown {
  if (typeof value === "number") return number(value);
  if (typeof value === "bigint") return Long.fromBigInt(value);
  if (Array.isArray(value)) return value.map(plainForBson);
  if (value instanceof Uint8Array) return new Binary(value, 0);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return new Map(Object.entries(value).map(([key, part]) => [key, plainForBson(part)]));
  }
  return value;
}

/** What a value is after a trip: integers lose the sign of zero. */
export function afterTrip(model: SchemaModel, type: Type, value: any): unknown {
  const of = (part: Type, partValue: unknown): unknown => afterTrip(model, part, partValue);
  switch (type.kind) {
    case "ref":
      return of(model.structures.get(type.id)!.type, value);
    case "document":
      return own(
        type.fields.flatMap((field) =>
          Object.hasOwn(value, field.name) ? [[field.name, of(field.type, value[field.name])] as const] : [],
        ),
      );
    case "array":
      return value.map((item: unknown) => of(type.items, item));
    case "tuple":
      return value.map((item: unknown, i: number) => of(type.items[i]?.type ?? type.rest!, item));
    case "map":
      if (type.form === "map") return new Map([...value].map(([key, part]) => [key, of(type.value, part)]));
      return own(Object.entries(value).map(([key, part]) => [key, of(type.value, part)] as const));
    case "tagged":
      if (value[type.tag] === unrecognized) return value;
      return of(type.arms.find(({ tags }) => tags.includes(value[type.tag]))!.type, value);
    case "value-union":
      return of(type.arms.find((arm) => takes(model, arm, value))!, value);
    case "int32":
    case "uint32":
    case "int53":
      return value === 0 ? 0 : value;
    default:
      return value;
  }
}
