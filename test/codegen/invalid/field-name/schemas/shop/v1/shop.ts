export interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  "a\0b": string;
  "\ud800": string;
}
