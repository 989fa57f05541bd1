/** @idempotent */
export interface Shop {
  /** @minimum 1 */
  place(request: Order): Promise<Order>;
}

/** @timeoutMs 10 */
export interface Order {
  /** @minimum 1 */
  text: string;
  /** @maxLength 3 */
  count: number;
  /** @pattern x */
  at: Date;
  /** @minItems 1 */
  flag: boolean;
  /** @uniqueItems */
  objects: { id: string }[];
  /** @format email */
  bytes: Uint8Array;
  /** @idempotent */
  id: string;
  /** @reserved old */
  field: string;
  /** @pattern x */
  size: "small" | "large";
}
