import type { Double, Int32, Int53, Uint32, Uint64, Uuid } from "taut/schema";

export interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  /** @minimum 5 @maximum 4 */
  a: number;
  /** @exclusiveMinimum 5 @maximum 5 */
  b: number;
  /** @minLength 5 @maxLength 4 */
  c: string;
  /** @minItems 5 @maxItems 4 */
  d: string[];
  /** @minimum 5 @exclusiveMaximum 5 */
  e: bigint;
  /** @minimum 3000000000 */
  f: Int32;
  /** @maximum -1 */
  g: Uint32 | null;
  /** @exclusiveMinimum 1 @exclusiveMaximum 2 */
  h: Int32;
  /** @minimum 0.1 @maximum 0.9 */
  i: Int53;
  /** @exclusiveMinimum 18446744073709551615 */
  j: Uint64;
  /** @minItems 5 */
  k: [string, string];
  /** @maxItems 1 */
  l: [string, string, ...string[]];
  /** @maxLength 35 */
  m: Uuid;
}

/** What some values keep. */
export interface Kept {
  /** @exclusiveMinimum 1 @exclusiveMaximum 2 */
  a: Double;
  /** @minimum 3000000000 */
  b: Uint32;
  /** @exclusiveMinimum 1 @exclusiveMaximum 3 */
  c: Int32;
  /** @minItems 2 @maxItems 3 */
  d: [string, string?, string?];
  /** @minItems 9 */
  e: [string, ...string[]];
  /** @minLength 36 @maxLength 36 */
  f: Uuid;
}
