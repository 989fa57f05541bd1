import type { Int32, Int64 } from "taut/schema";

/** Places and tracks orders. */
export interface Orders {
  /** Places an order. */
  place(request: PlaceOrder): Promise<Order>;
  /** @idempotent @timeoutMs 500 */
  get(id: string): Promise<Order | null>;
  find(customer: string, since?: Date, limit?: Int32): Promise<readonly Order[]>;
  count(): Promise<Int64>;
  forget(id: string): Promise<void>;
  clear(): Promise<void>;
  update(request: { id: string; labels?: Record<string, string>; total?: Money | null }): Promise<{ revision: Int32 }>;
  watch(request: { customer: string }): AsyncIterable<Order>;
  ids(): AsyncIterable<string>;
  load(orders: AsyncIterable<PlaceOrder>): Promise<{ accepted: Int32 }>;
  sum(numbers: AsyncIterable<Int32>): Promise<Int64>;
  drop(ids: AsyncIterable<string>): Promise<void>;
  negotiate(offers: AsyncIterable<Offer>): AsyncIterable<Offer>;
  echo(lines: AsyncIterable<string>): AsyncIterable<string>;
  viewed(id: string): void;
  ping(): void;
}

export interface PlaceOrder {
  customer: string;
  items: Item[];
}

export interface Item {
  sku: string;
  quantity: Int32;
  price: Money;
}

export interface Money {
  currency: string;
  units: Int64;
  nanos: Int32;
}

export interface Order extends PlaceOrder {
  id: string;
  placed: Date;
  note?: string;
  receipt?: Uint8Array;
}

export type Offer = { kind: "bid"; price: Money } | { kind: "accept" } | { kind: "refuse"; reason?: string };
