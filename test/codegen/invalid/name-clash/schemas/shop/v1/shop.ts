import type { Fault } from "taut/schema";

export interface Orders {
  place(request: Order): Promise<Order | Gone>;
}
export interface OrdersService {
  place(request: Order): Promise<Order>;
}
export interface OrdersHandler {
  id: string;
}
export interface Order {
  id: string;
}
export interface Gone extends Fault<"NOT_FOUND"> {
  id: string;
}
export interface GoneData {
  id: string;
}
