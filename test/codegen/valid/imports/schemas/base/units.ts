export interface Money {
  units: bigint;
}
export type Sku = string & { readonly __brand: "Sku" };
