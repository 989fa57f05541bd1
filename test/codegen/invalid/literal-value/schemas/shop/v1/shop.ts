export interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  big: 10n;
  lone: "\ud800";
  either: 1n | 2n;
}
