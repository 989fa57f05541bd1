export interface Shop {
  place(request: Order): Promise<object>;
}

export interface Order {
  some: object;
  more: {};
  boxed: Object;
}
