/** UTC datetimes: int64 milliseconds. */

import { fail } from "./fail.ts";

/** The furthest from the epoch that a `Date` can be, in milliseconds. */
const maxTime = 8.64e15;
const highUnit = 2 ** 32;

const timeOf = Date.prototype.getTime;

/** Milliseconds of a Date of any realm, a fake clock's included. Fails for anything else and for an invalid Date. */
export function dateTime(value: unknown): number {
  let time: number;
  try {
    // The platform's own method knows a Date by its internal slot, and a subclass cannot have replaced it.
    time = timeOf.call(value as Date);
  } catch {
    fail();
  }
  if (Number.isNaN(time)) fail();
  return time;
}

/** Two 32-bit stores: a BigInt would be allocated for `setBigInt64`. */
export function writeTime(dv: DataView, o: number, time: number): void {
  const high = Math.floor(time / highUnit);
  dv.setInt32(o, time - high * highUnit, true);
  dv.setInt32(o + 4, high, true);
}

export function readDate(dv: DataView, o: number): Date {
  const time = dv.getInt32(o + 4, true) * highUnit + dv.getUint32(o, true);
  if (time > maxTime || time < -maxTime) fail();
  return new Date(time);
}
