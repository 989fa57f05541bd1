export interface Shop {
  /** @idempotant */
  place(request: Order): Promise<Order>;
  /** @timeoutMS 5 */
  find(id: string): Promise<Order>;
}

export interface Order {
  /** @minimun 1 */
  count: number;
  /** @maxlength 10 */
  text: string;
  /** @see something */
  fine: string;
  /** @mininum 1 @Pattern x */
  two: string;
}
