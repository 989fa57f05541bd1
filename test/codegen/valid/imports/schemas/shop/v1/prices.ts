import type { Money as BaseMoney, Sku } from "../../base/units.ts";
import type { Money } from "./money.ts";

export interface Prices {
  price(sku: Sku): Promise<BaseMoney>;
  show(money: Money): Promise<Both>;
}
export interface Both {
  exact: BaseMoney;
  shown: Money;
  skus: Sku[];
}
