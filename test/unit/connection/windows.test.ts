import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReceiveWindow, SendWindow } from "../../../src/connection/windows.ts";

describe("windows", () => {
  it("pay what they owe once it is a quarter", () => {
    const window = new ReceiveWindow(1_000);
    expect(window.take(900)).toBe(true);
    expect(window.release(249)).toBe(0);
    expect(window.release(1)).toBe(250);
    expect(window.release(249)).toBe(0);
  });

  it("find out who sends beyond them, to the byte", () => {
    const window = new ReceiveWindow(1_000);
    expect(window.take(1_000)).toBe(true);
    expect(window.isExhausted).toBe(true);
    expect(new ReceiveWindow(1_000).take(1_001)).toBe(false);
  });

  it("may be enlarged by their receiver, and not beyond 2^31 - 1", () => {
    const window = new SendWindow(1_000);
    expect(window.grant(2 ** 31 - 1 - 1_000)).toBe(true);
    expect(window.grant(1)).toBe(false);
  });

  it("never stall a sender that waits for no more than they promise", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1_024, max: 100_000 }),
        fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 200 }),
        (initial, costs) => {
          const send = new SendWindow(initial);
          const receive = new ReceiveWindow(initial);
          for (const raw of costs) {
            const cost = 1 + (raw % Math.floor(initial / 2));
            expect(send.canEverTake(cost)).toBe(true);
            // Everything sent so far was consumed: there must be room now.
            expect(send.available).toBeGreaterThanOrEqual(cost);
            expect(send.isNearlyFull).toBe(true);
            send.take(cost);
            expect(receive.take(cost)).toBe(true);
            const grant = receive.release(cost);
            if (grant > 0) expect(send.grant(grant)).toBe(true);
          }
        },
      ),
    );
  });
});
