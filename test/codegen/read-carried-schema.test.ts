/** The reader brings `taut/schema` along, so that schemas can be read where `taut` is not installed. */

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { carriedSchema } from "../../codegen/read/carried-schema.ts";

it("the declarations that the reader carries are those that users import", () => {
  expect(carriedSchema).toBe(readFileSync(new URL("../../src/schema.d.ts", import.meta.url), "utf8"));
});
