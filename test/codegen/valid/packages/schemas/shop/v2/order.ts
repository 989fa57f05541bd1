import type { Order as Older } from "../v1/order.js";

export interface Order extends Older {
  lines: Line[];
}
export interface Line {
  /** Of the order before. */
  replaces?: Older;
}
