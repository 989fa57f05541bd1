export interface Shop {
  place(request: Order): Promise<() => void>;
}

export interface Order {
  done: () => void;
  list: ((x: number) => string)[];
  any: Function;
  make: new () => Date;
}
