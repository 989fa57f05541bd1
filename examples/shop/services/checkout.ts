/**
 * Turns a cart into an order. The one service that calls most of the others.
 *
 * The deadline of `PlaceOrder` and its cancellation reach all of them: a call made inside a handler inherits both. What another
 * service throws does not escape as it is: a peer's error says nothing to our caller unless we decide that it does.
 */
import { randomUUID } from "node:crypto";
import { isRpcError, RpcError } from "taut";
import type { CartClient, CartItem } from "../generated/shop/v1/cart.ts";
import type { CheckoutHandler } from "../generated/shop/v1/checkout.ts";
import type { CurrencyClient, Money } from "../generated/shop/v1/currency.ts";
import type { EmailClient, OrderItem, OrderResult } from "../generated/shop/v1/email.ts";
import { CardDeclined, type CreditCardInfo, type PaymentClient } from "../generated/shop/v1/payment.ts";
import { type ProductCatalogClient, ProductNotFound } from "../generated/shop/v1/product-catalog.ts";
import type { ShippingClient } from "../generated/shop/v1/shipping.ts";
import { multiply, sum } from "../money.ts";

export interface CheckoutPeers {
  cart: CartClient;
  catalog: ProductCatalogClient;
  currency: CurrencyClient;
  shipping: ShippingClient;
  payment: PaymentClient;
  email: EmailClient;
}

export function createCheckout({ cart, catalog, currency, shipping, payment, email }: CheckoutPeers): CheckoutHandler {
  return {
    async PlaceOrder({ user_id, user_currency, address, email: mailAddress, credit_card }) {
      if (address === undefined || credit_card === undefined) {
        throw new RpcError({ code: "INVALID_ARGUMENT", message: "an address and a card are needed" });
      }
      const { items } = await cart.GetCart({ user_id });
      if (items.length === 0) throw new RpcError({ code: "FAILED_PRECONDITION", message: `the cart of ${user_id} is empty` });

      const [priced, shipping_cost] = await Promise.all([
        Promise.all(items.map((item) => priceOf(item, user_currency))),
        shipping.GetQuote({ address, items }).then(({ cost_usd }) => convert(cost_usd, user_currency)),
      ]);
      const total = sum(shipping_cost, ...priced.map(({ item, cost }) => multiply(cost, item.quantity)));

      await charge(total, credit_card);
      const { tracking_id } = await shipping.ShipOrder({ address, items });
      await cart.EmptyCart({ user_id });

      const order: OrderResult = {
        order_id: randomUUID(),
        shipping_tracking_id: tracking_id,
        shipping_cost,
        shipping_address: address,
        items: priced,
      };
      await confirm(mailAddress, order);
      return { order };
    },
  };

  async function priceOf(item: CartItem, user_currency: string): Promise<Required<OrderItem>> {
    try {
      const { price_usd } = await catalog.GetProduct({ id: item.product_id });
      return { item, cost: await convert(price_usd, user_currency) };
    } catch (error) {
      // Declared by `PlaceOrder` as well: said again in our own name, with the peer's as its cause.
      if (ProductNotFound.is(error)) throw new ProductNotFound(error.data, { message: error.message, cause: error });
      throw error;
    }
  }

  async function convert(amount: Money | undefined, to_code: string): Promise<Money> {
    if (amount === undefined) throw new RpcError({ code: "INTERNAL", message: "a price is missing" });
    if (amount.currency_code === to_code) return amount;
    try {
      return await currency.Convert({ from: amount, to_code });
    } catch (error) {
      if (isRpcError(error) && error.code === "INVALID_ARGUMENT") {
        throw new RpcError({ code: "INVALID_ARGUMENT", message: `prices in ${to_code} are not possible`, cause: error });
      }
      throw error;
    }
  }

  async function charge(amount: Money, credit_card: CreditCardInfo): Promise<void> {
    try {
      await payment.Charge({ amount, credit_card });
    } catch (error) {
      // The user's problem: another card would help.
      if (CardDeclined.is(error)) throw new CardDeclined(error.data, { message: error.message, cause: error });
      // Ours: the same card will do later.
      if (isRpcError(error) && error.code === "UNAVAILABLE") {
        throw new RpcError({ code: "UNAVAILABLE", message: "payments are not possible at the moment", cause: error });
      }
      throw error;
    }
  }

  /** The order stands whether or not the mail goes out. */
  async function confirm(mailAddress: string, order: OrderResult): Promise<void> {
    const sent = await email.settled.SendOrderConfirmation({ email: mailAddress, order });
    if (!sent.ok) console.log(`order ${order.order_id} is placed, its confirmation is not sent: ${sent.error.code}`);
  }
}
