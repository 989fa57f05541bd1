/** Both directions of a connection's messages, as its parts are handed them. */

import type { MessageReceiver } from "./message-receiver.ts";
import type { MessageSender } from "./message-sender.ts";

export interface MessageTraffic {
  readonly sender: MessageSender;
  readonly receiver: MessageReceiver;
}
