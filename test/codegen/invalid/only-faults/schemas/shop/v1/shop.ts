import type { Fault } from "taut/schema";

export interface Shop {
  get(id: string): Promise<Gone>;
  watch(id: string): AsyncIterable<Gone | Full>;
}

export interface Gone extends Fault<"NOT_FOUND"> {}
export interface Full extends Fault<"RESOURCE_EXHAUSTED"> {}
