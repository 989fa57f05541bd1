export interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  /** @format e-mail */
  mail: string;
  /** @format */
  none: string;
  /** @format uuid */
  fine: string;
}
