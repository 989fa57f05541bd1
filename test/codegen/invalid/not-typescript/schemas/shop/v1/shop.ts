import type { Missing } from "./nowhere.ts";

export interface Shop {
  place(request: Order): Promise<Order>;
  find(request: Unheard): Promise<Order>;
}

export interface Order {
  id: string;
  id: number;
  missing: Missing;
}

export interface Broken {
  id: string
