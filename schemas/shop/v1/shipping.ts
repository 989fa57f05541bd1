import type { Int32 } from "taut/schema";
import type { CartItem } from "./cart.ts";
import type { Money } from "./currency.ts";

/** Prices parcels and sends them. */
export interface ShippingService {
  /** @idempotent */
  GetQuote(req: GetQuoteRequest): Promise<GetQuoteResponse>;
  ShipOrder(req: ShipOrderRequest): Promise<ShipOrderResponse>;
}

export interface Address {
  street_address: string;
  city: string;
  state: string;
  country: string;
  zip_code: Int32;
}

export interface GetQuoteRequest {
  address?: Address;
  items: CartItem[];
}

export interface GetQuoteResponse {
  cost_usd?: Money;
}

export interface ShipOrderRequest {
  address?: Address;
  items: CartItem[];
}

export interface ShipOrderResponse {
  tracking_id: string;
}
