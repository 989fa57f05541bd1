export interface Shop {
  /** @timeoutMs soon */
  place(request: Order): Promise<Order>;
  /** @timeoutMs -1 */
  find(id: string): Promise<Order>;
}

export interface Order {
  /** @minimum */
  a: number;
  /** @maximum ten */
  b: number;
  /** @minLength -1 */
  c: string;
  /** @maxLength 1.5 */
  d: string;
  /** @pattern ( */
  e: string;
  /** @minItems x */
  f: string[];
  /** @uniqueItems maybe */
  g: string[];
  /** @minimum 0.5 */
  h: bigint;
  /**
   * @pattern ^a+$
   * The sku.
   */
  i: string;
  /** @pattern /^a$/ */
  j: string;
  /** @pattern /^a$/i */
  k: string;
  /** @exclusiveMaximum 9007199254740993 */
  l: number | null;
}
/** @reserved */
export interface Reserved {
  id: string;
}
