/** Streams that are opened many at once: their handlers wait for their turn while messages and ends arrive. */

import { connect, createServer } from "taut";
import { expect, it } from "vitest";
import { watchLeaks } from "../support/leak-check.ts";
import { collect, PlainClient, PlainService, plainHandler } from "../support/plain-service.ts";

const streams = 200;
const messages = [{ n: 0 }, { n: 1 }, { n: 2 }];

it("lose nothing of what came before their handlers began", async () => {
  const leaks = watchLeaks();
  const server = createServer().add(PlainService, plainHandler().handler);
  const { url } = await server.listen("127.0.0.1:0");
  const channel = connect(url);
  const client = new PlainClient(channel);
  // All in the first chunks of a connection: more than it may begin at once.
  const chats = Array.from({ length: streams }, () => collect(client.chat(messages, { timeoutMs: 10_000 })));
  const single = Array.from({ length: streams }, () => collect(client.chat([{ n: 7 }], { timeoutMs: 10_000 })));
  for (const chat of await Promise.all(chats)) expect(chat).toEqual(messages);
  for (const chat of await Promise.all(single)) expect(chat).toEqual([{ n: 7 }]);
  await channel.close();
  await server.close();
  await leaks.expectNone({ servers: [server], channels: [channel] });
});
