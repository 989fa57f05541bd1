/**
 * The shop at work: nine processes on loopback TCP, seen from a shopper's process. Prints what happens, checks that it is what
 * should happen, and ends by itself: exit 0, or 1 with what went wrong.
 */
import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { type Channel, connect } from "taut";
import { CartClient } from "./generated/shop/v1/cart.ts";
import { CheckoutClient, type PlaceOrderRequest } from "./generated/shop/v1/checkout.ts";
import { CurrencyClient } from "./generated/shop/v1/currency.ts";
import { CardDeclined } from "./generated/shop/v1/payment.ts";
import { ProductCatalogClient, ProductNotFound } from "./generated/shop/v1/product-catalog.ts";
import { ShippingClient } from "./generated/shop/v1/shipping.ts";
import { describe, measure } from "./load.ts";
import { format, multiply, sum, usd } from "./money.ts";
import { directory, type ServiceName } from "./services/directory.ts";
import { type ShopProcess, startProcess } from "./shop-process.ts";

const heading = (text: string): void => console.log(`\n${text}`);
const say = (text: string): void => console.log(`  ${text}`);

heading("Nine services, each a process of its own");
const processes = new Map<ServiceName, ShopProcess>();
const addresses = new Map<ServiceName, string>();
for (const name of Object.keys(directory) as ServiceName[]) {
  const started = await startProcess(name, addresses, (line) => say(`${name} says: ${line}`));
  processes.set(name, started);
  addresses.set(name, started.url);
  const calls = directory[name].calls.length > 0 ? `  calls ${directory[name].calls.join(", ")}` : "";
  say(`${name.padEnd(14)} ${started.url}  pid ${started.pid}${calls}`);
}

const channels: Channel[] = [];
function channelTo(name: ServiceName): Channel {
  const channel = connect(addresses.get(name) ?? "");
  channels.push(channel);
  return channel;
}
const cart = new CartClient(channelTo("cart"));
const catalog = new ProductCatalogClient(channelTo("catalog"));
const currency = new CurrencyClient(channelTo("currency"));
const checkout = new CheckoutClient(channelTo("checkout"));
const shipping = new ShippingClient(channelTo("shipping"));

const nextYear = new Date().getFullYear() + 1;
function orderOf(user_id: string, cardYear = nextYear): PlaceOrderRequest {
  return {
    user_id,
    user_currency: "EUR",
    address: { street_address: "1600 Amphitheatre Parkway", city: "Mountain View", state: "CA", country: "USA", zip_code: 94043 },
    email: `${user_id}@example.com`,
    credit_card: {
      credit_card_number: "4432-8015-6152-0454",
      credit_card_cvv: 672,
      credit_card_expiration_year: cardYear,
      credit_card_expiration_month: 1,
    },
  };
}

async function put(user_id: string, query: string, quantity: number): Promise<void> {
  const { results } = await catalog.SearchProducts({ query });
  const [product] = results;
  assert(product, `the catalogue should have a ${query}`);
  await cart.AddItem({ user_id, item: { product_id: product.id, quantity } });
  say(`${user_id} puts ${quantity} x ${product.name} at ${format(product.price_usd ?? usd(0n))} into the cart`);
}

heading("An order");
await put("ada", "watch", 1);
await put("ada", "mug", 4);
const began = performance.now();
const { order } = await checkout.PlaceOrder(orderOf("ada"));
const took = performance.now() - began;
assert(order?.shipping_cost);
const total = sum(order.shipping_cost, ...order.items.map(({ item, cost }) => multiply(cost ?? usd(0n), item?.quantity ?? 0)));
say(`order ${order.order_id}: ${format(total)} with ${format(order.shipping_cost)} shipping, placed in ${took.toFixed(1)} ms`);
assert.deepEqual((await cart.GetCart({ user_id: "ada" })).items, []);

heading("The parcel on its way: a stream of answers, left before its end");
for await (const station of shipping.TrackOrder({ tracking_id: order.shipping_tracking_id })) {
  if (station.kind === "packed") say("packed");
  if (station.kind === "passed") say(`passed ${station.city}`);
  if (station.kind === "passed" && station.city === "Palo Alto") break;
}

