/**
 * Calls at a fixed rate, whatever the answers do, and latency counted from the moment a call was due: a stall is charged to every call
 * that it delayed (no coordinated omission).
 *
 * The client spins between calls instead of sleeping, as timers are a millisecond coarse; its CPU is no result here.
 */

import { CYCLE_MASK } from "../data/messages.mjs";
import { messagesOf } from "./closed-loop.mjs";
import { Latency } from "./latency.mjs";

/** With so many seconds' calls in flight the peer cannot hold the rate: the run ends there and says so. */
const MAX_BEHIND_S = 2;
const LAST_ANSWER_MS = 20_000;

/** @param {() => boolean} isOver asked at each turn beside the window */
export async function runOpenLoop([client], { rate, windowMs }, isOver = () => false) {
  const values = messagesOf("echoSmall", client);
  const call =
    client.callbacks === undefined
      ? client.echoSmall
      : (_, index) =>
          new Promise((resolve) => {
            client.callbacks.echoSmall(index, resolve);
          });
  const latency = new Latency();
  const everyMs = 1000 / rate;
  const startedAt = performance.now();
  let sent = 0;
  let done = 0;
  let failure;
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  const send = (index, dueAt) => {
    call(values[index & CYCLE_MASK], index).then(
      () => {
        latency.record(performance.now() - dueAt);
        done++;
      },
      (error) => {
        failure = error;
      },
    );
  };

  let isOverloaded = false;
  for (;;) {
    const now = performance.now() - startedAt;
    if (now >= windowMs || isOver() || failure !== undefined) break;
    for (; sent * everyMs <= now; sent++) send(sent, startedAt + sent * everyMs);
    if (sent - done > MAX_BEHIND_S * rate) {
      isOverloaded = true;
      break;
    }
    await turn();
  }
  const elapsedMs = performance.now() - startedAt;
  for (const lastAt = performance.now() + LAST_ANSWER_MS; done < sent && failure === undefined; ) {
    if (performance.now() > lastAt)
      throw new Error(`${sent - done} of ${sent} calls unanswered ${LAST_ANSWER_MS} ms after the last`);
    await turn();
  }
  if (failure !== undefined) throw failure;
  return { calls: done, totalCalls: done, elapsedMs, isOverloaded, latency: latency.summary() };
}
