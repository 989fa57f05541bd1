export interface Shop {
  place(request: Order): Promise<Order>;
  name: string;
}

export interface Base {
  name: string;
}
export interface Inherits extends Base {
  place(request: Order): Promise<Order>;
}

export interface Order {
  id: string;
}
