import { describe, expect, it } from "vitest";
import { FrameBudgets, RateBudget } from "../../../src/connection/budgets.ts";
import { DeadlineTimer } from "../../../src/connection/deadline-timer.ts";
import { FragmentedMessage } from "../../../src/connection/fragmented-message.ts";
import { defaultLimits } from "../../../src/connection/limits.ts";
import { SlowSenderTimer } from "../../../src/connection/slow-sender-timer.ts";
import { openServer } from "../../support/connection-ends.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import type { Frame } from "../../support/wire-frames.ts";

describe("the deadline timer", () => {
  function timer(deadlines: number[]): { clock: ManualClock; timer: DeadlineTimer; ended: number[] } {
    const clock = new ManualClock();
    const ended: number[] = [];
    const one = new DeadlineTimer(clock, (now) => {
      for (const at of deadlines.filter((at) => at <= now)) {
        ended.push(now);
        deadlines.splice(deadlines.indexOf(at), 1);
      }
      return Math.min(Number.POSITIVE_INFINITY, ...deadlines);
    });
    for (const at of deadlines) one.watch(at);
    return { clock, timer: one, ended };
  }

  it("fires for each deadline, never before it and at most two milliseconds after", () => {
    const at = [1_500, 1_010, 1_010.5, 3_000];
    const { clock, ended } = timer([...at]);
    clock.advance(5_000);
    const sorted = [...at].sort((a, b) => a - b);
    expect(ended).toHaveLength(4);
    for (const [i, now] of ended.entries()) {
      expect(now).toBeGreaterThanOrEqual(sorted[i] as number);
      expect(now).toBeLessThanOrEqual((sorted[i] as number) + 2);
    }
    expect(clock.pendingTimers).toBe(0);
  });

  it("holds one timer however many deadlines it watches", () => {
    const { clock } = timer(Array.from({ length: 1_000 }, (_, i) => 2_000 - i));
    expect(clock.pendingTimers).toBe(1);
  });

  it("holds none once it is stopped, or when nothing is left", () => {
    const { clock, timer: one } = timer([2_000]);
    one.stop();
    expect(clock.pendingTimers).toBe(0);
    one.watch(3_000);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(10_000);
    expect(clock.pendingTimers).toBe(0);
  });

  it("rests four times as long as a look took, so that looks at very many calls leave time for others", () => {
    const clock = new ManualClock();
    const looks: number[] = [];
    const timer = new DeadlineTimer(clock, (now) => {
      looks.push(now);
      clock.leap(3);
      return now + 1;
    });
    timer.watch(clock.now() + 1);
    for (let ms = 0; ms < 1_000; ms += 1) {
      clock.advance(1);
      timer.watch(clock.now() + 1);
      expect(clock.pendingTimers).toBe(1);
    }
    for (const [i, at] of looks.slice(1).entries()) expect(at - (looks[i] as number)).toBeGreaterThanOrEqual(15);
    timer.stop();
  });

  it("rests no longer than a moment after a look that ended thousands", () => {
    const clock = new ManualClock();
    const looks: number[] = [];
    const timer = new DeadlineTimer(clock, (now) => {
      looks.push(now);
      clock.leap(looks.length === 1 ? 400 : 0);
      return looks.length === 1 ? now + 410 : Number.POSITIVE_INFINITY;
    });
    timer.watch(clock.now() + 1);
    clock.advance(1_000);
    expect((looks[1] as number) - (looks[0] as number)).toBeLessThan(430);
  });

  it("watches deadlines that are further away than a timer can be", () => {
    const { clock, ended } = timer([1_000 + 2 ** 33]);
    clock.advance(2 ** 33 - 10);
    expect(ended).toEqual([]);
    clock.advance(20);
    expect(ended).toHaveLength(1);
  });
});

