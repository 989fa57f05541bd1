import type { Fault, Int32 } from "taut/schema";

/** There are fewer of it than were asked for. */
export interface OutOfStock extends Fault<"FAILED_PRECONDITION"> {
  sku: string;
  available: Int32;
}

export interface NotAllowed extends Fault<"PERMISSION_DENIED"> {
  message: string;
}

export interface Gone extends Fault<"NOT_FOUND"> {}
