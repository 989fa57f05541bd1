import type { Int32, Int64 } from "taut/schema";
import type { Empty } from "./empty.ts";

/** Converts amounts at the rates of the day. */
export interface CurrencyService {
  /** @idempotent */
  GetSupportedCurrencies(req: Empty): Promise<GetSupportedCurrenciesResponse>;
  /** @idempotent */
  Convert(req: CurrencyConversionRequest): Promise<Money>;
}

/** units and nanos have the same sign; nanos is in -999,999,999 .. +999,999,999 */
export interface Money {
  /** ISO 4217, three capital letters. */
  currency_code: string;
  units: Int64;
  nanos: Int32;
}

export interface GetSupportedCurrenciesResponse {
  currency_codes: string[];
}

export interface CurrencyConversionRequest {
  from?: Money;
  to_code: string;
}
