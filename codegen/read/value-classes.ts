/** Whether the arms of a union differ both as JavaScript values and as BSON types, and the order that they are kept in. */

import type { Type } from "../model/schema-model.ts";

/** What a value is to JavaScript, and what stands for it on the wire. Numbers of any width read as each other. */
interface ValueClass {
  readonly javascript: string;
  readonly bson: string;
}

const scalarClasses: Readonly<Record<string, ValueClass>> = {
  string: { javascript: "a string", bson: "a string" },
  boolean: { javascript: "a boolean", bson: "a boolean" },
  number: { javascript: "a number", bson: "a number" },
  int32: { javascript: "a number", bson: "a number" },
  uint32: { javascript: "a number", bson: "a number" },
  int53: { javascript: "a number", bson: "a number" },
  double: { javascript: "a number", bson: "a number" },
  int64: { javascript: "a bigint", bson: "a number" },
  uint64: { javascript: "a bigint", bson: "a number" },
  date: { javascript: "a Date", bson: "a date" },
  bytes: { javascript: "a Uint8Array", bson: "binary" },
  uuid: { javascript: "a string", bson: "binary" },
  null: { javascript: "null", bson: "null" },
  objectId: { javascript: "an ObjectId", bson: "an object id" },
  decimal128: { javascript: "a Decimal128", bson: "a decimal" },
  timestamp: { javascript: "a Timestamp", bson: "a timestamp" },
  binary: { javascript: "a Binary", bson: "binary" },
  minKey: { javascript: "a MinKey", bson: "a min key" },
  maxKey: { javascript: "a MaxKey", bson: "a max key" },
  bsonRegExp: { javascript: "a BSONRegExp", bson: "a regular expression" },
};

const anything: ValueClass = { javascript: "anything", bson: "anything" };
const arrayClass: ValueClass = { javascript: "an array", bson: "an array" };
const objectClass: ValueClass = { javascript: "an object", bson: "a document" };

function classesOf(type: Type, kindOf: (id: string) => "document" | "tagged" | "alias"): readonly ValueClass[] {
  switch (type.kind) {
    case "unknown":
    case "json":
      return [anything];
    case "literals":
      return [...new Set(type.values.map((value) => typeof value))].map((kind) => scalarClasses[kind] ?? anything);
    case "array":
    case "tuple":
      return [arrayClass];
    case "set":
      return [{ javascript: "a Set", bson: "an array" }];
    case "map":
      return [type.form === "map" ? { javascript: "a Map", bson: "a document" } : objectClass];
    case "document":
    case "tagged":
      return [objectClass];
    case "ref":
      return [kindOf(type.id) === "alias" ? anything : objectClass];
    case "value-union":
      return type.arms.flatMap((arm) => classesOf(arm, kindOf));
    default:
      return [scalarClasses[type.kind] ?? anything];
  }
}

/** Why two arms cannot be told apart, if there are such. */
export function conflictOf(arms: readonly Type[], kindOf: (id: string) => "document" | "tagged" | "alias"): string | undefined {
  const seen: ValueClass[] = [];
  for (const arm of arms) {
    const classes = classesOf(arm, kindOf);
    for (const one of classes) {
      const other = seen.find(({ javascript, bson }) => {
        return javascript === one.javascript || bson === one.bson || javascript === "anything" || one.javascript === "anything";
      });
      if (other !== undefined) return conflictText(one, other);
    }
    seen.push(...classes);
  }
  return undefined;
}

function conflictText(one: ValueClass, other: ValueClass): string {
  if (one.javascript === "anything" || other.javascript === "anything") return "one arm takes what another is";
  if (one.javascript === other.javascript) return `two arms are ${one.javascript} to JavaScript`;
  const [first, second] = [one.javascript, other.javascript].sort();
  return `${first} and ${second} are both ${one.bson} on the wire`;
}

const order: readonly Type["kind"][] = [
  "null",
  "boolean",
  "literals",
  "string",
  "number",
  "int32",
  "uint32",
  "int53",
  "double",
  "int64",
  "uint64",
  "uuid",
  "date",
  "bytes",
  "objectId",
  "decimal128",
  "timestamp",
  "binary",
  "minKey",
  "maxKey",
  "bsonRegExp",
  "array",
  "tuple",
  "set",
  "map",
  "document",
  "tagged",
  "ref",
  "value-union",
  "json",
  "unknown",
];

/** The same order wherever the union was written: by kind. Arms that can be told apart are of different kinds, but for refs. */
export function compareArms(a: Type, b: Type): number {
  return order.indexOf(a.kind) - order.indexOf(b.kind);
}

const primitiveKinds: ReadonlySet<Type["kind"]> = new Set([
  "string",
  "uuid",
  "number",
  "int32",
  "uint32",
  "int53",
  "double",
  "int64",
  "uint64",
] as const);

/** `UserId | GroupId`, two brands of one primitive: that primitive, and nobody has to tell them apart. */
export function withBrandsJoined(arms: readonly Type[]): Type[] {
  const joined: Type[] = [];
  for (const arm of arms) {
    const at = joined.findIndex((other) => primitiveKinds.has(arm.kind) && other.kind === arm.kind && sameRules(other, arm));
    const other = joined[at];
    if (other === undefined) {
      joined.push(arm);
      continue;
    }
    const { alias, brand, ...plain } = other;
    const brands = brand === undefined || arm.brand === undefined ? undefined : `(${brand} | ${arm.brand})`;
    joined[at] = { ...plain, ...(brands === undefined ? {} : { brand: brands }) } as Type;
  }
  return joined;
}

function sameRules(one: Type, other: Type): boolean {
  const text = ({ rules = {} }: Type) =>
    JSON.stringify(Object.entries(rules).sort(), (_, value) => (typeof value === "bigint" ? `${value}n` : value));
  return text(one) === text(other);
}
