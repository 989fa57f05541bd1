export interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  keys: keyof { a: string } extends infer K ? K : never;
  method: Generic["id"];
}

export interface Generic {
  id: <T>(x: T) => T;
}
