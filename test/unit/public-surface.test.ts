/** The values that the package exports: every one of the public contract, and nothing by accident. Their types: `test/types`. */

import { expect, test } from "vitest";
import * as taut from "../../src/index.ts";
import { unrecognized } from "../../src/runtime/v1.ts";

test("the package exports the values of the public contract", () => {
  expect(Object.keys(taut).sort()).toEqual(
    [
      "Challenge",
      "Code",
      "CodecError",
      "Metadata",
      "RpcError",
      "connect",
      "createContextKey",
      "createServer",
      "defaultLimits",
      "detached",
      "gracefulShutdown",
      "isRpcError",
      "unrecognized",
    ].sort(),
  );
});

test("the tag of an unknown arm is one symbol for users and for generated code", () => {
  expect(taut.unrecognized).toBe(unrecognized);
  expect(taut.unrecognized).toBeTypeOf("symbol");
});
