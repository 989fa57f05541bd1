/** One abort signal for many calls: one listener, each call told once, nothing left behind. */

import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { FollowedSignals } from "../../../src/client/followed-signals.ts";

function followers(count: number): { told: unknown[]; signalAborted(reason: unknown): void }[] {
  return Array.from({ length: count }, () => {
    const told: unknown[] = [];
    return { told, signalAborted: (reason: unknown) => told.push(reason) };
  });
}

describe("a signal that many calls follow", () => {
  it("has one listener, and none when the last has left", () => {
    const { signal } = new AbortController();
    const signals = new FollowedSignals();
    const all = followers(1_000);
    for (const one of all) signals.follow(signal, one);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    for (const one of all.slice(1)) signals.leave(signal, one);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    signals.leave(signal, all[0] as (typeof all)[number]);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("tells each of them once, those too that leave others meanwhile", () => {
    const abort = new AbortController();
    const signals = new FollowedSignals();
    const all = followers(10);
    for (const one of all) {
      const told = one.signalAborted;
      one.signalAborted = (reason) => {
        told(reason);
        for (const other of all) signals.leave(abort.signal, other);
      };
      signals.follow(abort.signal, one);
    }
    abort.abort("enough");
    expect(all.map(({ told }) => told)).toEqual(all.map(() => ["enough"]));
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(0);
  });

  it("is followed anew after all had left", () => {
    const abort = new AbortController();
    const signals = new FollowedSignals();
    const [first, second] = followers(2);
    if (first === undefined || second === undefined) throw new Error("two were made");
    signals.follow(abort.signal, first);
    signals.leave(abort.signal, first);
    signals.follow(abort.signal, second);
    abort.abort("now");
    expect([first.told, second.told]).toEqual([[], ["now"]]);
  });
});
