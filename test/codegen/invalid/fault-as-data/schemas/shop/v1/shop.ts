import type { Fault, FaultData } from "taut/schema";

export interface Shop {
  place(request: Gone): Promise<Order>;
  watch(requests: AsyncIterable<Gone>): Promise<Order>;
}

export interface Gone extends Fault<"NOT_FOUND"> {
  id: string;
}
export interface Order {
  error: Gone;
  list: Gone[];
  fine: FaultData<Gone>;
}
