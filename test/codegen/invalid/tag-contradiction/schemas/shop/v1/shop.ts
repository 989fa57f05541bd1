export interface Shop {
  place(request: Order): Promise<Order>;
}

export interface Order {
  /** @minimum 5 @maximum 4 */
  a: number;
  /** @exclusiveMinimum 5 @maximum 5 */
  b: number;
  /** @minLength 5 @maxLength 4 */
  c: string;
  /** @minItems 5 @maxItems 4 */
  d: string[];
  /** @minimum 5 @exclusiveMaximum 5 */
  e: bigint;
}
