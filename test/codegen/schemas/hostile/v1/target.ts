import type { Int32, Int64 } from "taut/schema";

/** What hostile documents are sent to. */
export interface Targets {
  take(target: Target): Promise<Target>;
  /** Answers how deep it is, if it may be as deep. */
  tree(tree: Leaf): Promise<{ depth: Int32 }>;
  keep(bag: Bag): Promise<Bag>;
}

/** One field of every sort. */
export interface Target {
  i: Int32;
  l: Int64;
  d: number;
  s: string;
  b: boolean;
  t: Date;
  x: Uint8Array;
  a: Int32[];
  o: { n: string };
  m: Record<string, string>;
  u: { kind: "p"; p: Int32 } | { kind: "q"; q: string };
}

export interface Leaf {
  child?: Leaf;
}

/** Whatever comes. */
export interface Bag {
  any?: unknown;
  map?: Record<string, string>;
  items?: Leaf[];
}
