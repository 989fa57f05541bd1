export class Basket {
  items: string[] = [];
  total(): number {
    return this.items.length;
  }
}

export interface Shop {
  place(request: Basket): Promise<Order>;
}

export interface Order {
  basket: Basket;
  list: Basket[];
  type: typeof Basket;
}
