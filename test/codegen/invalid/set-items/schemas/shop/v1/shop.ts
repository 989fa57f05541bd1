export interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  objects: Set<{ id: string }>;
  lists: Set<string[]>;
  dates: Set<Date>;
  bytes: ReadonlySet<Uint8Array>;
}
