import type { OrderResult } from "./email.ts";
import type { CardDeclined, CreditCardInfo } from "./payment.ts";
import type { ProductNotFound } from "./product-catalog.ts";
import type { Address } from "./shipping.ts";

/** Turns a cart into an order: prices it, charges the card, ships, and confirms by mail. */
export interface CheckoutService {
  PlaceOrder(req: PlaceOrderRequest): Promise<PlaceOrderResponse | CardDeclined | ProductNotFound>;
}

export interface PlaceOrderRequest {
  user_id: string;
  user_currency: string;
  address?: Address;
  email: string;
  credit_card?: CreditCardInfo;
}

export interface PlaceOrderResponse {
  order?: OrderResult;
}
