export interface Shop {
  place(request: Order): Promise<string | undefined>;
  watch(id: string): AsyncIterable<string | undefined>;
  load(ids: AsyncIterable<string | undefined>): Promise<void>;
}

export interface Order {
  list: (string | undefined)[];
  map: Record<string, string | undefined>;
  other: Map<string, number | undefined>;
  set: Set<string | undefined>;
  tuple: [string | undefined, number];
}
