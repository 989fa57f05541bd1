/** The tag of a union arm that this side's schema does not know; see `Unrecognized` of `taut/schema`, which declares its type. */

import type { unrecognized as declared } from "taut/schema";

/** A registered symbol: values of another copy of the package are recognised, too. */
export const unrecognized: typeof declared = Symbol.for("taut.unrecognized") as typeof declared;
