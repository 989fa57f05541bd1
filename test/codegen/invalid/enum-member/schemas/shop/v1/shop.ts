export enum Size {
  Small = "abc".length,
  Large = Math.max(1, 2),
}
export enum Odd {
  Infinite = 1 / 0,
  NotANumber = 0 / 0,
}

export interface Shop {
  place(size: Size): Promise<Odd>;
}
