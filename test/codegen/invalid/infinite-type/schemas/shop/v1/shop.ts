export interface Shop {
  place(request: Grow<string>): Promise<void>;
}

export interface Grow<T> {
  item: T;
  next?: Grow<T[]>;
}
