/**
 * The values that every library encodes: 256 distinct ones of each type, in the sizes that PERFORMANCE's figures speak of: Small 49 bytes
 * of BSON, Order 954 (25 strings, 8 items), Table 100 rows.
 *
 * They are as `JSON.parse` leaves them: each string in one piece, as parsers and database drivers make them. The types
 * `small-concatenated` and `order-concatenated` are as a program makes them from templates, not in one piece before they are first read.
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

function makeAccentedSmall(index) {
  const small = makeSmall(index);
  return { ...small, name: accented(small.name) };
}

/** The value as a parser would have made it from text. */
function parsed(value) {
  const text = JSON.stringify(value, (_key, part) => (typeof part === "bigint" ? String(part) : part));
  const fresh = JSON.parse(text);
  if (fresh.placed !== undefined) fresh.placed = new Date(fresh.placed);
  for (const row of fresh.rows ?? []) row.l = BigInt(row.l);
  return fresh;
}

const makers = {
  small: (index) => parsed(makeSmall(index)),
  order: (index) => parsed(makeOrder(index)),
  table: (index) => parsed(makeTable(index)),
  "small-accented": (index) => parsed(makeAccentedSmall(index)),
  "order-accented": (index) => parsed(makeAccentedOrder(index)),
  "small-concatenated": makeSmall,
  "order-concatenated": makeOrder,
};

export function makeMessages(type) {
  if (type.endsWith("-decoded")) return makeMessages(baseType(type));
  const make = makers[type];
  if (make !== undefined) return Array.from({ length: CYCLE }, (_, index) => make(index));
  return Array.from({ length: 16 }, () => readDocument(type));
}

/** Which message type a set of values is of. */
export const baseType = (type) => type.replace(/-.*$/, "");
