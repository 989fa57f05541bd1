import type { Double, Int32, Int53, Int64, JsonValue, Uint32, Uint64, Uuid } from "taut/schema";

/** A field of every scalar. */
export interface Scalars {
  text: string;
  flag: boolean;
  number: number;
  int32: Int32;
  uint32: Uint32;
  int53: Int53;
  double: Double;
  bigint: bigint;
  int64: Int64;
  uint64: Uint64;
  uuid: Uuid;
  date: Date;
  bytes: Uint8Array;
  nothing: null;
  anything: unknown;
  json: JsonValue;
}

/** The same, absent or null. */
export interface Sparse {
  absent?: Int32;
  orUndefined: string | undefined;
  nullable: Date | null;
  both?: Uuid | null;
  readonly fixed: boolean;
}

export type Sku = string & { readonly __brand: "Sku" };
export type Cents = Int64;

export interface Branded {
  sku: Sku;
  price: Cents;
  prices: Record<Sku, Cents>;
}

export interface Kinds {
  echo(request: Scalars): Promise<Scalars>;
  sparse(request: Sparse): Promise<Sparse | null>;
  price(sku: Sku): Promise<Cents>;
}
