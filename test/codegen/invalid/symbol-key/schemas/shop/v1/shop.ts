declare const secret: unique symbol;

export interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  id: string;
  [secret]: string;
  [Symbol.toStringTag]: string;
}
