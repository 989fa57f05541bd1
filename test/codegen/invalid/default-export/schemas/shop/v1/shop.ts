export default interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  id: string;
}
