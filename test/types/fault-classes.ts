/** The fault classes of a generated module: what compiles, and what must not. Never run. */

import { RpcError } from "taut";
import { Gone, type GoneData, NotAllowed, OutOfStock, type OutOfStockData } from "../codegen/valid/faults/ts/shop/v1/faults.ts";
import { Full, StockClient, type StockHandler } from "../codegen/valid/faults/ts/shop/v1/stock.ts";
import { type Equal, expectType } from "./expect-type.ts";

export { Full, Gone, NotAllowed, OutOfStock, StockClient };

export function making(): RpcError[] {
  const error = new OutOfStock({ sku: "a", available: 1 }, { message: "few", cause: new Error("x") });
  expectType<Equal<typeof error.data, OutOfStockData>>();
  expectType<Equal<typeof error.code, "FAILED_PRECONDITION">>();
  expectType<Equal<(typeof error.details)[0]["type"], "shop.v1.OutOfStock">>();
  // @ts-expect-error the data is needed
  new OutOfStock();
  // @ts-expect-error all of it
  new OutOfStock({ sku: "a" });
  // @ts-expect-error and no more
  new OutOfStock({ sku: "a", available: 1, colour: "red" });
  // @ts-expect-error the code is the schema's
  new OutOfStock({ sku: "a", available: 1 }, { code: "ABORTED" });
  // @ts-expect-error data is not changed afterwards
  error.data = { sku: "b", available: 2 };
  const nothing: GoneData = {};
  return [error, new Gone(nothing), new NotAllowed({ message: "no" })];
}

export function telling(error: OutOfStock | Full | Error): void {
  // Both have the same fields; they stay two types all the same.
  if (OutOfStock.is(error)) expectType<Equal<typeof error, OutOfStock>>();
  else if (Full.is(error)) expectType<Equal<typeof error, Full>>();
  else if (error instanceof RpcError) error.code;
}

export const handler: StockHandler = {
  // @ts-expect-error a fault is thrown, never returned
  async take(sku, count) {
    if (count > 5) return new OutOfStock({ sku, available: 5 });
    return count;
  },
  *watch(sku) {
    yield { sku, count: 1 };
  },
  async fill(levels) {
    for await (const { sku, count } of levels) if (count < 0) throw new Full({ sku, available: 0 });
  },
  mark: (level) => level,
};
