export interface Shop {
  find(this: Shop, id: string): Promise<string>;
}
