/** Conversion by a fixed table of rates, through the euro. */
import { RpcError } from "taut";
import type { CurrencyHandler } from "../generated/shop/v1/currency.ts";
import { fromNanos, inNanos } from "../money.ts";

/** Millionths of the currency for one euro. */
const rates: ReadonlyMap<string, bigint> = new Map([
  ["EUR", 1_000_000n],
  ["USD", 1_130_500n],
  ["JPY", 126_400_000n],
  ["GBP", 859_700n],
  ["CHF", 1_136_000n],
  ["TRY", 6_124_700n],
  ["CAD", 1_512_800n],
]);

function rateOf(code: string): bigint {
  const rate = rates.get(code);
  if (rate !== undefined) return rate;
  throw new RpcError({
    code: "INVALID_ARGUMENT",
    message: `no rate for currency ${code}; known: ${[...rates.keys()].join(", ")}`,
  });
}

export function createCurrencies(): CurrencyHandler {
  return {
    GetSupportedCurrencies() {
      return { currency_codes: [...rates.keys()] };
    },
    Convert({ from, to_code }) {
      if (from === undefined) throw new RpcError({ code: "INVALID_ARGUMENT", message: "an amount to convert is needed" });
      return fromNanos(to_code, (inNanos(from) * rateOf(to_code)) / rateOf(from.currency_code));
    },
  };
}
