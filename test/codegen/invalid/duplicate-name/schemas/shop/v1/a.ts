export interface Order {
  id: string;
}

export interface Shop {
  get(id: string): Promise<Order>;
}
