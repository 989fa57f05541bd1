/** The messages that codecs are measured with, in Taut's own schema language; `codec.proto` says the same for Protocol Buffers. */

import type { Double, Int32, Int64 } from "taut/schema";

export interface Small {
  id: Int32;
  name: string;
  active: boolean;
}

export interface Customer {
  id: string;
  name: string;
  email: string;
}

export interface Address {
  street: string;
  city: string;
  country: string;
}

export interface Item {
  sku: string;
  title: string;
  qty: Int32;
  price: Double;
}

export interface Order {
  id: string;
  customer: Customer;
  address: Address;
  items: Item[];
  placed: Date;
  status: string;
  currency: string;
  total: Double;
  paid: boolean;
  note?: string;
}

export interface Row {
  d: Double;
  i: Int32;
  l: Int64;
}

export interface Table {
  rows: Row[];
}

/** Gives each message a codec that writes into a connection's memory, as calls do. */
export interface Codecs {
  small(message: Small): Promise<Small>;
  order(message: Order): Promise<Order>;
  table(message: Table): Promise<Table>;
}