describe("budgets", () => {
  it("allow ten seconds' worth at once, then the rate", () => {
    const budget = new RateBudget(100, 0);
    for (let i = 0; i < 1_000; i += 1) expect(budget.take(0)).toBe(true);
    expect(budget.take(0)).toBe(false);
    expect(budget.take(100)).toBe(true);
    let taken = 0;
    while (budget.take(1_100)) taken += 1;
    expect(taken).toBeGreaterThanOrEqual(98);
    expect(taken).toBeLessThanOrEqual(110);
  });

  it("gather no more than the burst, however long it was quiet", () => {
    const budget = new RateBudget(100, 0);
    let taken = 0;
    while (budget.take(1e9)) taken += 1;
    expect(taken).toBe(1_000);
  });

  it("name the limit that was used up, each its own", () => {
    const said: string[] = [];
    const budgets = new FrameBudgets(
      { ...defaultLimits, maxCancelsPerSecond: 1 },
      () => 0,
      (message) => said.push(message),
    );
    for (let i = 0; i < 10; i += 1) expect(budgets.countCancel()).toBe(true);
    expect(budgets.countCancel()).toBe(false);
    expect(budgets.countRefusal() && budgets.countControlFrame()).toBe(true);
    expect(said).toEqual(["maxCancelsPerSecond 1 exceeded over 10 seconds"]);
  });
});

describe("the slow sender's timer", () => {
  function watch(): { clock: ManualClock; state: { received: number; owed: boolean; ended: string[] } } {
    const clock = new ManualClock();
    const state = { received: 0, owed: false, ended: [] as string[] };
    new SlowSenderTimer(clock, {
      received: () => state.received,
      isOwed: () => state.owed,
      tooSlow: (bytes, ms) => state.ended.push(`${bytes} in ${ms}`),
    });
    return { clock, state };
  }

  it("SL-2 ends who keeps something unfinished for two looks with a byte a second", () => {
    const { clock, state } = watch();
    state.owed = true;
    for (let i = 0; i < 59; i += 1) {
      clock.advance(1_000);
      state.received += 1;
    }
    expect(state.ended).toEqual([]);
    clock.advance(1_000);
    expect(state.ended).toEqual(["30 in 30000"]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("leaves alone who is merely slow, or owes nothing", () => {
    const { clock, state } = watch();
    for (let i = 0; i < 100; i += 1) {
      state.owed = i % 2 === 0;
      clock.advance(30_000);
    }
    state.owed = true;
    for (let i = 0; i < 100; i += 1) {
      state.received += 30_000;
      clock.advance(30_000);
    }
    expect(state.ended).toEqual([]);
  });
});

describe("a connection that a chunk has ended", () => {
  it("starts no timer for what the same chunk has left unfinished", () => {
    const server = openServer();
    const request: Frame = { kind: "call", id: 1, name: "t/echo", method: 0, total: 200_000 };
    server.receive(
      request,
      { kind: "fragment", id: 1, bytes: Buffer.alloc(1_000) },
      { kind: "hello", message: { versions: [1, 1] } },
    );
    expect(server.closedWith?.message).toMatch(/second handshake/);
    server.clock.advance(2_000);
    expect(server.clock.pendingTimers).toBe(0);
  });
});

describe("a fragmented message", () => {
  const deliver = (): void => {};

  it("allocates for what has arrived, not for what was announced", () => {
    const before = process.memoryUsage().arrayBuffers;
    const message = new FragmentedMessage(2 ** 31, 0, deliver);
    message.append(Buffer.alloc(1_000), 0, 1_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000);
  });

  it("is put together from pieces of any size", () => {
    const bytes = Buffer.from(Array.from({ length: 10_000 }, (_, i) => i & 0xff));
    let whole: Buffer | undefined;
    const message = new FragmentedMessage(bytes.length, 0, (buffer) => {
      whole = buffer;
    });
    for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 3) % 997) {
      size = Math.min(size, bytes.length - at);
      expect(message.append(bytes, at, at + size)).toBe(true);
    }
    expect(message.isComplete).toBe(true);
    message.finish();
    expect(whole).toEqual(bytes);
  });

  it("takes no byte more than was announced", () => {
    const message = new FragmentedMessage(10, 0, deliver);
    expect(message.append(Buffer.alloc(11), 0, 11)).toBe(false);
    expect(message.append(Buffer.alloc(10), 0, 10)).toBe(true);
    expect(message.append(Buffer.alloc(1), 0, 1)).toBe(false);
  });

  it("returns all but what is kept for the consumer, and that too when it is dropped", () => {
    const message = new FragmentedMessage(100, 25, deliver);
    message.append(Buffer.alloc(70), 0, 70);
    expect(message.returnable).toBe(70);
    message.append(Buffer.alloc(20), 0, 20);
    expect(message.returnable).toBe(75);
    message.discard();
    expect(message.returnable).toBe(90);
  });
});
