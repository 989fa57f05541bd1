export interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  id: string;
  [key: string]: string;
}
export type Both = { id: string } & Record<string, string>;
