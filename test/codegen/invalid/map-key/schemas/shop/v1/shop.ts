export interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  dates: Map<Date, string>;
  objects: Map<{ id: string }, string>;
  symbols: Record<symbol, string>;
  patterns: Record<`a${string}`, string>;
  mixed: Map<string | number, string>;
  doubles: Map<number | null, string>;
  sameText: Map<1 | "1", string>;
  sameFlag: Map<true | "true", string>;
  sameMember: Map<Level, string>;
  anyText: Map<1 | (string & {}), string>;
}

export enum Level {
  Low = 1,
  High = "1",
}
