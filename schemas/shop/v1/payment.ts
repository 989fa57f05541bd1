import type { Fault, Int32 } from "taut/schema";
import type { Money } from "./currency.ts";

/** Charges credit cards. */
export interface PaymentService {
  Charge(req: ChargeRequest): Promise<ChargeResponse | CardDeclined>;
}

/** The card cannot be charged. Nothing was. */
export interface CardDeclined extends Fault<"FAILED_PRECONDITION"> {
  reason: "expired" | "invalid number" | "unsupported brand";
  /** The last four digits, so that the user knows which card is meant. */
  card_ending: string;
}

export interface CreditCardInfo {
  credit_card_number: string;
  credit_card_cvv: Int32;
  credit_card_expiration_year: Int32;
  credit_card_expiration_month: Int32;
}

export interface ChargeRequest {
  amount?: Money;
  credit_card?: CreditCardInfo;
}

export interface ChargeResponse {
  transaction_id: string;
}
