import type { Int32, Uint64, Uuid } from "taut/schema";

export enum Side {
  Left = "left",
  Right = "right",
}

export interface Collections {
  list: string[];
  matrix: readonly (readonly number[])[];
  pair: [string, Int32];
  open: readonly [Date, Int32?, ...string[]];
  set: Set<Uuid>;
  fixedSet: ReadonlySet<"a" | "b">;
  record: Record<string, { id: string }>;
  byNumber: Record<number, string>;
  byText: Map<string, Date>;
  byId: Map<Uint64, string>;
  byCount: ReadonlyMap<Int32, string[]>;
  byFlag: Map<boolean, string>;
  bySide: Map<Side, Uint8Array>;
  sides: Record<Side, Int32>;
  some: Partial<Record<"x" | "y", Int32>>;
}

export interface Holds {
  echo(request: Collections): Promise<Collections>;
  all(): Promise<Map<string, Collections[]>>;
  pairs(pairs: AsyncIterable<[string, Int32]>): AsyncIterable<Set<string>>;
}
