/** Streams: messages a second from a server stream through `for await`, and ping-pong over bidirectional streams. */

import { CYCLE_MASK, smallMessages } from "../data/messages.mjs";
import { Latency } from "./latency.mjs";

const FIRST_COUNT = 2000;
const MAX_COUNT = 50_000_000;

/** The peer's rate in this process, from the warm-up on: a stream's length is chosen to last about a window. */
let messagesPerMs = 0;

/** Reads one stream of as many messages as about fill the window: no cancelling, so that every peer can do it. */
export async function runStream([client], { windowMs }) {
  const count = Math.round(Math.min(MAX_COUNT, Math.max(FIRST_COUNT, messagesPerMs * windowMs)));
  const startedAt = performance.now();
  const received = client.callbacks === undefined ? await readAll(client.stream(count)) : await counted(client, count);
  const elapsedMs = performance.now() - startedAt;
  if (received !== count) throw new Error(`${received} messages of ${count}`);
  messagesPerMs = count / elapsedMs;
  return { calls: count, totalCalls: count, elapsedMs };
}

async function readAll(stream) {
  let received = 0;
  for await (const message of stream) if (message.name.length === 16) received++;
  return received;
}

function counted(client, count) {
  return new Promise((resolve) => {
    client.callbacks.stream(count, () => resolve(count));
  });
}

/** `concurrency` streams, each with one message under way. */
export async function runPingPong([client], { concurrency, windowMs }) {
  const values = smallMessages();
  const latency = new Latency();
  let hasStopped = false;
  let done = 0;
  const startedAt = performance.now();
  let window;
  const timer = setTimeout(() => {
    window = { calls: done, elapsedMs: performance.now() - startedAt };
    hasStopped = true;
  }, windowMs);

  async function player(isTimed) {
    const game = client.pingPong();
    const exchange = client.callbacks === undefined ? game.exchange : promised(game.exchange);
    for (let i = 0; !hasStopped; i++) {
      const sentAt = isTimed ? performance.now() : 0;
      await exchange(client.callbacks === undefined ? values[i & CYCLE_MASK] : i);
      if (isTimed) latency.record(performance.now() - sentAt);
      done++;
    }
    game.end();
  }
  try {
    await Promise.all(Array.from({ length: concurrency }, (_, index) => player(concurrency < 16 || index % 16 === 0)));
  } finally {
    clearTimeout(timer);
  }
  return { ...window, totalCalls: done, latency: latency.summary() };
}

const promised = (exchange) => (index) =>
  new Promise((resolve) => {
    exchange(index, resolve);
  });
