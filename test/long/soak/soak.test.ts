/**
 * Calls of every kind for as long as asked, while nothing may pile up: `npm run soak -- --minutes N`.
 *
 * Calls end in every way there is: well, with an error, by deadline, by abort, by leaving a stream, with their connection. Every few
 * seconds the callers pause and everything is counted: live bytes, handles, timers, listeners, open calls. Counts must come back to what
 * they were; bytes may not rise by more than noise over the last two thirds.
 */

import { getEventListeners, setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { type CallOptions, connect, createServer } from "taut";
import { expect, it } from "vitest";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { watchLeaks } from "../../support/leak-check.ts";
import { PlainClient, PlainService, plainHandler } from "../../support/plain-service.ts";
import { SeededRandom } from "../../support/seeded-random.ts";
import { longOption, seed } from "../long-options.ts";
import { bytesInUse, slopeOf } from "../memory-growth.ts";
import { textTable } from "../text-table.ts";
import { UnhandledErrors } from "../unhandled-errors.ts";

const minutes = longOption("minutes", 1);
const callers = 32;
/** Between two looks. At least a dozen looks, however short the run. */
const everyMs = Math.min(15_000, (minutes * 60_000) / 20);
/**
 * What live memory may gain. A leak of 20 bytes a call shows as ten times as much in an hour; in a minute only larger ones can be told from
 * the noise of the collector.
 */
const maxGrowthBytes = 3 * 1024 * 1024;

interface Look {
  readonly seconds: number;
  readonly calls: number;
  readonly bytes: number;
  readonly handles: number;
  readonly timers: number;
  readonly listeners: number;
}

it(`goes on for ${minutes} minutes without anything piling up`, async () => {
  const unhandled = new UnhandledErrors();
  const leaks = watchLeaks();
  const random = new SeededRandom(seed);
  const plain = plainHandler();
  const server = createServer().add(PlainService, plain.handler);
  const { port = 0 } = await server.listen("127.0.0.1:0");
  const proxy = await FaultProxy.start({ port });
  const channel = connect(proxy.url, { reconnect: { minMs: 1, maxMs: 10 }, onError: () => {} });
  const client = new PlainClient(channel);
  /** Lives as long as the run: every call that follows it must let go of it. */
  const shutdown = new AbortController();
  setMaxListeners(2 * callers, shutdown.signal);
  const outcomes = new Map<string, number>();
  const looks: Look[] = [];
  let calls = 0;
  const began = performance.now();

  const count = (outcome: string): void => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  await phase(everyMs);
  while (performance.now() - began < minutes * 60_000) {
    looks.push(await look());
    await phase(everyMs);
  }
  looks.push(await look());
  report();

  await channel.close();
  await proxy.close();
  await server.close();
  expect(unhandled.errors).toEqual([]);
  unhandled.stop();
  const [first] = looks as [Look];
  for (const later of looks) {
    expect(later.handles, "handles").toBeLessThanOrEqual(first.handles + 2);
    expect(later.timers, "timers").toBeLessThanOrEqual(first.timers + 2);
    expect(later.listeners, "listeners").toBe(first.listeners);
  }
  expect(growth(), "bytes gained over the settled part of the run").toBeLessThan(maxGrowthBytes);
  await leaks.expectNone({ servers: [server], channels: [channel], signals: [shutdown.signal] });

  /** All callers for a while; then every call has settled. */
  async function phase(ms: number): Promise<void> {
    const until = performance.now() + ms;
    const caller = async (): Promise<void> => {
      while (performance.now() < until) {
        calls += 1;
        await oneCall().then(
          () => count("well"),
          (error: { code?: string }) => count(error.code ?? String(error)),
        );
      }
    };
    const breaker = async (): Promise<void> => {
      while (performance.now() < until) {
        await sleep(random.between(200, 1_000));
        proxy.reset();
      }
    };
    await Promise.all([breaker(), ...Array.from({ length: callers }, caller)]);
  }

  /** One call of some kind that ends in some way. */
  async function oneCall(): Promise<unknown> {
    const options: CallOptions = {
      timeoutMs: random.below(20) === 0 ? random.between(1, 5) : 2_000,
      signal: shutdown.signal,
      ...(random.below(4) === 0 ? { metadata: { trace: String(calls), bytes: new Uint8Array(20) } } : {}),
    };
    switch (random.below(12)) {
      case 0:
        return client.unary("fail", { code: "NOT_FOUND" }, options);
      case 1:
        return client.echo({ body: new Uint8Array(random.between(1, 200_000)) }, options);
      case 2: {
        const abort = new AbortController();
        const call = client.hang({ ...options, signal: abort.signal });
        setTimeout(() => abort.abort(), random.between(0, 5));
        return call;
      }
      case 3:
        for await (const _ of client.list({ n: random.between(0, 20), size: 2_000 }, options));
        return;
      case 4:
        for await (const { i } of client.list({ size: 2_000 }, options)) if (Number(i) > 3) break;
        return;
      case 5:
        return client.sum(bodies(random.between(0, 20)), options);
      case 6:
        for await (const _ of client.chat(bodies(random.between(0, 20)), options));
        return;
      case 7:
        for await (const _ of client.chat(bodies(20), options)) break;
        return;
      case 8:
        return client.tell({ n: calls }, options);
      case 9:
        return client.unary("sleepSafely", { ms: random.between(0, 3) }, options);
      default:
        return client.echo({ n: calls, text: "as usual" }, options);
    }
  }

  async function* bodies(n: number): AsyncIterable<Record<string, unknown>> {
    for (let i = 0; i < n; i += 1) yield { i, body: new Uint8Array(1_000) };
  }

  async function look(): Promise<Look> {
    // Handlers of calls that were given up end a moment later.
    for (let i = 0; i < 200 && server.stats().open > 0; i += 1) await sleep(10);
    expect(server.stats().open, "open calls at the server").toBe(0);
    expect(channel.stats().open, "open calls at the channel").toBe(0);
    for (const list of [plain.ids, plain.told, plain.endedBy]) list.length = 0;
    const resources = process.getActiveResourcesInfo();
    return {
      seconds: Math.round((performance.now() - began) / 1_000),
      calls,
      bytes: await bytesInUse(),
      handles: resources.filter((name) => name !== "Timeout" && name !== "Immediate").length,
      timers: resources.filter((name) => name === "Timeout").length,
      listeners: getEventListeners(shutdown.signal, "abort").length + process.eventNames().length,
    };
  }

  /** By the slope over the last two thirds, when caches are full and code is compiled. */
  function growth(): number {
    const settled = looks.slice(Math.floor(looks.length / 3));
    const slope = slopeOf(settled.map(({ seconds, bytes }) => ({ x: seconds, y: bytes })));
    return slope * ((settled.at(-1)?.seconds ?? 0) - (settled[0]?.seconds ?? 0));
  }

  function report(): void {
    const shown = looks.filter((_, i) => i % Math.ceil(looks.length / 20) === 0 || i === looks.length - 1);
    console.log(
      textTable(
        shown
          .map((one) => ({ ...one, bytes: Math.round(one.bytes / 1024) }))
          .map(({ bytes, ...rest }) => ({ ...rest, KiB: bytes })),
      ),
    );
    console.log(
      `${calls.toLocaleString("en")} calls, seed ${seed}: ${[...outcomes].map(([outcome, n]) => `${outcome} ${n.toLocaleString("en")}`).join(", ")}; ` +
        `growth ${Math.round(growth() / 1024)} KiB over the last two thirds`,
    );
  }
});
