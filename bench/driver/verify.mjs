/** Before anything is timed: does this peer answer what was sent? */

import { messagesOf } from "../measure/closed-loop.mjs";

export async function verify(client, { kind, settings }) {
  if (client.callbacks !== undefined) return;
  const { operation = "echoSmall", bytes } = settings;
  if (kind === "stream") return;
  const [, value] = messagesOf(operation, client, bytes);
  const answer = await client[operation](value);
  const difference = firstDifference(value, answer, operation);
  if (difference !== undefined) throw new Error(`wrong answer: ${difference}`);
}

/** A date may come back as its ISO text and an integer as a bigint, where that is what the peer's users get. */
function firstDifference(sent, received, path) {
  if (sent instanceof Date) {
    const time = received instanceof Date ? received.getTime() : Date.parse(received);
    return time === sent.getTime() ? undefined : `${path}: ${String(received)}`;
  }
  if (sent instanceof Uint8Array) {
    const bytes = received?.buffer instanceof Uint8Array ? received.buffer : received;
    return Buffer.compare(sent, Buffer.from(bytes)) === 0 ? undefined : `${path}: other bytes`;
  }
  if (typeof sent?.toNumber === "function") return Number(sent) === Number(received) ? undefined : `${path}: ${received}`;
  if (typeof sent === "object" && sent !== null) {
    if (typeof received !== "object" || received === null) return `${path}: ${String(received)}`;
    for (const key of Object.keys(sent)) {
      const difference = firstDifference(sent[key], received[key], `${path}.${key}`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  return sent === received || Number(sent) === Number(received) ? undefined : `${path}: ${String(received)}`;
}
