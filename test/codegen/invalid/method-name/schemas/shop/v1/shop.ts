export interface Shop {
  then(id: string): Promise<string>;
  constructor(id: string): Promise<string>;
  settled(id: string): Promise<string>;
  __proto__(id: string): Promise<string>;
  [Symbol.iterator](): Promise<string>;
  fine(): Promise<string>;
}
