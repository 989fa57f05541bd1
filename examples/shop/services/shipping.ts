/** Parcels, priced, sent and followed: a flat price for small ones; big ones are priced by a carrier that takes its time. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { CallContext } from "taut";
import type { ShippingHandler } from "../generated/shop/v1/shipping.ts";
import { usd } from "../money.ts";

/** Up to here a parcel costs the flat price, without asking. */
const smallParcel = 1_000;

export function createShipping(): ShippingHandler {
  return {
    async GetQuote({ items }, context) {
      const count = items.reduce((total, item) => total + item.quantity, 0);
      if (count === 0) return { cost_usd: usd(0n) };
      if (count > smallParcel) await askCarrier(count, context);
      return { cost_usd: usd(8n, 99) };
    },
    ShipOrder() {
      return { tracking_id: randomUUID() };
    },
    async *TrackOrder(_request, { signal }) {
      yield { kind: "packed", at: new Date() };
      for (const city of ["San Jose", "Palo Alto", "Mountain View"]) {
        await sleep(5, undefined, { signal });
        yield { kind: "passed", city, at: new Date() };
      }
      yield { kind: "delivered", at: new Date() };
    },
  };
}

/**
 * A slow piece of work that stops when nobody waits for it any more. The deadline was set by whoever called first, two processes
 * away: nothing here or in between handed it on by hand.
 */
async function askCarrier(count: number, context: CallContext): Promise<void> {
  const started = performance.now();
  console.log(`the carrier needs ${count} ms to price ${count} items; the caller leaves ${context.remainingMs().toFixed(0)} ms`);
  try {
    await sleep(count, undefined, { signal: context.signal });
  } catch {
    console.log(`stopped asking after ${(performance.now() - started).toFixed(0)} ms, ended by ${context.endedBy}`);
    throw context.signal.reason;
  }
}
