export interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  head: [...string[], number];
  middle: [string, ...number[], boolean];
}
