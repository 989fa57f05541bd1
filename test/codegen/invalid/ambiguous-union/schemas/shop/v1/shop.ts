import type { Double, Int32, Uint64, Uuid } from "taut/schema";

export interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  integers: bigint | number;
  texts: string | Uuid;
  widths: Int32 | Double;
  bigs: bigint | Uint64;
  arrays: string[] | number[];
  tuples: [string] | number[];
  documents: { kind: "a" } | Record<string, string>;
  maps: Record<string, string> | Record<string, number>;
  sets: Set<string> | string[];
  anything: { kind: "a" } | Map<string, string>;
  dated: Date | Timestamped;
}

export interface Timestamped {
  at: Date;
}
