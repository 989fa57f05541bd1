/**
 * Calls of every kind through a proxy with every fault in turn: `npm run chaos -- --calls 1000000 --seed N`.
 *
 * Client, proxy and server share this process, so whatever any of them fails to catch is seen. One channel lives through it all.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { connect, createServer } from "taut";
import { expect, it } from "vitest";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { watchLeaks } from "../../support/leak-check.ts";
import { PlainClient, PlainService } from "../../support/plain-service.ts";
import { SeededRandom } from "../../support/seeded-random.ts";
import { CountingHandler } from "../counting-handler.ts";
import { longOption, seed } from "../long-options.ts";
import { percentile, textTable } from "../text-table.ts";
import { UnhandledErrors } from "../unhandled-errors.ts";
import { CallLedger, CallLoad, CallNumbers } from "./call-load.ts";
import { type NetworkFault, networkFaults } from "./network-faults.ts";

const calls = longOption("calls", 10_000);
const callers = 64;
/** Times that each fault comes and goes at least: a percentile needs some. */
const rounds = Math.ceil(calls / 100_000);
const timeoutMs = 1_000;
/** The promise: recovery after a fault with `reconnect.maxMs` 1,000, at the 99th percentile. */
const recoverWithinMs = 2_000;
/** After a fault, until nothing that it has harmed can still fail. */
const quietMs = timeoutMs + 200;
/** A round whose calls still fail so long after its fault has not recovered. */
const hopelessMs = 20_000;

it(`settles each of ${calls.toLocaleString("en")} calls once and runs none twice, whatever the network does`, async () => {
  const leaks = watchLeaks();
  const unhandled = new UnhandledErrors();
  const random = new SeededRandom(seed);
  const counting = new CountingHandler();
  const numbers = new CallNumbers();
  const server = createServer().add(PlainService, counting.handler);
  const { port = 0 } = await server.listen("127.0.0.1:0");
  const proxy = await FaultProxy.start({ port });
  const channel = connect(proxy.url, { reconnect: { maxMs: 1_000 } });
  const client = new PlainClient(channel);

  const rows: Record<string, string | number>[] = [];
  const ledgers: [NetworkFault, CallLedger][] = [];
  for (const fault of networkFaults) {
    const ledger = new CallLedger();
    const load = new CallLoad({ client, ledger, numbers, random, options: { timeoutMs } }, callers);
    do await round(fault, ledger);
    while (ledger.sent < calls / networkFaults.length || ledger.recoveriesMs.length < rounds);
    await load.stop(timeoutMs + 30_000);
    ledgers.push([fault, ledger]);
    rows.push(rowOf(fault, ledger));
    process.stderr.write(".");
  }
  process.stderr.write("\n");

  const recoveries = ledgers.flatMap(([, ledger]) => ledger.recoveriesMs);
  console.log(textTable(rows));
  console.log(
    `${numbers.made.toLocaleString("en")} calls, seed ${seed}; recovery: 99th percentile ${Math.round(percentile(recoveries, 99))} ms of ${recoveries.length}`,
  );
  for (const [fault, { oddities }] of ledgers) if (oddities.length > 0) console.log(`${fault.name}: ${oddities.join("; ")}`);

  const stats = channel.stats();
  await channel.close();
  await proxy.close();
  await server.close();
  for (const [fault, ledger] of ledgers) {
    expect(ledger.settled, `${fault.name}: settled`).toBe(ledger.sent);
    expect(ledger.twice(counting).others, `${fault.name}: calls that ran twice and must not`).toBe(0);
    if (fault.changesBytes !== true) expect(ledger.wrong, `${fault.name}: wrong answers`).toBe(0);
    expect(ledger.failed.get("no RpcError") ?? 0, `${fault.name}: failures that are no RpcError`).toBe(0);
  }
  expect(stats).toMatchObject({ started: numbers.made, open: 0 });
  expect(stats.succeeded + stats.failed + stats.cancelled).toBe(numbers.made);
  expect(unhandled.errors).toEqual([]);
  unhandled.stop();
  expect(percentile(recoveries, 99)).toBeLessThan(recoverWithinMs);
  await leaks.expectNone({ servers: [server], channels: [channel] });

  /** The fault for a while, then its end and the way back. */
  async function round(fault: NetworkFault, ledger: CallLedger): Promise<void> {
    ledger.faultBegins();
    fault.begin(proxy, random);
    const until = performance.now() + random.between(200, 1_500);
    while (performance.now() < until) {
      await sleep(random.between(20, 120));
      fault.again?.(proxy, random);
    }
    proxy.heal();
    ledger.faultEnds();
    const healedAt = performance.now();
    while (ledger.goodForMs < quietMs && performance.now() - healedAt < hopelessMs) await sleep(20);
    ledger.noteRecovery();
  }

  function rowOf(fault: NetworkFault, ledger: CallLedger): Record<string, string | number> {
    const { recoveriesMs } = ledger;
    const twice = ledger.twice(counting);
    return {
      fault: fault.name,
      sent: ledger.sent,
      settled: ledger.settled,
      succeeded: ledger.succeeded,
      failed: [...ledger.failed].map(([code, n]) => `${code} ${n}`).join(", ") || "none",
      wrong: ledger.wrong,
      "twice (idempotent)": twice.idempotent,
      "twice (others)": twice.others,
      rounds: recoveriesMs.length,
      "recovery p50 ms": Math.round(percentile(recoveriesMs, 50)),
      "p99 ms": Math.round(percentile(recoveriesMs, 99)),
    };
  }
});
