declare const mark: unique symbol;

export interface Shop {
  place(request: Order): Promise<symbol>;
}

export interface Order {
  mark: symbol;
  own: typeof mark;
}
