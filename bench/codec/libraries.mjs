/**
 * One adapter a library: `make(type, messages)` gives `encode(value)`, `decode(bytes)` and the values and bytes to feed them.
 *
 * Each is used as its documentation says to use it for speed: generated or compiled code, instances made once, protobuf's
 * messages made beforehand. All but `taut` return a buffer of their own; `taut-alone` does so, too.
 */

import { Buffer } from "node:buffer";
import { readOriginal } from "./documents.mjs";
import { baseType } from "./messages.mjs";

const generated = new URL("../generated/", import.meta.url).href;
const isDocument = (type) => ["flat", "deep", "full"].includes(type);
const capital = (name) => name[0].toUpperCase() + name.slice(1);

async function tautModule(type) {
  return import(isDocument(type) ? `${generated}codec/documents/${type}.js` : `${generated}codec/codec/v1/codec.js`);
}

/** Values as Taut's decoder hands them out, its strings cut from one text a message: what a proxy encodes again. */
export async function asDecoded(type, messages) {
  const name = capital(baseType(type));
  const module = await tautModule(baseType(type));
  return messages.map((value) => module[`decode${name}`](module[`encode${name}`](value)));
}

/** What a connection does: into the arena that is being filled, from the buffer that was read. */
async function taut(type, messages) {
  const base = baseType(type);
  const module = await tautModule(base);
  const methods = module[isDocument(base) ? `${capital(base)}CodecsService` : "CodecsService"].methods;
  const codec = methods.find(({ name }) => name === (isDocument(base) ? "echo" : base)).request;
  const limits = { maxDepth: 64, maxElements: 1_000_000 };
  const arena = Buffer.allocUnsafeSlow(65_536);
  const view = new DataView(arena.buffer);
  let at = 0;
  const encode = (value) => {
    const bound = codec.bound(value, limits);
    if (at + bound > arena.length) at = 0;
    at = codec.write(arena, view, at, value, limits);
    return at;
  };
  const whole = messages.map((value) => module[`encode${capital(base)}`](value));
  const read = (b, dv, start, end) => codec.read(b, dv, start, end, limits);
  return { encode, values: messages, ...placed(whole, read), decodeIn: (b, dv, { start, end }) => read(b, dv, start, end) };
}

/** Documents one behind the other in one buffer with one DataView, as they come from a socket. */
function placed(documents, read) {
  const buffer = Buffer.concat(documents.map((bytes) => Buffer.from(bytes)));
  const memory = Buffer.allocUnsafeSlow(buffer.length);
  buffer.copy(memory);
  const view = new DataView(memory.buffer);
  let start = 0;
  const places = documents.map(({ length }) => {
    const place = { start, end: start + length };
    start += length;
    return place;
  });
  return { decode: ({ start: from, end }) => read(memory, view, from, end), inputs: places };
}

async function tautAlone(type, messages) {
  const base = baseType(type);
  const module = await tautModule(base);
  const encode = module[`encode${capital(base)}`];
  return { encode, decode: module[`decode${capital(base)}`], values: messages, inputs: messages.map(encode) };
}

async function bson(type, messages) {
  const { serialize, deserialize } = await import("bson");
  const values = isDocument(type) ? messages.map(() => readOriginal(type)) : messages;
  return {
    encode: (value) => serialize(value),
    decode: (bytes) => deserialize(bytes),
    values,
    inputs: values.map((value) => serialize(value)),
  };
}

async function json(_type, messages) {
  const values = messages.map(numbers);
  const encode = (value) => Buffer.from(JSON.stringify(value));
  return { encode, decode: (bytes) => JSON.parse(bytes.utf8Slice()), values, inputs: values.map(encode) };
}

/** JSON has no int64 and no bytes: numbers, and base64 text. */
function numbers(value) {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(numbers);
  if (value === null || typeof value !== "object" || value instanceof Date || value._bsontype !== undefined) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, numbers(part)]));
}

async function msgpackr(_type, messages) {
  const { Packr } = await import("msgpackr");
  const packr = new Packr({ useRecords: false });
  return {
    encode: (value) => packr.pack(value),
    decode: (bytes) => packr.unpack(bytes),
    values: messages,
    inputs: messages.map((value) => Buffer.from(packr.pack(value))),
  };
}

