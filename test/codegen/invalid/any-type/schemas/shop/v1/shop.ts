export interface Shop {
  place(request: Order): Promise<any>;
  find(id: any): Promise<Order>;
}

export interface Order {
  extra: any;
  list: any[];
  map: Record<string, any>;
}

export interface NotReached {
  extra: any;
}
