export interface Shop {
  place(request: Order): Promise<never>;
}

export interface Order {
  nothing: never;
  list: never[];
  map: Record<string, never>;
  both: string & number;
}
