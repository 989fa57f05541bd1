import type { Int32 } from "taut/schema";
import type { Empty } from "./empty.ts";

/** Keeps what each user is about to buy. */
export interface CartService {
  AddItem(req: AddItemRequest): Promise<Empty>;
  /** As many as the stream brings. */
  AddItems(reqs: AsyncIterable<AddItemRequest>): Promise<AddItemsResponse>;
  /**
   * A user without a cart has an empty one.
   * @idempotent
   */
  GetCart(req: GetCartRequest): Promise<Cart>;
  /** @idempotent */
  EmptyCart(req: EmptyCartRequest): Promise<Empty>;
}

export interface CartItem {
  product_id: string;
  quantity: Int32;
}

export interface AddItemRequest {
  user_id: string;
  item?: CartItem;
}

export interface EmptyCartRequest {
  user_id: string;
}

export interface GetCartRequest {
  user_id: string;
}

export interface Cart {
  user_id: string;
  items: CartItem[];
}

export interface AddItemsResponse {
  added: Int32;
}
