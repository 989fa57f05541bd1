export interface Shop {
  place(request: Order): Promise<`${number}px`>;
}

export interface Order {
  id: `order-${string}`;
  upper: Uppercase<string>;
  fine: `order-${"a" | "b"}`;
}
