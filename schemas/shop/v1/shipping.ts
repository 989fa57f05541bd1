import type { Int32, Unrecognized } from "taut/schema";
import type { CartItem } from "./cart.ts";
import type { Money } from "./currency.ts";

/** Prices parcels and sends them. */
export interface ShippingService {
  /** @idempotent */
  GetQuote(req: GetQuoteRequest): Promise<GetQuoteResponse>;
  ShipOrder(req: ShipOrderRequest): Promise<ShipOrderResponse>;
  /** The parcel's stations as it reaches them; ends with its delivery. */
  TrackOrder(req: TrackOrderRequest): AsyncIterable<TrackingEvent>;
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

export interface TrackOrderRequest {
  tracking_id: string;
}

/** Carriers may add stations: who does not know one still gets the others. */
export type TrackingEvent =
  | { kind: "packed"; at: Date }
  | { kind: "passed"; city: string; at: Date }
  | { kind: "delivered"; at: Date }
  | Unrecognized<"kind">;
