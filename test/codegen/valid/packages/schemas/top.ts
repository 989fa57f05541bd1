import type { Order as First } from "./shop/v1/order.js";
import type { Order as Second } from "./shop/v2/order.ts";

/** Straight in the root: it has no package. */
export interface Upgrade {
  upgrade(request: First): Promise<Second>;
}
export type { Order as OldOrder } from "./shop/v1/order.ts";
