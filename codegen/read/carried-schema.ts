/**
 * The declarations of `taut/schema`, for schemas that are read where `taut` is not installed.
 *
 * A copy of the runtime package's `schema.d.ts`; a test holds the two equal. Not a file beside this one: it has to be found in every bundle.
 */

/** Where it seems to lie. A name that nobody gives a folder. */
export const carriedSchemaFile = "/:taut:/schema.d.ts";

export const carriedSchema = `/**
 * \`taut/schema\`, types only (contract: names and meanings; anything may be added).
 *
 * Every width is a flavour: the ordinary type and an OPTIONAL property under a unique symbol. A plain number, bigint or string is
 * assignable to it and back, nobody writes a cast, and the checker keeps the symbol through generics, Pick/Omit/Partial, mapped and
 * indexed types, so a generator finds it in the resolved type. A plain alias (\`type Int32 = number\`) is lost at once.
 * Fault's mark is REQUIRED on purpose: with an optional one an empty message would be assignable to Fault, \`Exclude<R, Fault>\`
 * would drop it, and a handler could return a fault as if it were a result.
 */

declare const int32: unique symbol;
declare const uint32: unique symbol;
declare const int53: unique symbol;
declare const double: unique symbol;
declare const int64: unique symbol;
declare const uint64: unique symbol;
declare const uuid: unique symbol;
declare const fault: unique symbol;
declare const throws: unique symbol;
/** The tag of an arm that the reader's schema does not know; also exported as a value by \`taut\`. */
export declare const unrecognized: unique symbol;

/** -2^31 .. 2^31-1 */
export type Int32 = number & { readonly [int32]?: never };
/** 0 .. 2^32-1 */
export type Uint32 = number & { readonly [uint32]?: never };
/** the integers a number holds exactly: +-(2^53-1) */
export type Int53 = number & { readonly [int53]?: never };
/** always a BSON double: NaN, the infinities and -0 included */
export type Double = number & { readonly [double]?: never };
/** -2^63 .. 2^63-1; the same as plain \`bigint\` */
export type Int64 = bigint & { readonly [int64]?: never };
/** 0 .. 2^64-1 */
export type Uint64 = bigint & { readonly [uint64]?: never };
/** canonical text, lower case: "123e4567-e89b-12d3-a456-426614174000" */
export type Uuid = string & { readonly [uuid]?: never };

/** Any JSON text's value. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** gRPC's sixteen codes, OK left out. */
export type Code =
  | "CANCELLED"
  | "UNKNOWN"
  | "INVALID_ARGUMENT"
  | "DEADLINE_EXCEEDED"
  | "NOT_FOUND"
  | "ALREADY_EXISTS"
  | "PERMISSION_DENIED"
  | "RESOURCE_EXHAUSTED"
  | "FAILED_PRECONDITION"
  | "ABORTED"
  | "OUT_OF_RANGE"
  | "UNIMPLEMENTED"
  | "INTERNAL"
  | "UNAVAILABLE"
  | "DATA_LOSS"
  | "UNAUTHENTICATED";

/** A declared error: \`interface OutOfStock extends Fault<"FAILED_PRECONDITION"> { sku: string }\`. */
export interface Fault<C extends Code = "UNKNOWN"> {
  readonly [fault]: C;
}
/** \`interface Posts extends Throws<NotAllowed | Gone> { ... }\`: every method of the service may throw these. */
export interface Throws<F extends Fault<Code>> {
  readonly [throws]?: F;
}
/** A fault's own fields: what \`new OutOfStock(data)\` takes and \`error.data\` is. */
export type FaultData<F extends Fault<Code>> = Omit<F, typeof fault>;

/** A union arm that takes unknown tags, so that a newer peer may add arms: \`| Unrecognized<"kind">\`. Re-encodes verbatim. */
export type Unrecognized<Tag extends string> = { readonly [K in Tag]: typeof unrecognized } & {
  /** The tag that the peer has sent. */
  readonly tag: string | number | boolean;
  /** The whole document, the tag included, as the BSON that came. */
  readonly bytes: Uint8Array;
};
`;
