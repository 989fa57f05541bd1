/**
 * Support for the classes of npm `bson`: the only file of the runtime that imports it.
 *
 * Loaded through `taut/runtime/v1/bson` alone, which generated code imports where a schema uses one of the classes or `unknown`. Loading
 * it registers the classes with the walker of unknown values. Instances are known by the `_bsontype` that their class gives them, so
 * those of another copy of the package are, too; an own property of that name on a plain object means nothing.
 */

import { Binary, BSONRegExp, Code, DBRef, Decimal128, MaxKey, MinKey, ObjectId, Timestamp } from "bson";
import { isBytes } from "./binary.ts";
import { type ExoticTypes, registerExoticTypes } from "./exotic-types.ts";
import { fail } from "./fail.ts";
import { keyEnd, stringEnd } from "./skip.ts";
import { cutText, readText } from "./text-read.ts";
import { textBound, writeKey, writeText } from "./text-write.ts";
import { readDocument } from "./value-read.ts";
import { documentBound, writeDocument } from "./value-write.ts";

export { Binary, BSONRegExp, Decimal128, MaxKey, MinKey, ObjectId, Timestamp };

/** Schemas' names of the classes, and the classes' own. */
const classNames: Readonly<Record<string, string>> = {
  objectId: "ObjectId",
  decimal128: "Decimal128",
  timestamp: "Timestamp",
  binary: "Binary",
  minKey: "MinKey",
  maxKey: "MaxKey",
  bsonRegExp: "BSONRegExp",
};

/** Code with a scope nests: to this depth. */
const scopeDepth = 32;

/** The name that its class gives an instance; undefined for everything else. */
function classOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Object.hasOwn(value, "_bsontype")) return undefined;
  const name = (value as { _bsontype?: unknown })._bsontype;
  return typeof name === "string" ? name : undefined;
}

export function isBsonClass(kind: string, value: unknown): boolean {
  return classOf(value) === classNames[kind];
}

/** At least the bytes of a Binary or a BSONRegExp. */
export function bsonClassBound(value: unknown): number {
  if (isBsonClass("binary", value)) return 5 + 4 + (value as Binary).position;
  if (!isBsonClass("bsonRegExp", value)) fail();
  const { pattern, options } = value as BSONRegExp;
  return textBound(pattern) + textBound(options) + 2;
}

export function writeObjectId(b: Buffer, _dv: DataView, o: number, x: unknown): void {
  if (!isBsonClass("objectId", x)) fail();
  copyExactly(b, o, (x as ObjectId).id, 12);
}

export function writeDecimal128(b: Buffer, _dv: DataView, o: number, x: unknown): void {
  if (!isBsonClass("decimal128", x)) fail();
  copyExactly(b, o, (x as Decimal128).bytes, 16);
}

function copyExactly(b: Buffer, o: number, bytes: Uint8Array, length: number): void {
  if (!isBytes(bytes) || bytes.length !== length) fail();
  for (let i = 0; i < length; i += 1) b[o + i] = bytes[i] as number;
}

export function writeTimestamp(_b: Buffer, dv: DataView, o: number, x: unknown): void {
  if (!isBsonClass("timestamp", x)) fail();
  const { low, high } = x as Timestamp;
  dv.setInt32(o, low, true);
  dv.setInt32(o + 4, high, true);
}

export function writeMinKey(_b: Buffer, _dv: DataView, _o: number, x: unknown): void {
  if (!isBsonClass("minKey", x)) fail();
}

export function writeMaxKey(_b: Buffer, _dv: DataView, _o: number, x: unknown): void {
  if (!isBsonClass("maxKey", x)) fail();
}

/** Subtype 2 has its length a second time inside. */
export function writeBinary(b: Buffer, dv: DataView, o: number, x: unknown): number {
  if (!isBsonClass("binary", x)) fail();
  const { buffer, position: length, sub_type: subtype } = x as Binary;
  if (!isBytes(buffer) || buffer.length < length || subtype > 255) fail();
  const inner = subtype === Binary.SUBTYPE_BYTE_ARRAY ? 4 : 0;
  dv.setInt32(o, length + inner, true);
  b[o + 4] = subtype;
  if (inner > 0) dv.setInt32(o + 5, length, true);
  b.set(buffer.subarray(0, length), o + 5 + inner);
  return o + 5 + inner + length;
}