/** Structures shared by both ends, which know them already. */
async function msgpackrRecords(_type, messages) {
  const { Packr } = await import("msgpackr");
  const packr = new Packr({ structures: [] });
  return {
    encode: (value) => packr.pack(value),
    decode: (bytes) => packr.unpack(bytes),
    values: messages,
    inputs: messages.map((value) => Buffer.from(packr.pack(value))),
  };
}

async function cborX(_type, messages) {
  const { Encoder } = await import("cbor-x");
  const encoder = new Encoder({ structures: [] });
  return {
    encode: (value) => encoder.encode(value),
    decode: (bytes) => encoder.decode(bytes),
    values: messages,
    inputs: messages.map((value) => Buffer.from(encoder.encode(value))),
  };
}

async function protobufjs(type, messages) {
  const { codec } = await import(`${generated}codec.pb.mjs`);
  const { default: Long } = await import("long");
  const Type = codec.v1[capital(baseType(type))];
  const values = messages.map((value) =>
    protobufValue(
      value,
      (ms) => Long.fromNumber(ms),
      (int64) => Long.fromBigInt?.(int64) ?? Long.fromString(String(int64)),
    ),
  );
  const encode = (value) => Type.encode(value).finish();
  return { encode, decode: (bytes) => Type.decode(bytes), values, inputs: values.map(encode) };
}

async function protobufEs(type, messages) {
  const schemas = await import(`${generated}codec-es/codec_pb.js`);
  const { create, fromBinary, toBinary } = await import("@bufbuild/protobuf");
  const schema = schemas[`${capital(baseType(type))}Schema`];
  const values = messages.map((value) =>
    create(
      schema,
      protobufValue(value, BigInt, (int64) => int64),
    ),
  );
  const encode = (value) => toBinary(schema, value);
  return { encode, decode: (bytes) => fromBinary(schema, bytes), values, inputs: values.map(encode) };
}

function protobufValue(value, date, int64) {
  if (value.placed !== undefined) return { ...value, placed: date(value.placed.getTime()) };
  if (value.rows !== undefined) return { rows: value.rows.map((row) => ({ ...row, l: int64(row.l) })) };
  return value;
}

async function avsc(type, messages) {
  const { default: avro } = await import("avsc");
  const long = avro.types.LongType.__with({
    fromBuffer: (buffer) => buffer.readBigInt64LE(),
    toBuffer: (value) => {
      const buffer = Buffer.alloc(8);
      buffer.writeBigInt64LE(value);
      return buffer;
    },
    fromJSON: BigInt,
    toJSON: Number,
    isValid: (value) => typeof value === "bigint",
    compare: (a, b) => (a === b ? 0 : a < b ? -1 : 1),
  });
  const Type = avro.Type.forSchema(avroSchemas[baseType(type)], { registry: { long } });
  const values = messages.map((value) =>
    value.placed === undefined ? value : { ...value, placed: BigInt(value.placed.getTime()), note: null },
  );
  return {
    encode: (value) => Type.toBuffer(value),
    decode: (bytes) => Type.fromBuffer(bytes),
    values,
    inputs: values.map((value) => Type.toBuffer(value)),
  };
}

const record = (name, fields) => ({
  type: "record",
  name,
  fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
});
const avroSchemas = {
  small: record("Small", { id: "int", name: "string", active: "boolean" }),
  order: record("Order", {
    id: "string",
    customer: record("Customer", { id: "string", name: "string", email: "string" }),
    address: record("Address", { street: "string", city: "string", country: "string" }),
    items: { type: "array", items: record("Item", { sku: "string", title: "string", qty: "int", price: "double" }) },
    placed: "long",
    status: "string",
    currency: "string",
    total: "double",
    paid: "boolean",
    note: ["null", "string"],
  }),
  table: record("Table", { rows: { type: "array", items: record("Row", { d: "double", i: "int", l: "long" }) } }),
};

export const libraries = {
  taut,
  "taut-alone": tautAlone,
  bson,
  json,
  msgpackr,
  "msgpackr-records": msgpackrRecords,
  "cbor-x": cborX,
  protobufjs,
  "protobuf-es": protobufEs,
  avsc,
};
