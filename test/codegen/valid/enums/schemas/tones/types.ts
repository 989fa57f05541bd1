enum Tone {
  Warm = "warm",
  Cold = "cold",
}

/** Nothing is left of it when the module runs. */
export declare enum Depth {
  Flat = 1,
  Deep = 2,
}
export type { Colour as Shade } from "../shop/colours.ts";
export type { Tone };
