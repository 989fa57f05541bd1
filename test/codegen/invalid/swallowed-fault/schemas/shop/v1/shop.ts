import type { Fault } from "taut/schema";

export interface Shop {
  get(id: string): Promise<unknown | Gone>;
  watch(id: string): AsyncIterable<unknown | Gone>;
}

export interface Gone extends Fault<"NOT_FOUND"> {}
