/**
 * Where the time of a call went, for the errors of deadlines. Worked out when a call has failed, from what is known anyway: a call
 * that ends well pays nothing for it.
 */

import type { Timings } from "../errors/rpc-error.ts";

/** What there is to know of a call. */
export interface TimedCall {
  readonly id: number;
  readonly startedAt: number;
  readonly openedAt: number;
  readonly deadlineAt: number;
  readonly isQueued: boolean;
  readonly connection: { readonly transport: { readonly bufferedBytes: number } } | undefined;
  readonly flow: { readonly incoming: unknown } | undefined;
}

/** How long name and connection took (or take), for a call that waited for them. */
export interface ConnectTimings {
  readonly resolve?: number;
  readonly connect?: number;
}

/** Below this a late timer is ordinary. */
const notableLagMs = 5;

/**
 * @param connecting the connection that the call waits or waited for
 * @param now on the clock's scale
 */
export function timingsOf(call: TimedCall, connecting: ConnectTimings, now: number): Timings {
  const { connection } = call;
  const isOpen = connection !== undefined && !call.isQueued && call.id !== 0;
  const waited = (isOpen ? call.openedAt : now) - call.startedAt;
  const resolve = Math.min(waited, connecting.resolve ?? 0);
  const connect = Math.min(waited - resolve, connecting.connect ?? 0);
  const spent = { resolve, connect, queue: waited - resolve - connect, write: 0, server: 0, read: 0 };
  if (isOpen) {
    const inFlight = now - call.openedAt;
    // An answer in fragments has begun: when it did was not noted, so the server's share is in it.
    if (call.flow?.incoming !== undefined) {
      spent.read = inFlight;
    } else if (connection.transport.bufferedBytes > 0) {
      spent.write = inFlight;
    } else {
      spent.server = inFlight;
    }
  }
  return { ...rounded(spent), eventLoopLag: round(Math.max(0, now - call.deadlineAt)) };
}

/** With what a connection that could not be made says of itself. */
export function withConnecting(timings: Timings, connecting: ConnectTimings | undefined): Timings {
  if (connecting === undefined) return timings;
  const waited = (timings.resolve ?? 0) + (timings.connect ?? 0) + (timings.queue ?? 0);
  const resolve = Math.min(waited, connecting.resolve ?? 0);
  const connect = Math.min(waited - resolve, connecting.connect ?? 0);
  return { ...timings, ...rounded({ resolve, connect, queue: waited - resolve - connect }) };
}

/** "620 ms connecting, 380 ms waiting for the server; the event loop was late by 45 ms" */
export function describeTimings(timings: Timings): string {
  const parts = Object.entries(words).flatMap(([part, text]) => {
    const ms = Math.round(timings[part] ?? 0);
    return ms > 0 ? [`${ms} ms ${text}`] : [];
  });
  const lag = timings.eventLoopLag ?? 0;
  const late = lag >= notableLagMs ? `; the event loop was late by ${Math.round(lag)} ms` : "";
  return `${parts.join(", ")}${late}`;
}

const words = Object.freeze({
  resolve: "resolving the name",
  connect: "connecting",
  queue: "waiting for a connection",
  write: "waiting for the peer to read the request",
  server: "waiting for the server",
  read: "receiving the answer",
});

function rounded<T extends Record<string, number>>(timings: T): T {
  return Object.fromEntries(Object.entries(timings).map(([part, ms]) => [part, round(ms)])) as T;
}

/** To the tenth. */
function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
