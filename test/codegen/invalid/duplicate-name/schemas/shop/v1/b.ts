export type Order = { id: number };

export interface Shop {
  get(id: string): Promise<Order>;
}
