/** Arithmetic on `Money`: whole units and billionths, both of one sign. All of it in bigint; nothing is ever rounded through a double. */
import type { Money } from "./generated/shop/v1/currency.ts";

const nanosPerUnit = 1_000_000_000n;

export function usd(units: bigint, cents = 0): Money {
  return { currency_code: "USD", units, nanos: cents * 10_000_000 };
}

export function inNanos(money: Money): bigint {
  return money.units * nanosPerUnit + BigInt(money.nanos);
}

export function fromNanos(currency_code: string, nanos: bigint): Money {
  // bigint division and remainder both truncate toward zero: the two parts get one sign.
  return { currency_code, units: nanos / nanosPerUnit, nanos: Number(nanos % nanosPerUnit) };
}

export function multiply(money: Money, by: number): Money {
  return fromNanos(money.currency_code, inNanos(money) * BigInt(by));
}

/** Adds amounts of one currency. */
export function sum(first: Money, ...others: readonly Money[]): Money {
  return fromNanos(
    first.currency_code,
    others.reduce((total, money) => total + inNanos(money), inNanos(first)),
  );
}

/** "17.99 EUR" */
export function format(money: Money): string {
  const hundredths = inNanos(money) / 10_000_000n;
  const sign = hundredths < 0n ? "-" : "";
  const digits = String(hundredths < 0n ? -hundredths : hundredths).padStart(3, "0");
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)} ${money.currency_code}`;
}
