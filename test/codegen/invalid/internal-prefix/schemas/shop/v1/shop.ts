export interface $Shop {
  place(request: $Order): Promise<$Order>;
}
export interface $Order {
  id: string;
}
