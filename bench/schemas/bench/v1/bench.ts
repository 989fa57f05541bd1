/** What the benchmarks send: the contract that every peer serves, in its own schema language where it has one. */

import type { Double, Int32 } from "taut/schema";

export interface Bench {
  /** @idempotent */
  echoSmall(request: Small): Promise<Small>;
  /** @idempotent */
  echoOrder(request: Order): Promise<Order>;
  /** @idempotent */
  echoBlob(request: Blob): Promise<Blob>;
  /** `count` small messages, as fast as the reader takes them. */
  stream(request: StreamRequest): AsyncIterable<Small>;
  /** `count` blobs of `bytes` bytes each. */
  download(request: DownloadRequest): AsyncIterable<Blob>;
  /** Sends back each message that it receives. */
  pingPong(messages: AsyncIterable<Small>): AsyncIterable<Small>;
}

/** 49 bytes of BSON. */
export interface Small {
  id: Int32;
  /** 16 characters */
  name: string;
  active: boolean;
}

/** 954 bytes of BSON: 25 strings, 8 items, a date, an optional field that is absent. */
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
  /** 24 characters */
  title: string;
  qty: Int32;
  price: Double;
}

export interface Blob {
  data: Uint8Array;
}

export interface StreamRequest {
  count: Int32;
}

export interface DownloadRequest {
  count: Int32;
  bytes: Int32;
}
