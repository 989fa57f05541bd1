export interface Shop {
  place(request: Order): Promise<Order>;
}

/**
 * @reserved price
 * @reserved id
 */
export interface Order {
  id: string;
}
