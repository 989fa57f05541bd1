/** Many silent peers, one timer. What a single connection does is in `reliability/connection-life.test.ts`. */

import { describe, expect, it, vi } from "vitest";
import { FrameOutput } from "../../../src/connection/frame-output.ts";
import { type KeepaliveMember, KeepaliveWatch } from "../../../src/connection/keepalive-watch.ts";
import { PeerWatch } from "../../../src/connection/peer-watch.ts";
import { ArenaPool } from "../../../src/wire/output-arena.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { ScriptedTransport } from "../../support/scripted-transport.ts";

const keepalive = { idleMs: 30_000, timeoutMs: 10_000 };

class Member implements KeepaliveMember {
  readonly #clock: ManualClock;
  readonly #watch: KeepaliveWatch;
  readonly pings: number[] = [];
  readonly deaths: number[] = [];
  readonly told: boolean[] = [];
  readonly keepalive;
  lastReceivedAt: number;
  onPing: () => void = () => {};

  constructor(clock: ManualClock, watch: KeepaliveWatch, own = keepalive) {
    this.#clock = clock;
    this.#watch = watch;
    this.keepalive = own;
    this.lastReceivedAt = clock.now();
    watch.add(this);
  }

  hear(): void {
    this.lastReceivedAt = this.#clock.now();
  }

