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
}
