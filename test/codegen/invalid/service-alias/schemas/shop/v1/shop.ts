export interface Orders {
  place(request: Order): Promise<Order>;
}
export interface Admin {
  remove(id: string): Promise<void>;
}
export type Both = Orders & Admin;
export type Again = Orders;
export type Written = { get(id: string): Promise<Order> };

export interface Order {
  id: string;
}
