/**
 * The place where support for npm `bson`'s classes plugs into the walker of unknown values.
 *
 * Nothing here imports `bson`. `runtime/v1-bson.ts` does, and registers itself when it is loaded, which is when a schema of the
 * process uses one of the classes or `unknown`. Until then values of such types are read as `RawElement`s.
 */

/** A value of a BSON type that plain JavaScript has no counterpart for, read while support for `bson` is not loaded. */
export interface RawElement {
  /** The type byte: 7 is an ObjectId, 19 a Decimal128. */
  readonly bsonType: number;
  /** The value's bytes as they stood in the document. */
  readonly bytes: Uint8Array;
}

export interface ExoticTypes {
  /** At least the bytes that `value` takes as one of the classes; -1 when it is none of them. */
  bound(value: object): number;
  /** Sets the type byte at `typeAt`, writes the value at `o` and returns the offset behind; -1 when it is none of the classes. */
  write(b: Buffer, dv: DataView, typeAt: number, o: number, value: object): number;
  /** The value is an instance of the class that a schema calls by this name: `objectId`, `decimal128`, ... */
  isInstance(kind: string, value: object): boolean;
  /** Reads the value of type `type` that fills `[start, end)`. */
  read(b: Buffer, dv: DataView, type: number, start: number, end: number): unknown;
}

const withoutClasses: ExoticTypes = {
  bound: () => -1,
  write: () => -1,
  isInstance: () => false,
  read: (b, _dv, bsonType, start, end): RawElement => ({ bsonType, bytes: new Uint8Array(b.subarray(start, end)) }),
};

const registered = { types: withoutClasses };

export function exoticTypes(): ExoticTypes {
  return registered.types;
}

/** Called by `runtime/v1-bson.ts` as it loads. */
export function registerExoticTypes(types: ExoticTypes): void {
  registered.types = types;
}
