/** Order confirmations, put into an outbox that remembers the last few. */
import { RpcError } from "taut";
import type { EmailHandler, OrderResult } from "../generated/shop/v1/email.ts";
import { format } from "../money.ts";

/** An outbox without a bound would be a leak. */
const remembered = 100;

export function createEmails(): EmailHandler {
  const outbox: { to: string; text: string }[] = [];
  return {
    SendOrderConfirmation({ email, order }) {
      if (order === undefined || !email.includes("@")) {
        throw new RpcError({ code: "INVALID_ARGUMENT", message: "an order and a mail address are needed" });
      }
      outbox.push({ to: email, text: confirmation(order) });
      if (outbox.length > remembered) outbox.shift();
      return {};
    },
  };
}

function confirmation({ order_id, shipping_tracking_id, items }: OrderResult): string {
  const lines = items.map(
    ({ item, cost }) => `${item?.quantity} x ${item?.product_id}${cost === undefined ? "" : `, ${format(cost)} each`}`,
  );
  return [`Your order ${order_id} is on its way, tracking id ${shipping_tracking_id}.`, ...lines].join("\n");
}
