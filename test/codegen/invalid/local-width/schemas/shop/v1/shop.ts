export type Int32 = number;
export type Int64 = bigint;
export type Uuid = string;

export interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  id: Uuid;
  count: Int32;
  total: Int64;
}