  ping(): void {
    this.pings.push(this.#clock.now() - this.lastReceivedAt);
    this.onPing();
  }

  probing(isOut: boolean): void {
    this.told.push(isOut);
  }

  dead(silentMs: number): void {
    this.deaths.push(silentMs);
    this.#watch.remove(this);
  }
}

describe("the watch over silent peers", () => {
  it("asks after idleMs, and gives up timeoutMs later, each peer by itself", () => {
    const clock = new ManualClock();
    const watch = new KeepaliveWatch(clock);
    const first = new Member(clock, watch);
    clock.advance(7_000);
    const second = new Member(clock, watch);
    const hasty = new Member(clock, watch, { idleMs: 1_000, timeoutMs: 500 });
    expect(clock.pendingTimers).toBe(1);
    clock.advance(60_000);
    for (const member of [first, second]) {
      expect(member.pings).toHaveLength(1);
      expect(member.pings[0]).toBeGreaterThanOrEqual(30_000);
      expect(member.pings[0]).toBeLessThan(30_005);
      expect(member.deaths[0]).toBeGreaterThanOrEqual(40_000);
      expect(member.deaths[0]).toBeLessThan(40_010);
    }
    expect(hasty.deaths[0]).toBeLessThan(1_505);
    expect(clock.pendingTimers).toBe(0);
  });

  it("is content with any byte, and says so when it notices or when the pong comes", () => {
    const clock = new ManualClock();
    const watch = new KeepaliveWatch(clock);
    const [talking, answering] = [new Member(clock, watch), new Member(clock, watch)];
    clock.advance(30_001);
    talking.hear();
    answering.hear();
    watch.answered(answering);
    expect(answering.told).toEqual([true, false]);
    expect(talking.told).toEqual([true]);
    clock.advance(25_000);
    expect(talking.told).toEqual([true, false]);
    clock.advance(10_000);
    expect([talking.pings.length, answering.pings.length]).toEqual([2, 2]);
    expect([...talking.deaths, ...answering.deaths]).toEqual([]);
  });

  it("asks again in time where silence may be shorter than an answer", () => {
    const clock = new ManualClock();
    const watch = new KeepaliveWatch(clock);
    const member = new Member(clock, watch, { idleMs: 1_000, timeoutMs: 10_000 });
    clock.advance(1_002);
    member.hear();
    watch.answered(member);
    clock.advance(20_000);
    expect(member.deaths[0]).toBeLessThan(11_020);
  });

  it("begins anew when all have left", () => {
    const clock = new ManualClock();
    const watch = new KeepaliveWatch(clock);
    const member = new Member(clock, watch);
    watch.remove(member);
    expect(clock.pendingTimers).toBe(0);
    clock.advance(50_000);
    member.hear();
    watch.add(member);
    clock.advance(30_010);
    expect(member.pings).toHaveLength(1);
  });

  it("looks at thousands seldom, and finds each soon enough", () => {
    const clock = new ManualClock();
    const watch = new KeepaliveWatch(clock);
    const random = (seed: number): number => ((seed * 7_919) % 10_007) / 10_007;
    const members = Array.from({ length: 5_000 }, () => new Member(clock, watch));
    for (const [i, member] of members.entries()) member.lastReceivedAt = clock.now() + 20_000 * random(i);
    let looks = 0;
    const { startTimer } = clock;
    clock.startTimer = (fn, ms) => {
      looks += 1;
      return startTimer.call(clock, fn, ms);
    };
    clock.advance(60_100);
    for (const { pings } of members) {
      expect(pings).toHaveLength(1);
      expect(pings[0]).toBeGreaterThanOrEqual(30_000);
      expect(pings[0]).toBeLessThanOrEqual(30_000 + 10_000 / 32 + 2);
    }
    expect(looks).toBeLessThan(200);
  });

  it("asks everybody anew when it was not running itself, those it has asked too", () => {
    const clock = new ManualClock();
    const watch = new KeepaliveWatch(clock);
    const asked = new Member(clock, watch);
    clock.advance(30_001);
    const quiet = new Member(clock, watch);
    clock.leap(3_600_000);
    clock.advance(1);
    expect([asked.pings.length, quiet.pings.length]).toEqual([2, 1]);
    clock.advance(9_900);
    expect([...asked.deaths, ...quiet.deaths]).toEqual([]);
    clock.advance(200);
    expect([asked.deaths.length, quiet.deaths.length]).toEqual([1, 1]);
  });

  it("sees a sleep by the calendar too, and does not ask who was heard since", () => {
    const clock = new ManualClock();
    const watch = new KeepaliveWatch(clock);
    const [silent, heard] = [new Member(clock, watch), new Member(clock, watch)];
    clock.advance(29_000);
    heard.hear();
    clock.sleep(3_600_000);
    clock.advance(1_010);
    // One is due; the other was heard a second before, but who knows what became of it.
    expect([silent.pings.length, heard.pings.length]).toEqual([1, 1]);
    for (const member of [silent, heard]) {
      member.hear();
      watch.answered(member);
    }
    clock.leap(60_000);
    heard.hear();
    clock.advance(1);
    expect([silent.pings.length, heard.pings.length]).toEqual([2, 1]);
  });

  it("holds one arena in turn, however many connections are asked at a time", () => {
    const clock = new ManualClock();
    const keepalives = new KeepaliveWatch(clock);
    const pool = new ArenaPool();
    const arenas = vi.spyOn(pool, "give");
    const transports = Array.from({ length: 100 }, () => {
      const transport = new ScriptedTransport();
      const output = new FrameOutput(transport, clock, pool, 65_536);
      const owner = {
        transport,
        bytesReceived: 0,
        lastReceivedAt: clock.now(),
        isOwedBytes: () => false,
        probing() {},
        giveUp() {},
      };
      new PeerWatch(owner, output, clock, keepalives).listen(keepalive);
      return transport;
    });
    clock.advance(30_100);
    expect(transports.map(({ writes }) => writes)).toEqual(transports.map(() => 1));
    expect(new Set(arenas.mock.calls.map(([{ buffer }]) => buffer)).size).toBe(1);
  });

  it("goes on when one of them throws", () => {
    const clock = new ManualClock();
    const watch = new KeepaliveWatch(clock);
    const [first, second] = [new Member(clock, watch), new Member(clock, watch)];
    first.onPing = () => {
      throw new Error("broken");
    };
    expect(() => clock.advance(30_100)).toThrow("broken");
    clock.advance(1_000);
    expect(second.pings).toHaveLength(1);
  });

  it("leaves alone who was ended by what another one's ping set off", () => {
    const clock = new ManualClock();
    const watch = new KeepaliveWatch(clock);
    const [first, second] = [new Member(clock, watch), new Member(clock, watch)];
    first.onPing = () => {
      watch.remove(second);
      watch.remove(first);
    };
    clock.advance(100_000);
    expect(second.pings).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});
