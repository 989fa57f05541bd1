import type { Int32, Int64, Uuid } from "taut/schema";

type Given = Date | Uint8Array | readonly unknown[];
type DeepPartial<T> = T extends Given ? T : T extends object ? { [K in keyof T]?: DeepPartial<T[K]> } : T;
type Frozen<T> = { readonly [K in keyof T]: T[K] };
type Sku = string & { readonly __brand: "Sku" };

export interface Shop {
  patch(change: DeepPartial<Order>): Promise<void>;
  place(order: Order): Promise<void>;
  count(by: Partial<Int32>): Promise<Readonly<Uuid>>;
}

export interface Order {
  name: string;
  number: number;
  at: Date;
  count: Int32;
  id: Uuid;
  total: Int64;
  sku: Sku;
  inner: { also: Int32 };
}

export interface Unreached {
  sku: Frozen<Sku>;
}
