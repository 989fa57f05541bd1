export interface Shop {
  find<T>(id: T): Promise<string>;
  get: <K extends string>(id: K) => Promise<K>;
}
