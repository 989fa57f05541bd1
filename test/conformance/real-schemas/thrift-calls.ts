/** Calls of Thrift's cross-language test, with the values that its clients send. */

import { type Insanity, Xception, Xception2, type Xtruct } from "../../.generated/schemas/thrift/v1/thrift.ts";
import type { RealCall } from "../real-schemas.test.ts";

const xtruct: Xtruct = { string_thing: "Zero", byte_thing: 1, i32_thing: -3, i64_thing: -5n };
const insanity: Insanity = {
  userMap: { FIVE: 5n, EIGHT: 8n },
  xtructs: [
    { string_thing: "Goodbye4", byte_thing: 4, i32_thing: 4, i64_thing: 4n },
    { string_thing: "Hello2", byte_thing: 2, i32_thing: 2, i64_thing: 2n },
  ],
};
const languages = "Afrikaans, العربية, Bân-lâm-gú, Ελληνικά, עברית, हिन्दी, 日本語, ქართული, ไทย, ᏣᎳᎩ, 中文, 😈, \u0000\ufeff";
const echo = (method: string, ...values: unknown[]): RealCall[] =>
  values.map((value) => ({ method, given: [value], answer: value }));

export const thriftCalls: readonly RealCall[] = [
  { method: "testVoid", given: [], answer: undefined },
  ...echo("testString", "", "Test", languages, "'\"\\\b\t/\n\r"),
  ...echo("testBool", true, false),
  ...echo("testByte", 0, -1, 42, -128, 127),
  ...echo("testI32", 0, -1, 190_000_013, 2_147_483_647, -2_147_483_648),
  ...echo("testI64", 0n, -1n, 7_000_000_000_000_000_123n, -7_000_000_000_000_000_123n, 2n ** 63n - 1n, -(2n ** 63n)),
  ...echo("testDouble", 0, -0, 42, -5.209_852_559_2, -0.000_341_012_439_638_5983, 2 ** 53 - 1, Number.POSITIVE_INFINITY),
  ...echo(
    "testBinary",
    new Uint8Array(),
    Uint8Array.from({ length: 256 }, (_, at) => 255 - at),
  ),
  ...echo("testUuid", "00112233-4455-6677-8899-aabbccddeeff", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
  ...echo("testStruct", xtruct),
  ...echo("testNest", { byte_thing: 1, struct_thing: xtruct, i32_thing: 5 }),
  ...echo("testMap", {}, { "0": -10, "1": -9, "-4": 4 }),
  ...echo("testStringMap", { a: "2", b: "blah", "some weird key": "null", "": "empty" }),
  ...echo("testSet", [], [-2, -1, 0, 1, 2]),
  ...echo("testList", [], [-2, -1, 0, 1, 2]),
  ...echo("testEnum", "ONE", "TWO", "THREE", "FIVE", "SIX", "EIGHT"),
  ...echo("testTypedef", 309_858_235_082_523n),
  {
    method: "testMapMap",
    given: [1],
    answer: {
      "-4": { "-4": -4, "-3": -3, "-2": -2, "-1": -1 },
      "4": { "1": 1, "2": 2, "3": 3, "4": 4 },
    },
  },
  {
    method: "testInsanity",
    given: [insanity],
    answer: { "1": { TWO: insanity, THREE: insanity }, "2": { SIX: { userMap: {}, xtructs: [] } } },
  },
  {
    method: "testMulti",
    given: [42, 4_242, 424_242n, { "1": "blah", "2": "thing" }, "EIGHT", 24n],
    answer: { string_thing: "Hello2", byte_thing: 42, i32_thing: 4_242, i64_thing: 424_242n },
  },
  { method: "testException", given: ["no Exception"], answer: undefined },
  { method: "testException", given: ["Xception"], answer: new Xception({ errorCode: 1_001, message: "Xception" }) },
  { method: "testException", given: ["TException"], answer: new Error("never told") },
  { method: "testMultiException", given: ["Hello", "thing"], answer: { ...xtruct, string_thing: "thing" } },
  {
    method: "testMultiException",
    given: ["Xception", "unused"],
    answer: new Xception({ errorCode: 1_001, message: "This is an Xception" }),
  },
  {
    method: "testMultiException",
    given: ["Xception2", "unused"],
    answer: new Xception2({ errorCode: 2_002, struct_thing: { ...xtruct, string_thing: "This is an Xception2" } }),
  },
  { method: "testOneway", given: [1], answer: undefined },
];

export const secondCalls: readonly RealCall[] = echo("secondtestString", 'testString("foo")');
