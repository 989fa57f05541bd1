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

/** Keys are in lower case, in whichever they were given. */
export interface ById {
  map: Map<Uuid, string>;
  record: Record<Uuid, Int32>;
  /** @default {"0123abcd-0000-4000-8000-00000000000a": 1} */
  known: ReadonlyMap<Uuid, Int32>;
}
