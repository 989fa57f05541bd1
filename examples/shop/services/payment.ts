/** Card payments: the number, the brand and the date are checked, then the charge is believed to have happened. */
import { randomUUID } from "node:crypto";
import { RpcError } from "taut";
import type { CreditCardInfo } from "../generated/shop/v1/payment.ts";
import { CardDeclined, type CardDeclinedData, type PaymentHandler } from "../generated/shop/v1/payment.ts";

export function createPayments(): PaymentHandler {
  return {
    Charge({ amount, credit_card }) {
      if (amount === undefined || credit_card === undefined) {
        throw new RpcError({ code: "INVALID_ARGUMENT", message: "an amount and a card are needed" });
      }
      const reason = whyDeclined(credit_card);
      if (reason !== undefined) {
        const card_ending = credit_card.credit_card_number.slice(-4);
        throw new CardDeclined({ reason, card_ending }, { message: `the card ending in ${card_ending} was declined: ${reason}` });
      }
      return { transaction_id: randomUUID() };
    },
  };
}

function whyDeclined(card: CreditCardInfo): CardDeclinedData["reason"] | undefined {
  const digits = card.credit_card_number.replaceAll(/[ -]/g, "");
  if (!/^\d{13,19}$/.test(digits) || luhnSum(digits) % 10 !== 0) return "invalid number";
  // Visa begins with 4, MasterCard with 51 to 55.
  if (!/^(?:4|5[1-5])/.test(digits)) return "unsupported brand";
  // A card is good until its month ends.
  const goodUntil = new Date(card.credit_card_expiration_year, card.credit_card_expiration_month);
  return goodUntil <= new Date() ? "expired" : undefined;
}

/** Luhn's check sum: every second digit from the right is doubled, and the digits of the results are added. */
function luhnSum(digits: string): number {
  let total = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]) * (place % 2 === 1 ? 2 : 1);
    total += digit > 9 ? digit - 9 : digit;
  }
  return total;
}