export function writeBsonRegExp(b: Buffer, _dv: DataView, o: number, x: unknown): number {
  if (!isBsonClass("bsonRegExp", x)) fail();
  const { pattern, options } = x as BSONRegExp;
  return writeKey(b, writeKey(b, o, pattern), options);
}

/** Up to here V8 keeps an array's memory on its own heap. */
const heapBytes = 64;

/**
 * Bytes for an instance: the classes' methods expect a `Buffer`, and `bson` gives them one. With an `ArrayBuffer` of its own.
 *
 * An ObjectId's twelve: 37 ns. A native method, `copy` on Node 26 or `allocUnsafeSlow`, moves the memory off the heap: 570 to 1,100 ns.
 */
function ownedBuffer(b: Buffer, start: number, end: number): Buffer {
  if (end - start <= heapBytes) {
    const bytes = Buffer.alloc(end - start);
    for (let i = start; i < end; i += 1) bytes[i - start] = b[i] as number;
    return bytes;
  }
  const bytes = Buffer.allocUnsafeSlow(end - start);
  b.copy(bytes, 0, start, end);
  return bytes;
}

export function toObjectId(b: Buffer, _dv: DataView, type: number, from: number, end: number): ObjectId {
  return type === 0x07 ? new ObjectId(ownedBuffer(b, from, end)) : fail();
}

export function toDecimal128(b: Buffer, _dv: DataView, type: number, from: number, end: number): Decimal128 {
  return type === 0x13 ? new Decimal128(ownedBuffer(b, from, end)) : fail();
}

export function toTimestamp(_b: Buffer, dv: DataView, type: number, from: number, _end: number): Timestamp {
  return type === 0x11 ? new Timestamp({ t: dv.getUint32(from + 4, true), i: dv.getUint32(from, true) }) : fail();
}

export function toBinary(b: Buffer, dv: DataView, type: number, from: number, end: number): Binary {
  if (type !== 0x05) fail();
  const subtype = b[from + 4] as number;
  if (subtype !== Binary.SUBTYPE_BYTE_ARRAY) return new Binary(ownedBuffer(b, from + 5, end), subtype);
  if (end - from < 9 || dv.getInt32(from + 5, true) !== end - from - 9) fail();
  return new Binary(ownedBuffer(b, from + 9, end), subtype);
}

export function toMinKey(_b: Buffer, _dv: DataView, type: number, _from: number, _end: number): MinKey {
  return type === 0xff ? new MinKey() : fail();
}

export function toMaxKey(_b: Buffer, _dv: DataView, type: number, _from: number, _end: number): MaxKey {
  return type === 0x7f ? new MaxKey() : fail();
}

export function toBsonRegExp(b: Buffer, dv: DataView, type: number, from: number, end: number): BSONRegExp {
  if (type !== 0x0b) fail();
  const middle = keyEnd(b, from, end);
  const options = readText(b, dv, middle, end - 1);
  // The class throws an error of its own for others.
  if (!/^[imxlsu]*$/.test(options)) fail();
  return new BSONRegExp(readText(b, dv, from, middle - 1), options);
}

/** Deprecated: a collection's name and an id. */
function toDbRef(b: Buffer, dv: DataView, from: number, end: number): DBRef {
  return new DBRef(readText(b, dv, from + 4, end - 13), new ObjectId(ownedBuffer(b, end - 12, end)));
}

/** Never evaluated. */
function toCode(b: Buffer, dv: DataView, type: number, from: number, end: number): Code {
  if (type === 0x0d) return new Code(cutText(b, dv, from + 4, end - 1));
  const scope = stringEnd(b, dv, from + 4, end);
  return new Code(cutText(b, dv, from + 8, scope - 1), readDocument(b, dv, scope, end, scopeDepth));
}

type Writer = (b: Buffer, dv: DataView, o: number, x: unknown) => number;

interface ClassSupport {
  typeOf(x: unknown): number;
  bound(x: unknown): number;
  readonly write: Writer;
}

