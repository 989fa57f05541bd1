/** What generated clients hand to their channel, and what descriptions do with a handler. */

import { expect, test } from "vitest";
import type { CallContext } from "../../src/contract/call-context.ts";
import type { FullServiceDescription } from "../../src/contract/service.ts";
import { isRpcError, RpcError } from "../../src/errors/rpc-error.ts";
import { recordingChannel } from "./emit-recording-channel.ts";
import { OrdersClient, type OrdersHandler, OrdersService } from "./valid/calls/ts/shop/v1/orders.ts";
import { Gone, NotAllowed, OutOfStock } from "./valid/faults/ts/shop/v1/faults.ts";
import { Full, StockClient, StockService } from "./valid/faults/ts/shop/v1/stock.ts";

const price = { currency: "EUR", units: 5n, nanos: 0 };
const order = { customer: "ann", items: [{ sku: "a", quantity: 1, price }] };
const context = { attempt: 1 } as CallContext;
const methods = (OrdersService as FullServiceDescription<OrdersHandler>).methods;
const method = (name: string) => {
  const found = methods.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

test("each kind goes through its own door, with the description, the request and the options", async () => {
  const channel = recordingChannel();
  const client = new OrdersClient(channel);
  const options = { timeoutMs: 5 };
  await client.place(order, options);
  client.watch({ customer: "ann" }, options);
  await client.load([order], options);
  client.negotiate([], options);
  await client.viewed("a", options);
  expect(channel.calls.map(({ through, method: { path, kind } }) => [through, path, kind])).toEqual([
    ["unary", "shop.v1.Orders/place", "unary"],
    ["serverStream", "shop.v1.Orders/watch", "server-stream"],
    ["clientStream", "shop.v1.Orders/load", "client-stream"],
    ["bidi", "shop.v1.Orders/negotiate", "bidi"],
    ["oneWay", "shop.v1.Orders/viewed", "one-way"],
  ]);
  expect(channel.calls[0]?.request).toBe(order);
  expect(channel.calls.every((call) => call.options === options)).toBe(true);
});

test("declared parameters become the keys of one document, options stand behind them", async () => {
  const channel = recordingChannel();
  const client = new OrdersClient(channel);
  const since = new Date(0);
  await client.find("ann", since, 5, { timeoutMs: 1 });
  await client.find("ann");
  await client.count({ timeoutMs: 2 });
  expect(channel.calls.map(({ request, options }) => [request, options])).toEqual([
    [{ customer: "ann", since, limit: 5 }, { timeoutMs: 1 }],
    [{ customer: "ann", since: undefined, limit: undefined }, undefined],
    [{}, { timeoutMs: 2 }],
  ]);
});

test("a handler gets the declared parameters and then the context", () => {
  const seen: unknown[][] = [];
  const record =
    (...names: string[]) =>
    (...args: unknown[]) => {
      seen.push([...names, ...args]);
    };
  const handler = { find: record("find"), count: record("count"), place: record("place"), watch: record("watch") };
  method("find").invoke(handler, { customer: "ann", limit: 5 }, context);
  method("count").invoke(handler, {}, context);
  method("place").invoke(handler, order, context);
  method("watch").invoke(handler, { customer: "ann" }, context);
  expect(seen).toEqual([
    ["find", "ann", undefined, 5, context],
    ["count", context],
    ["place", order, context],
    ["watch", { customer: "ann" }, context],
  ]);
});

test("a handler's method is called on the handler", () => {
  const handler = {
    answer: 5n,
    count() {
      return this.answer;
    },
  };
  expect(method("count").invoke(handler, {}, context)).toBe(5n);
});

test("tags of the schema and wrappings stand in the description", () => {
  expect(method("get")).toMatchObject({ idempotent: true, timeoutMs: 500, result: "value", requestItem: "document" });
  expect(method("place")).toMatchObject({ idempotent: false, result: "document", requestItem: "document" });
  expect(method("place")).not.toHaveProperty("timeoutMs");
  expect(method("forget")).toMatchObject({ result: "void" });
  expect(method("sum")).toMatchObject({ requestItem: "value", result: "value" });
  expect(method("load")).toMatchObject({ requestItem: "document", result: "document" });
});

test("settled answers values and errors, and still rejects with what is no RpcError", async () => {
  const channel = recordingChannel();
  const client = new StockClient(channel);
  channel.answer = 3;
  await expect(client.settled.take("a", 3)).resolves.toEqual({ ok: true, value: 3 });
  const fault = new OutOfStock({ sku: "a", available: 1 });
  channel.answer = fault;
  const settled = await client.settled.take("a", 3, { timeoutMs: 1 });
  expect(settled).toEqual({ ok: false, error: fault });
  expect(channel.calls.at(-1)).toMatchObject({ request: { sku: "a", count: 3 }, options: { timeoutMs: 1 } });
  channel.answer = new TypeError("mine");
  await expect(client.settled.take("a", 3)).rejects.toBe(channel.answer);
});

test("a client needs a channel, at once", () => {
  expect(() => new OrdersClient({} as never)).toThrow(TypeError);
});

test("a fault is an RpcError with its code, its data and its full name", () => {
  const cause = new Error("why");
  const fault = new OutOfStock({ sku: "a", available: 1 }, { cause });
  expect(fault).toBeInstanceOf(RpcError);
  expect(isRpcError(fault)).toBe(true);
  expect(fault).toMatchObject({
    name: "OutOfStock",
    code: "FAILED_PRECONDITION",
    message: "shop.v1.OutOfStock",
    data: { sku: "a", available: 1 },
    details: [{ type: "shop.v1.OutOfStock", data: { sku: "a", available: 1 } }],
    cause,
  });
  expect("cause" in new Gone({})).toBe(false);
  expect(Object.keys(fault)).not.toContain("name");
});

test("a string field `message` is the error's message, unless another is given", () => {
  expect(new NotAllowed({ message: "no" }).message).toBe("no");
  expect(new NotAllowed({ message: "no" }, { message: "never" }).message).toBe("never");
});

test("`is` tells faults apart, and from errors that merely carry one as a detail", () => {
  const data = { sku: "a", available: 1 };
  expect(OutOfStock.is(new OutOfStock(data))).toBe(true);
  expect(Full.is(new OutOfStock(data))).toBe(false);
  expect(OutOfStock.is(new RpcError({ code: "ABORTED", message: "", details: [{ type: "shop.v1.OutOfStock", data }] }))).toBe(
    false,
  );
  expect([undefined, null, "OutOfStock", {}, new Error("x")].some((value) => OutOfStock.is(value))).toBe(false);
});

test("a method's faults are described, those of other files and of the whole service among them", () => {
  const [take, watch] = (StockService as FullServiceDescription<unknown>).methods;
  expect(take?.faults.map(({ fullName, code }) => [fullName, code])).toEqual([
    ["shop.v1.Gone", "NOT_FOUND"],
    ["shop.v1.NotAllowed", "PERMISSION_DENIED"],
    ["shop.v1.OutOfStock", "FAILED_PRECONDITION"],
  ]);
  expect(watch?.faults).toHaveLength(2);
  const made = take?.faults[2]?.create({ sku: "a", available: 1 }, { message: "few" });
  expect(OutOfStock.is(made) && [made.message, made.data.available]).toEqual(["few", 1]);
});
