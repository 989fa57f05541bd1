/** What the scenarios share: the conformance service on a channel in memory, with handlers of the test's own. */

import type { ChannelOptions, Server, ServerOptions } from "taut";
import { createTestChannel, createTestServer, FakeClock, type TestChannel } from "taut/testing";
import { afterEach, expect } from "vitest";
import { ConformanceClient, type ConformanceHandler, ConformanceService } from "../.generated/schemas/conformance/v1/service.ts";
import { conformanceHandler } from "../conformance/cases/conformance-handler.ts";

export interface Scene {
  readonly server: Server;
  readonly channel: TestChannel;
  readonly client: ConformanceClient;
  readonly clock: FakeClock;
  /** What `onError` of either end was told. */
  readonly serverErrors: unknown[];
  readonly channelErrors: unknown[];
}

const stops: (() => Promise<void>)[] = [];
const unhandled: unknown[] = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  await new Promise((resolve) => setImmediate(resolve));
  expect(unhandled.splice(0)).toEqual([]);
});

/** Ends with the test. Time stands still but for `clock.advance`. */
export function scene(
  handler: object = {},
  options: { server?: ServerOptions; channel?: ChannelOptions; realTime?: boolean } = {},
): Scene {
  const clock = new FakeClock();
  const serverErrors: unknown[] = [];
  const channelErrors: unknown[] = [];
  const time = options.realTime === true ? {} : { clock };
  const server = createTestServer({ ...options.server, ...time, onError: (error) => serverErrors.push(error) });
  const complete = { ...conformanceHandler(() => client).handler, ...handler } as ConformanceHandler;
  server.add(ConformanceService, complete);
  const channel = createTestChannel(server, { ...options.channel, ...time, onError: (error) => channelErrors.push(error) });
  const client = new ConformanceClient(channel);
  stops.push(async () => {
    await channel.close();
    await server.close();
    // Handlers of the conformance service sleep in real time.
    for (let waited = 0; waited < 500 && (server.stats().open > 0 || server.stats().connections > 0); waited += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await clock.settle();
    for (const end of [channel, server]) {
      const { open, connections, started, succeeded, failed, cancelled } = end.stats();
      expect({ open, connections }).toEqual({ open: 0, connections: 0 });
      expect(started).toBe(succeeded + failed + cancelled);
    }
    expect(clock.pendingTimers).toBe(0);
  });
  return { server, channel, client, clock, serverErrors, channelErrors };
}

export async function failureOf(promise: PromiseLike<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error("expected a failure");
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export const empty = new Uint8Array();
