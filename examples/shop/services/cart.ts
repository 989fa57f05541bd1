/** Carts in memory, by user. */
import { RpcError } from "taut";
import type { AddItemRequest, CartHandler } from "../generated/shop/v1/cart.ts";

export function createCarts(): CartHandler {
  /** user -> product -> quantity */
  const carts = new Map<string, Map<string, number>>();
  const add = ({ user_id, item }: AddItemRequest): void => {
    if (item === undefined || item.quantity < 1) {
      throw new RpcError({ code: "INVALID_ARGUMENT", message: "an item with a quantity of 1 or more is needed" });
    }
    const cart = carts.get(user_id) ?? new Map<string, number>();
    cart.set(item.product_id, (cart.get(item.product_id) ?? 0) + item.quantity);
    carts.set(user_id, cart);
  };
  return {
    AddItem(request) {
      add(request);
      return {};
    },
    async AddItems(requests) {
      let added = 0;
      for await (const request of requests) {
        add(request);
        added += 1;
      }
      return { added };
    },
    GetCart({ user_id }) {
      const items = [...(carts.get(user_id) ?? [])].map(([product_id, quantity]) => ({ product_id, quantity }));
      return { user_id, items };
    },
    EmptyCart({ user_id }) {
      carts.delete(user_id);
      return {};
    },
  };
}
