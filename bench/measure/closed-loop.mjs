/**
 * A fixed number of callers, each of which calls again as soon as it has its answer.
 *
 * One caller in 16 is timed (all of them when there are fewer than 16): reading the clock twice a call would be a tenth of the cost
 * of the fastest peers.
 */

import { blobMessage, CYCLE_MASK, orderMessages, smallMessages } from "../data/messages.mjs";
import { Latency } from "./latency.mjs";

const TIMED_EVERY = 16;

/** The messages of an operation, in the form that the peer's users would have them. */
export function messagesOf(operation, client, bytes) {
  if (operation === "echoBlob") return new Array(CYCLE_MASK + 1).fill(blobMessage(bytes));
  if (operation === "echoSmall") return smallMessages();
  const orders = orderMessages();
  return client.prepareOrder === undefined ? orders : orders.map((order) => client.prepareOrder(order));
}

export class ClosedLoop {
  #clients;
  #operation;
  #concurrency;
  #values;
  #next = 0;
  #hasStopped = false;
  /** Calls that were answered. */
  done = 0;
  latency = new Latency();

  constructor(clients, { operation, concurrency, bytes }) {
    this.#clients = clients;
    this.#operation = operation;
    this.#concurrency = concurrency;
    this.#values = messagesOf(operation, clients[0], bytes);
  }

  /** Calls until `stop()`, or until `calls` calls have been answered; resolves when all callers have ended. */
  async run(calls = Number.POSITIVE_INFINITY) {
    const callers = [];
    const timedEvery = this.#concurrency < TIMED_EVERY ? 1 : TIMED_EVERY;
    for (let i = 0; i < this.#concurrency; i++) {
      const client = this.#clients[i % this.#clients.length];
      const isTimed = i % timedEvery === 0;
      if (client.callbacks !== undefined) callers.push(this.#callBack(client.callbacks[this.#operation], isTimed, calls));
      else
        callers.push(isTimed ? this.#timedCaller(client[this.#operation], calls) : this.#caller(client[this.#operation], calls));
    }
    await Promise.all(callers);
  }

  stop() {
    this.#hasStopped = true;
  }

  async #caller(call, calls) {
    while (!this.#hasStopped) {
      await call(this.#values[this.#next++ & CYCLE_MASK]);
      if (++this.done >= calls) this.#hasStopped = true;
    }
  }

  async #timedCaller(call, calls) {
    while (!this.#hasStopped) {
      const startedAt = performance.now();
      await call(this.#values[this.#next++ & CYCLE_MASK]);
      this.latency.record(performance.now() - startedAt);
      if (++this.done >= calls) this.#hasStopped = true;
    }
  }

  /** The floor has no promise: it takes the number of its body, or a blob, and calls back. */
  #callBack(call, isTimed, calls) {
    const blob = this.#operation === "echoBlob" ? this.#values[0] : undefined;
    return new Promise((resolve) => {
      let startedAt = 0;
      const again = () => {
        if (isTimed) startedAt = performance.now();
        call(blob ?? this.#next++, answered);
      };
      const answered = () => {
        if (isTimed) this.latency.record(performance.now() - startedAt);
        if (++this.done >= calls) this.#hasStopped = true;
        if (this.#hasStopped) resolve();
        else again();
      };
      again();
    });
  }
}

/** A window in which each caller was answered this often says something about the rate. */
const ANSWERS_A_CALLER = 3;
const MAX_WINDOW_MS = 15_000;

/**
 * Calls for `windowMs`, or longer where a peer is so slow that its callers have hardly been answered by then. The rate is that of the
 * window; what is left in flight is waited for outside it.
 */
export async function runClosedLoop(clients, settings) {
  const loop = new ClosedLoop(clients, settings);
  const startedAt = performance.now();
  let window;
  let timer;
  const look = () => {
    const elapsedMs = performance.now() - startedAt;
    if (loop.done < ANSWERS_A_CALLER * settings.concurrency && elapsedMs < MAX_WINDOW_MS) {
      timer = setTimeout(look, settings.windowMs / 4);
      return;
    }
    window = { calls: loop.done, elapsedMs };
    loop.stop();
  };
  timer = setTimeout(look, settings.windowMs);
  try {
    await loop.run();
  } finally {
    clearTimeout(timer);
  }
  return { ...window, totalCalls: loop.done, bytesPerCall: settings.bytes, latency: loop.latency.summary() };
}
