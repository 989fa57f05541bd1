/**
 * The values that every library encodes: 256 distinct ones of each type, in the sizes that PERFORMANCE's figures speak of: Small 49 bytes
 * of BSON, Order 954 (25 strings, 8 items), Table 100 rows.
 */

import { makeOrder, makeSmall } from "../data/messages.mjs";
import { readDocument } from "./documents.mjs";

const CYCLE = 256;

const accented = (text) => `é${text.slice(1)}`;

/** Rows of a double, an int32 and an int64. */
function makeTable(index) {
  const rows = Array.from({ length: 100 }, (_, i) => ({
    d: index + i + 0.25,
    i: index * 1000 + i,
    l: BigInt(index * 100 + i) * 4_294_967_311n,
  }));
  return { rows };
}

/** The same, with a letter beyond ASCII in each name and title. */
function makeAccentedOrder(index) {
  const order = makeOrder(index);
  return {
    ...order,
    customer: { ...order.customer, name: accented(order.customer.name) },
    items: order.items.map((item) => ({ ...item, title: accented(item.title) })),
  };
}

const makers = {
  small: makeSmall,
  order: makeOrder,
  table: makeTable,
  "order-accented": makeAccentedOrder,
  "small-accented": (index) => {
    const small = makeSmall(index);
    return { ...small, name: accented(small.name) };
  },
};

export function makeMessages(type) {
  const make = makers[type];
  if (make !== undefined) return Array.from({ length: CYCLE }, (_, index) => make(index));
  return Array.from({ length: 16 }, () => readDocument(type));
}

/** Which message type a set of values is of. */
export const baseType = (type) => type.replace(/-.*$/, "");
