/**
 * Numbers of any width: what a schema's number types accept, and refuse, from each of BSON's three.
 *
 * Everything here reads an element whose extent is checked; `type` is its type byte, `at` where its value begins.
 */

import { fail } from "./fail.ts";

const highUnit = 2 ** 32;
/** Up to here, both ways, int64 values are taken as numbers: each is exact. */
const exactLimit = 2 ** 53;
const int64Limit = 2 ** 63;

/** `number`: int32, double, and int64 within 2^53. */
export function toNumber(dv: DataView, type: number, at: number): number {
  if (type === 0x10) return dv.getInt32(at, true);
  if (type === 0x01) return dv.getFloat64(at, true);
  if (type === 0x12) return exactInt64(dv, at);
  return fail();
}

function exactInt64(dv: DataView, at: number): number {
  const value = dv.getInt32(at + 4, true) * highUnit + dv.getUint32(at, true);
  // 2^53 + 1 rounds to 2^53: its low word tells.
  if (value > exactLimit || value < -exactLimit) fail();
  if ((value === exactLimit || value === -exactLimit) && dv.getInt32(at, true) !== 0) fail();
  return value;
}

/** `Double`: any width, of int64 every value that a double holds exactly. */
export function toDouble(dv: DataView, type: number, at: number): number {
  if (type !== 0x12) return toNumber(dv, type, at);
  const exact = dv.getBigInt64(at, true);
  const value = Number(exact);
  if (BigInt(value) !== exact) fail();
  return value;
}

export function toInt32(dv: DataView, type: number, at: number): number {
  const value = toNumber(dv, type, at);
  if ((value | 0) !== value) fail();
  // -0 came as a double.
  return value | 0;
}

export function toUint32(dv: DataView, type: number, at: number): number {
  const value = toNumber(dv, type, at);
  if (value >>> 0 !== value) fail();
  return value >>> 0;
}

export function toInt53(dv: DataView, type: number, at: number): number {
  const value = toNumber(dv, type, at);
  if (!Number.isSafeInteger(value)) fail();
  return value === 0 ? 0 : value;
}

/** An int64 in place that must be a safe integer. */
export function readInt53(dv: DataView, at: number): number {
  const value = dv.getInt32(at + 4, true) * highUnit + dv.getUint32(at, true);
  if (!Number.isSafeInteger(value)) fail();
  return value;
}

export function toInt64(dv: DataView, type: number, at: number): bigint {
  if (type === 0x12) return dv.getBigInt64(at, true);
  const value = toNumber(dv, type, at);
  if (!Number.isInteger(value) || value >= int64Limit || value < -int64Limit) fail();
  return BigInt(value);
}

/** An int64's bits are taken as they are; from the other widths no value below zero. */
export function toUint64(dv: DataView, type: number, at: number): bigint {
  if (type === 0x12) return dv.getBigUint64(at, true);
  const value = toNumber(dv, type, at);
  if (!Number.isInteger(value) || value < 0 || value >= int64Limit * 2) fail();
  return BigInt(value);
}
