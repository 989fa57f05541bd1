import type { CartItem } from "./cart.ts";
import type { Money } from "./currency.ts";
import type { Empty } from "./empty.ts";
import type { Address } from "./shipping.ts";

/** Tells users that their order was placed. */
export interface EmailService {
  SendOrderConfirmation(req: SendOrderConfirmationRequest): Promise<Empty>;
}

export interface OrderItem {
  item?: CartItem;
  cost?: Money;
}

export interface OrderResult {
  order_id: string;
  shipping_tracking_id: string;
  shipping_cost?: Money;
  shipping_address?: Address;
  items: OrderItem[];
}

export interface SendOrderConfirmationRequest {
  email: string;
  order?: OrderResult;
}
