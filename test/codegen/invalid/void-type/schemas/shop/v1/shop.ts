export interface Shop {
  place(request: Order): Promise<Order>;
  find(id: undefined): Promise<void>;
}

export interface Order {
  nothing: undefined;
  empty: void;
}
