export interface Shop {
  find(id: string): Promise<Order>;
  find(number: number): Promise<Order>;
  both: { (id: string): Promise<Order>; (number: number): Promise<Order> };
}

export interface Merged {
  get(id: string): Promise<Order>;
}
export interface Merged {
  get(number: bigint): Promise<Order>;
}

export interface Order {
  id: string;
}
