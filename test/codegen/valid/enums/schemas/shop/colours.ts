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

export interface Paints {
  mix(a: Colour, b: Colour): Promise<Colour>;
  get(request: Paint): Promise<Paint>;
}