heading("A shopping list: a stream of requests, pulled as fast as the cart takes it");
async function* shoppingList() {
  const { products } = await catalog.ListProducts({});
  for (const { id } of products) yield { user_id: "gina", item: { product_id: id, quantity: 1 } };
}
const { added } = await cart.AddItems(shoppingList());
assert.equal((await cart.GetCart({ user_id: "gina" })).items.length, added);
say(`gina puts one of each into the cart: ${added} items`);

heading("A declined card: a declared fault, thrown by payment, told apart by checkout, typed here");
await put("bob", "loafers", 1);
const declined = await checkout.settled.PlaceOrder(orderOf("bob", 2020));
assert(!declined.ok && CardDeclined.is(declined.error), "the card should be declined");
const { reason, card_ending } = declined.error.data;
say(`bob gets ${declined.error.code}: reason "${reason}", card ending in ${card_ending}`);
const kept = await cart.GetCart({ user_id: "bob" });
assert.equal(kept.items.length, 1);
say(`nothing was shipped: bob's cart still holds ${kept.items.length} item`);

heading("A product that is gone: another fault of the same call");
await cart.AddItem({ user_id: "carol", item: { product_id: "NO-SUCH-ID", quantity: 1 } });
const missing = await checkout.settled.PlaceOrder(orderOf("carol"));
assert(!missing.ok && ProductNotFound.is(missing.error), "the product should be unknown");
say(`carol gets ${missing.error.code}: product ${missing.error.data.id}`);

heading("A deadline that travels: 300 ms for checkout and everyone it calls");
await put("dan", "candle", 2_000);
const asked = performance.now();
const late = await checkout.settled.PlaceOrder(orderOf("dan"), { timeoutMs: 300 });
assert(!late.ok && late.error.code === "DEADLINE_EXCEEDED", "the deadline should pass");
say(`dan gets ${late.error.code} after ${(performance.now() - asked).toFixed(0)} ms`);

await processes.get("shipping")?.said(/stopped asking/);

heading(`Load: Node ${process.version}, ten processes on ${availableParallelism()} cores`);
const orders = await measure(
  async (caller) => {
    const user_id = `shopper-${caller}`;
    await cart.AddItem({ user_id, item: { product_id: "6E92ZMYYFZ", quantity: 1 } });
    await cart.AddItem({ user_id, item: { product_id: "9SIQT8TOJO", quantity: 2 } });
    await checkout.PlaceOrder(orderOf(user_id));
  },
  { inFlight: 32, seconds: 2 },
);
// Two AddItem and PlaceOrder from here; inside GetCart, 2 GetProduct, GetQuote, 3 Convert, Charge, ShipOrder, EmptyCart and the mail.
const callsPerOrder = 3 + 11;
const callsAmongAll = Math.round(orders.perSecond * callsPerOrder).toLocaleString("en");
say(
  `orders, 32 shoppers at once:  ${describe(orders, "orders/s")}; each is ${callsPerOrder} calls, ${callsAmongAll} calls/s in all`,
);
const from = usd(19n, 99);
const conversions = await measure(() => currency.Convert({ from, to_code: "CHF" }), { inFlight: 64, seconds: 1 });
say(`Convert alone, 64 in flight:  ${describe(conversions, "calls/s")}, over one connection`);

heading("A service that is gone: the order stands, the mail does not go out");
assert.equal(await processes.get("email")?.stop(), 0);
say("email got SIGTERM and ended with exit code 0");
await put("eve", "jar", 1);
const unconfirmed = await checkout.PlaceOrder(orderOf("eve"));
say(`eve's order ${unconfirmed.order?.order_id} is placed`);

heading("A service that is stopped while it works: it drains");
await put("finn", "tank", 1_200);
const underWay = checkout.PlaceOrder(orderOf("finn"), { timeoutMs: 5_000 });
await processes.get("shipping")?.said(/needs 1200 ms/);
say("checkout gets SIGTERM, with finn's order under way");
const [finished, exitCode] = await Promise.all([underWay, processes.get("checkout")?.stop()]);
assert.equal(exitCode, 0);
say(`finn's order ${finished.order?.order_id} is placed; checkout ended with exit code 0`);

heading("The end");
for (const channel of channels) await channel.close();
const codes = await Promise.all([...processes.values()].map((process) => process.stop()));
assert.deepEqual(new Set(codes), new Set([0]));
say(`all ${codes.length} processes ended with exit code 0`);
