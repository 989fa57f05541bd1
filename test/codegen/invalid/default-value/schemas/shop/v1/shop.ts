import type { Int32, Uint32, Uint64, Uuid } from "taut/schema";

export interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  /** @default one */
  a: number;
  /** @default 1.5 */
  b: Int32;
  /** @default -1 */
  c: Uint32;
  /** @default "c" */
  d: "a" | "b";
  /** @default [1] */
  e: string[];
  /** @default "x" */
  f: Uuid;
  /** @default null */
  g: string;
  /** @default 5 @maximum 4 */
  h?: number;
  /** @default -1 */
  i: Uint64;
  /** @default {"id":1} */
  j: { id: string };
  /** @default "AAAA" */
  k: Uint8Array;
  /** @default [1,2 */
  l: number[];
  /** @default "not a date" */
  m: Date;
}