/** A writer of a constant number of bytes as one that returns the offset behind. */
function fixed(type: number, bytes: number, write: (b: Buffer, dv: DataView, o: number, x: unknown) => void): ClassSupport {
  return {
    typeOf: () => type,
    bound: () => bytes,
    write(b, dv, o, x) {
      write(b, dv, o, x);
      return o + bytes;
    },
  };
}

/** Code comes in two forms; with a scope it is length, string, document. */
const codeSupport: ClassSupport = {
  typeOf: (x) => (hasScope(x) ? 0x0f : 0x0d),
  bound: (x) => (hasScope(x) ? 9 + documentBound(x.scope, scopeDepth) : 5) + textBound((x as Code).code),
  write(b, dv, o, x) {
    if (!hasScope(x)) return writeString(b, dv, o, (x as Code).code);
    const end = writeDocument(b, dv, writeString(b, dv, o + 4, x.code), x.scope, scopeDepth);
    dv.setInt32(o, end - o, true);
    return end;
  },
};

function hasScope(x: unknown): x is Code & { scope: object } {
  const { scope } = x as Code;
  return scope !== null && scope !== undefined;
}

function writeString(b: Buffer, dv: DataView, o: number, text: unknown): number {
  if (typeof text !== "string") fail();
  const length = writeText(b, dv, o + 4, text);
  dv.setInt32(o, length + 1, true);
  b[o + 4 + length] = 0;
  return o + 5 + length;
}

/** By the name that a class gives its instances. Those that a schema does not name are carried by `unknown` alone. */
const supported = new Map<string, ClassSupport>([
  ["ObjectId", fixed(0x07, 12, writeObjectId)],
  ["Decimal128", fixed(0x13, 16, writeDecimal128)],
  ["Timestamp", fixed(0x11, 8, writeTimestamp)],
  ["MinKey", fixed(0xff, 0, writeMinKey)],
  ["MaxKey", fixed(0x7f, 0, writeMaxKey)],
  ["Binary", { typeOf: () => 0x05, bound: bsonClassBound, write: writeBinary }],
  ["BSONRegExp", { typeOf: () => 0x0b, bound: bsonClassBound, write: writeBsonRegExp }],
  ["Code", codeSupport],
  ["Int32", fixed(0x10, 4, (_b, dv, o, x) => dv.setInt32(o, Number(x), true))],
  ["Double", fixed(0x01, 8, (_b, dv, o, x) => dv.setFloat64(o, Number(x), true))],
  ["Long", fixed(0x12, 8, writeLong)],
]);

function writeLong(_b: Buffer, dv: DataView, o: number, x: unknown): void {
  const { low, high } = x as { low: number; high: number };
  dv.setInt32(o, low, true);
  dv.setInt32(o + 4, high, true);
}

function supportOf(value: object): ClassSupport | undefined {
  const name = classOf(value);
  return name === undefined ? undefined : supported.get(name);
}

const classes: ExoticTypes = {
  bound: (value) => supportOf(value)?.bound(value) ?? -1,
  write(b, dv, typeAt, o, value) {
    const support = supportOf(value);
    if (support === undefined) return -1;
    b[typeAt] = support.typeOf(value);
    return support.write(b, dv, o, value);
  },
  isInstance: isBsonClass,
  read(b, dv, type, from, end) {
    switch (type) {
      case 0x05:
        return toBinary(b, dv, type, from, end);
      case 0x07:
        return toObjectId(b, dv, type, from, end);
      case 0x0b:
        return toBsonRegExp(b, dv, type, from, end);
      case 0x0c:
        return toDbRef(b, dv, from, end);
      case 0x0d:
      case 0x0f:
        return toCode(b, dv, type, from, end);
      case 0x11:
        return toTimestamp(b, dv, type, from, end);
      case 0x13:
        return toDecimal128(b, dv, type, from, end);
      case 0x7f:
        return toMaxKey(b, dv, type, from, end);
      case 0xff:
        return toMinKey(b, dv, type, from, end);
      default:
        return fail();
    }
  },
};

registerExoticTypes(classes);
