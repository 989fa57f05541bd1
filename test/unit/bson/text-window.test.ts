/**
 * Codecs of messages with several strings cut them from one text of the document. Whatever document was read before, in the same
 * memory, its text must never come out of the next one.
 */

import { expect, it } from "vitest";
import {
  type Address,
  decodeAddress,
  decodeChargeRequest,
  decodeCurrencyConversionRequest,
  decodeGetQuoteResponse,
  decodeMoney,
  decodeOrderItem,
  encodeAddress,
  encodeChargeRequest,
  encodeCurrencyConversionRequest,
  encodeGetQuoteResponse,
  encodeMoney,
  encodeOrderItem,
} from "../../.generated/schemas/boutique/v1/boutique.ts";

const money = { currency_code: "USD", units: 8n, nanos: 1 };
const address: Address = {
  street_address: "1600 Amphitheatre Parkway ".repeat(8),
  city: "Mountain View",
  state: "CA",
  country: "USA",
  zip_code: 94_043,
};
const card = {
  credit_card_number: "4432-8015-6152-0454",
  credit_card_cvv: 672,
  credit_card_expiration_year: 2_039,
  credit_card_expiration_month: 1,
};

const others: [string, (value: never) => Uint8Array, (bytes: Uint8Array) => unknown, unknown][] = [
  ["Money", encodeMoney, decodeMoney, money],
  ["GetQuoteResponse", encodeGetQuoteResponse, decodeGetQuoteResponse, { cost_usd: money }],
  [
    "CurrencyConversionRequest",
    encodeCurrencyConversionRequest,
    decodeCurrencyConversionRequest,
    { from: money, to_code: "EUR" },
  ],
  ["ChargeRequest", encodeChargeRequest, decodeChargeRequest, { amount: money, credit_card: card }],
  ["OrderItem", encodeOrderItem, decodeOrderItem, { item: { product_id: "OLJCESPC7Z", quantity: 2 }, cost: money }],
];

it.each(others)("%s holds its own text after an address was read where it lies", (_name, encode, decode, value) => {
  const bytes = encode(value as never);
  for (let round = 0; round < 3; round += 1) {
    expect(decodeAddress(encodeAddress(address))).toEqual(address);
    expect(decode(bytes)).toEqual(value);
  }
});
