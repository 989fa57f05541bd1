export interface Shop {
  count(): number;
  place(request: Order): Order;
  maybe(id: string): Promise<string> | string;
  nothing(id: string): undefined;
  never(id: string): never;
  thenable(id: string): PromiseLike<string>;
}

export interface Order {
  id: string;
}
