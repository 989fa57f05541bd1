import type { Fault, Int32, Throws } from "taut/schema";
import type { Gone, NotAllowed, OutOfStock } from "./faults.ts";

export interface StockService extends Throws<NotAllowed> {
  take(sku: string, count: Int32): Promise<Int32 | OutOfStock | Gone>;
  watch(sku: string): AsyncIterable<Level | Gone>;
  fill(levels: AsyncIterable<Level>): Promise<void | Full>;
  mark(request: Level): Promise<Level>;
}

export interface Level {
  sku: string;
  count: Int32;
}

/** @deprecated nothing is ever full */
export interface Full extends Fault<"RESOURCE_EXHAUSTED"> {
  sku: string;
  available: Int32;
}
