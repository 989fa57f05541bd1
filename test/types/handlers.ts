/** Handlers of a generated service: what compiles, and what must not. Never run. */

import { type CallContext, createServer } from "taut";
import { type Offer, type Order, type OrdersHandler, OrdersService } from "../codegen/valid/calls/ts/shop/v1/orders.ts";
import { StockService } from "../codegen/valid/faults/ts/shop/v1/stock.ts";
import { type Equal, expectType } from "./expect-type.ts";

declare const order: Order;

/** Values and promises, generators and arrays, with the context and without. */
export const handler: OrdersHandler = {
  place: async () => order,
  get(id, context) {
    expectType<Equal<typeof id, string>>();
    expectType<Equal<typeof context, CallContext>>();
    return id === "" ? null : order;
  },
  find(customer, since, limit) {
    expectType<Equal<typeof since, Date | undefined>>();
    return customer === "" || limit === 0 ? [] : [order];
  },
  count: () => 5n,
  forget() {},
  async clear() {},
  update: ({ labels = {}, total }) => ({ revision: Object.keys(labels).length + (total === null ? 0 : 1) }),
  async *watch({ customer }) {
    if (customer !== "") yield order;
  },
  ids: () => ["a", "b"],
  async load(orders) {
    let accepted = 0;
    for await (const { items } of orders) accepted += items.length;
    return { accepted };
  },
  sum: async (numbers) => {
    let sum = 0n;
    for await (const number of numbers) sum += BigInt(number);
    return sum;
  },
  async drop(ids) {
    for await (const id of ids) id.length;
  },
  async *negotiate(offers) {
    for await (const offer of offers) yield offer;
  },
  echo: (lines) => lines,
  viewed(id, { signal }) {
    if (!signal.aborted) id.length;
  },
  async ping() {},
};

/** A class does as well, and may leave out parameters that it does not read. */
export class Handler implements Pick<OrdersHandler, "get" | "forget" | "watch"> {
  async get(): Promise<Order | null> {
    return null;
  }
  forget(): void {}
  *watch(request: { customer: string }): Iterable<Order> {
    if (request.customer === "") yield order;
  }
}

export function wrong(): void {
  createServer().add(OrdersService, handler);
  // @ts-expect-error a handler of another service
  createServer().add(StockService, handler);
  // @ts-expect-error methods are missing
  createServer().add(OrdersService, { place: handler.place });
  const some: Partial<OrdersHandler> = {
    // @ts-expect-error not what the method answers
    count: () => 5,
    // @ts-expect-error null is not declared
    place: () => null,
    // @ts-expect-error a promise of a stream is no stream
    ids: async () => ["a"],
    // @ts-expect-error streams of something else
    negotiate: (offers: AsyncIterable<Offer>) => ["a", offers],
    // @ts-expect-error parameters of other types
    get: (id: number) => (id === 0 ? null : order),
  };
  some.count;
}
