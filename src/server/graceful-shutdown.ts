/**
 * What a process does when it is told to end: says that it is not ready, waits until the word has spread, drains, closes.
 *
 *     await gracefulShutdown(server);
 *     await database.close();
 *
 * Never ends the process itself: once nothing is left to do, it ends by itself.
 */

import { milliseconds } from "../connection/option-checks.ts";
import { RpcServer, type Server } from "./server.ts";

/** What begins a shutdown, and how long its two halves take. */
export interface ShutdownOptions {
  /** Default SIGTERM and SIGINT. A second one of them closes at once. */
  signals?: readonly NodeJS.Signals[];
  /**
   * How long calls are still taken while health says NOT_SERVING: whoever sends calls here has to hear of it first. Default 3,000;
   * with `graceMs` it fits into the 30 s that Kubernetes gives.
   */
  waitMs?: number;
  /** How long open calls may take after that before they are cancelled. Default 25,000. */
  graceMs?: number;
}

/** How a shutdown went. */
export interface ShutdownReport {
  /** What began it; undefined when the server was closed in another way. */
  signal?: NodeJS.Signals;
  /** Calls that ended during the drain, and those that had to be cancelled. */
  finished: number;
  cancelled: number;
}

/** Resolves when the server, or all of several, have gone. TypeError for what is no server of `createServer`. */
export function gracefulShutdown(server: Server | readonly Server[], options: ShutdownOptions = {}): Promise<ShutdownReport> {
  const servers = (Array.isArray(server) ? server : [server]) as readonly RpcServer[];
  const [first] = servers;
  if (first === undefined || servers.some((one) => !(one instanceof RpcServer))) {
    throw new TypeError("gracefulShutdown() needs a server that createServer() has made, or several");
  }
  const signals = options.signals ?? ["SIGTERM", "SIGINT"];
  const waitMs = milliseconds(options.waitMs, "waitMs", 3_000);
  const graceMs = milliseconds(options.graceMs, "graceMs", 25_000);
  return new Promise((resolve, reject) => {
    let isLeaving = false;
    const forget = servers.map((one) => one.onState(() => stopListening()));
    const stopListening = (): void => {
      if (isLeaving || servers.some(({ state }) => state !== "closed")) return;
      finish({ finished: 0, cancelled: 0 });
    };
    const finish = (report: ShutdownReport): void => {
      for (const signal of signals) process.off(signal, onSignal);
      for (const take of forget) take();
      resolve(report);
    };
    const onSignal = (signal: NodeJS.Signals): void => {
      if (isLeaving) {
        for (const one of servers) one.close().catch(reject);
        return;
      }
      isLeaving = true;
      leave(servers, { waitMs, graceMs }).then((drained) => finish({ signal, ...drained }), reject);
    };
    for (const signal of signals) process.on(signal, onSignal);
  });
}

async function leave(
  servers: readonly RpcServer[],
  times: { waitMs: number; graceMs: number },
): Promise<{ finished: number; cancelled: number }> {
  for (const server of servers) server.markLeaving();
  await Promise.all(servers.map((server) => untilDrainOrTime(server, times.waitMs)));
  const drained = await Promise.all(servers.map((server) => server.drain({ graceMs: times.graceMs })));
  const sum = { finished: 0, cancelled: 0 };
  for (const { finished, cancelled } of drained) {
    sum.finished += finished;
    sum.cancelled += cancelled;
  }
  return sum;
}

/** The wait is over when its time is, or when somebody drains or closes the server meanwhile. */
function untilDrainOrTime(server: RpcServer, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      timer.cancel();
      forget();
      resolve();
    };
    const timer = server.clock.startTimer(finish, waitMs, true);
    const forget = server.onState(finish);
  });
}
