/** SC-10: what compiles against a generated client, and what must not. Never run; every `@ts-expect-error` is a test. */

import type { CallOptions, Channel, Settled } from "taut";
import type { Int32 } from "taut/schema";
import { type Offer, type Order, OrdersClient, type PlaceOrder } from "../codegen/valid/calls/ts/shop/v1/orders.ts";
import { type Equal, expectType } from "./expect-type.ts";
import { Full, type Gone, NotAllowed, OutOfStock, StockClient } from "./fault-classes.ts";

declare const channel: Channel;
declare const options: CallOptions;
declare const order: PlaceOrder;
declare const offers: AsyncIterable<Offer>;

const client = new OrdersClient(channel);

export async function rightCalls(): Promise<void> {
  const placed = await client.place(order, { timeoutMs: 5 });
  expectType<Equal<typeof placed, Order>>();
  const found = await client.get("a", options);
  expectType<Equal<typeof found, Order | null>>();
  const list = await client.find("ann", new Date(), 5, options);
  expectType<Equal<typeof list, readonly Order[]>>();
  await client.find("ann");
  await client.find("ann", undefined, undefined, options);
  const count = await client.count();
  expectType<Equal<typeof count, bigint>>();
  const forgotten = await client.forget("a");
  expectType<Equal<typeof forgotten, void>>();
  await client.clear(options);
  await client.update({ id: "1", total: null });
  for await (const one of client.watch({ customer: "ann" })) expectType<Equal<typeof one, Order>>();
  for await (const id of client.ids()) expectType<Equal<typeof id, string>>();
  const loaded = await client.load([order]);
  expectType<Equal<typeof loaded.accepted extends number ? true : false, true>>();
  await client.sum(new Set([1, 2]));
  for await (const offer of client.negotiate(offers)) if (offer.kind === "bid") offer.price.units.toString();
  const viewed = await client.viewed("a");
  expectType<Equal<typeof viewed, void>>();
}

export async function wrongCalls(): Promise<void> {
  // @ts-expect-error a missing field
  await client.place({ customer: "ann" });
  // @ts-expect-error an extra field
  await client.place({ customer: "ann", items: [], note: "" });
  // @ts-expect-error a wrong type
  await client.place({ customer: 1, items: [] });
  // @ts-expect-error a wrong type, deep inside
  await client.place({ customer: "ann", items: [{ sku: "a", quantity: 1, price: { currency: "EUR", units: 1, nanos: 0 } }] });
  // @ts-expect-error a method that is not there
  await client.replace(order);
  // @ts-expect-error no argument
  await client.get();
  // @ts-expect-error too many arguments
  await client.get("a", options, options);
  // @ts-expect-error an option that is not there
  await client.get("a", { timeout: 5 });
  // @ts-expect-error options in the place of a parameter
  await client.find("ann", options);
  // @ts-expect-error a request where a stream of them is asked for
  await client.load(order);
  // @ts-expect-error a stream of something else
  await client.load(["a"]);
  // @ts-expect-error a channel is needed
  new OrdersClient("tcp://127.0.0.1:1");
  // @ts-expect-error a channel is needed
  new OrdersClient();
}

export async function wrongUseOfAnswers(): Promise<void> {
  const awaited = await client.watch({ customer: "ann" });
  // @ts-expect-error await on a stream gives the stream, not a message
  awaited.id;
  // @ts-expect-error for-await on a unary call
  for await (const one of client.get("a")) one.toString();
  // @ts-expect-error a promise is not its value
  client.place(order).id;
  // @ts-expect-error an answer may be null
  (await client.get("a")).id;
  // @ts-expect-error an optional field may be absent
  (await client.place(order)).note.length;
  const counted = await client.count();
  // @ts-expect-error a bigint is no number
  const number: number = counted;
  number.toFixed();
  for await (const offer of client.negotiate(offers)) {
    // @ts-expect-error of a tagged union only what all arms have
    offer.price;
  }
}

const stock = new StockClient(channel);

export async function settledCalls(): Promise<void> {
  const taken = await stock.settled.take("a", 1, options);
  expectType<Equal<typeof taken, Settled<Int32, Gone | NotAllowed | OutOfStock>>>();
  if (taken.ok) {
    taken.value.toFixed();
    // @ts-expect-error there is no error where there is a value
    taken.error;
    return;
  }
  const { error } = taken;
  if (OutOfStock.is(error)) {
    expectType<Equal<typeof error, OutOfStock>>();
    error.data.available.toFixed();
    // @ts-expect-error not a field of this fault
    error.data.message;
  } else if (NotAllowed.is(error)) {
    error.data.message.length;
  } else if (error.code === "NOT_FOUND") {
    // @ts-expect-error an RpcError of the fault's code need not be the fault
    error.data;
  }
  // @ts-expect-error streams throw: there is nothing to settle
  stock.settled.watch("a");
  // @ts-expect-error nor for one-way calls
  client.settled.viewed("a");
  const filled = await stock.settled.fill([]);
  if (filled.ok) expectType<Equal<typeof filled.value, void>>();
  else if (Full.is(filled.error)) filled.error.data.sku.length;
}
