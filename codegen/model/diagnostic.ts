/** What is wrong with a schema, where, why, and how to write it instead. Plain data; the table of codes is `check`'s. */

import type { Place } from "./schema-model.ts";

/** Something in a schema that cannot be carried or does not mean what it seems to: where, why, and what to write instead. */
export interface Diagnostic {
  /** `TAUT1003`; stable, each with a row in SCHEMA.md. */
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly place: Place;
  /** The type's text as written or as the checker prints it, shortened to 200 characters. */
  readonly typeText: string;
  /** Why it cannot be carried. Lower case, no full stop. */
  readonly message: string;
  /** How to write it instead. */
  readonly remedy: string;
  /** A second place: the other side of a clash. */
  readonly other?: Place;
}
