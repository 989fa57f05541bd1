import type { Int32, Int64, Uint64 } from "taut/schema";

/** A share of a hundred. @minimum 0 @maximum 100 */
export type Percent = Int32;
/** @format email */
export type Email = string;

/** @reserved colour */
export interface Ruled {
  /** @exclusiveMinimum 0 @exclusiveMaximum 1 */
  ratio: number;
  /** @minimum 1 @maximum 9007199254740993 */
  big: Int64;
  /** @minLength 1 @maxLength 20 */
  name: string;
  /** @pattern ^[A-Z]{3}-\d+$ */
  sku: string;
  /** @minItems 1 @maxItems 3 @uniqueItems */
  tags: string[];
  /** @maximum 50 */
  discount: Percent;
  mails: Email[];
  mail?: Email | null;
  /** @format date-time */
  at?: string;
}

export interface Defaults {
  /** @default 1 */
  count: Int32;
  /** @default "none" */
  text?: string;
  /** @default true */
  flag: boolean;
  /** @default 18446744073709551615 */
  huge: Uint64;
  /** @default "2020-01-02T03:04:05Z" */
  since: Date;
  /** @default 2020-01-02 */
  until: Date | null;
  /** @default ["2020-01-02", 5] */
  span: [Date, bigint];
  /** @default ["a", "b"] */
  list: string[];
  /** @default {"a": 1} */
  map: Record<string, number>;
  /** @default null */
  nothing: string | null;
  /** @default "low" */
  level: "low" | "high";
  /** @default {"x": 1} */
  point: { x: Int32; y?: Int32 };
}

export interface Rules {
  /** Checks. @idempotent @timeoutMs 250 */
  check(request: Ruled): Promise<Defaults>;
  /** @deprecated use {@link Rules.check} */
  old(mail: Email, share?: Percent): Promise<Percent>;
}
