import type { Fault } from "taut/schema";

export enum Colour {
  Red = "red",
  Green = "green",
}

/** Levels. */
export enum Level {
  Low,
  High = 10,
  "very high",
}

export type Size = "small" | "large" | (string & {});

export interface Paint {
  colour: Colour;
  level?: Level;
  size: Size;
  only: Colour.Red;
}

export interface Faded extends Fault<"DATA_LOSS"> {
  was: Colour.Red | Colour.Green;
  now: Colour.Green;
}

/** Members of an enum are types of their own: the literals that they are on the wire would not do. */
export interface Paints {
  red(a: Colour.Red, b?: Level.Low): Promise<Colour.Red | Faded>;
  reds(many: AsyncIterable<Colour.Red>): AsyncIterable<{ only: Colour.Red } | Faded>;
  mix(a: Colour, b: Colour): Promise<Colour>;
  get(request: Paint): Promise<Paint>;
}
