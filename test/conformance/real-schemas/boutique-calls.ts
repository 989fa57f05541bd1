/** Calls of the shop's nine services, with an order as it passes through them. */

import type { Address, CreditCardInfo, Money, OrderResult, Product } from "../../.generated/schemas/boutique/v1/boutique.ts";
import type { RealCall } from "../real-schemas.test.ts";

const usd = (units: bigint, nanos: number): Money => ({ currency_code: "USD", units, nanos });
const address: Address = {
  street_address: "1600 Amphitheatre Parkway",
  city: "Mountain View",
  state: "CA",
  country: "USA",
  zip_code: 94_043,
};
const card: CreditCardInfo = {
  credit_card_number: "4432-8015-6152-0454",
  credit_card_cvv: 672,
  credit_card_expiration_year: 2_039,
  credit_card_expiration_month: 1,
};
const items = [
  { product_id: "OLJCESPC7Z", quantity: 2 },
  { product_id: "66VCHSJNUP", quantity: 1 },
];
const sunglasses: Product = {
  id: "OLJCESPC7Z",
  name: "Sunglasses",
  description: "Add a modern touch to your outfits with these sleek aviator sunglasses — “très chic”.",
  picture: "/static/img/products/sunglasses.jpg",
  price_usd: usd(19n, 990_000_000),
  categories: ["accessories"],
};
const tank: Product = { id: "66VCHSJNUP", name: "Tank Top", description: "", picture: "", categories: [] };
const order: OrderResult = {
  order_id: "c5b6a1d2-6c5e-11f0-9d3a-0242ac120002",
  shipping_tracking_id: "QK-30541-133209785",
  shipping_cost: usd(8n, 990_000_000),
  shipping_address: address,
  items: items.map((item, at) => ({ item, cost: usd(BigInt(at), -1) })),
};

export const cartCalls: readonly RealCall[] = [
  { method: "AddItem", given: [{ user_id: "ann", item: { product_id: "OLJCESPC7Z", quantity: 2_147_483_647 } }], answer: {} },
  { method: "AddItem", given: [{ user_id: "" }], answer: {} },
  { method: "GetCart", given: [{ user_id: "ann" }], answer: { user_id: "ann", items } },
  { method: "GetCart", given: [{ user_id: "nobody" }], answer: { user_id: "nobody", items: [] } },
  { method: "EmptyCart", given: [{ user_id: "ann" }], answer: {} },
];
export const recommendationCalls: readonly RealCall[] = [
  {
    method: "ListRecommendations",
    given: [{ user_id: "ann", product_ids: ["OLJCESPC7Z"] }],
    answer: { product_ids: ["66VCHSJNUP", "1YMWWN1N4O"] },
  },
];
export const catalogCalls: readonly RealCall[] = [
  { method: "ListProducts", given: [{}], answer: { products: [sunglasses, tank] } },
  { method: "GetProduct", given: [{ id: "66VCHSJNUP" }], answer: tank },
  { method: "SearchProducts", given: [{ query: "眼鏡" }], answer: { results: [sunglasses] } },
];
export const shippingCalls: readonly RealCall[] = [
  { method: "GetQuote", given: [{ address, items }], answer: { cost_usd: usd(8n, 990_000_000) } },
  { method: "GetQuote", given: [{ items: [] }], answer: {} },
  { method: "ShipOrder", given: [{ address, items }], answer: { tracking_id: "QK-30541-133209785" } },
];
export const currencyCalls: readonly RealCall[] = [
  { method: "GetSupportedCurrencies", given: [{}], answer: { currency_codes: ["EUR", "USD", "JPY", "GBP", "TRY", "CAD"] } },
  {
    method: "Convert",
    given: [{ from: usd(-9_223_372_036_854_775_808n, -999_999_999), to_code: "EUR" }],
    answer: { currency_code: "EUR", units: 9_223_372_036_854_775_807n, nanos: 999_999_999 },
  },
];
export const paymentCalls: readonly RealCall[] = [
  {
    method: "Charge",
    given: [{ amount: usd(28n, 980_000_000), credit_card: card }],
    answer: { transaction_id: "f1c7d6f0-2b86-4f2e-8d36-f38d1e0e2a5b" },
  },
];
export const emailCalls: readonly RealCall[] = [
  { method: "SendOrderConfirmation", given: [{ email: "ann@example.com", order }], answer: {} },
];
export const checkoutCalls: readonly RealCall[] = [
  {
    method: "PlaceOrder",
    given: [{ user_id: "ann", user_currency: "USD", address, email: "ann@example.com", credit_card: card }],
    answer: { order },
  },
];
export const adCalls: readonly RealCall[] = [
  {
    method: "GetAds",
    given: [{ context_keys: ["accessories", "vintage"] }],
    answer: { ads: [{ redirect_url: "/product/2ZYFJ3GM2N", text: "Hairdryer for sale. 50% off." }] },
  },
  { method: "GetAds", given: [{ context_keys: [] }], answer: { ads: [] } },
];
