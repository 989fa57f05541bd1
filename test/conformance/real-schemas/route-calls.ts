/** Calls of the smallest complete tour of streaming: one method of each kind, and a talk with Eliza. */

import type { RealCall } from "../real-schemas.test.ts";

const berkshire = { latitude: 407_838_351, longitude: -746_143_763 };
const patriots = { latitude: 408_122_808, longitude: -743_999_179 };
const note = (message: string, location = berkshire) => ({ location, message });

export const routeCalls: readonly RealCall[] = [
  {
    method: "GetFeature",
    given: [berkshire],
    answer: { name: "Patriots Path, Mendham, NJ 07945, USA", location: berkshire },
  },
  { method: "GetFeature", given: [{ latitude: -900_000_000, longitude: 1_800_000_000 }], answer: { name: "" } },
  {
    method: "ListFeatures",
    given: [{ lo: berkshire, hi: patriots }],
    answer: [{ name: "101 New Jersey 10", location: patriots }, { name: "" }, { name: "U.S. 6, Shohola", location: berkshire }],
  },
  { method: "ListFeatures", given: [{}], answer: [] },
  {
    method: "RecordRoute",
    given: [Array.from({ length: 100 }, (_, at) => ({ latitude: at, longitude: 7 - at }))],
    answer: { point_count: 100, feature_count: 3, distance: 2_147_483_647, elapsed_time: 9 },
  },
  { method: "RecordRoute", given: [[]], answer: { point_count: 0, feature_count: 0, distance: 0, elapsed_time: 0 } },
  {
    method: "RouteChat",
    given: [[note("First message"), note("Second message", patriots), { message: "nowhere" }]],
    answer: [note("First message"), note("again", patriots)],
  },
];

export const elizaCalls: readonly RealCall[] = [
  {
    method: "Say",
    given: [{ sentence: "I feel happy.", volume: "VOLUME_SOFT" }],
    answer: { sentence: "Do you often feel happy?" },
  },
  {
    method: "Converse",
    given: [
      [
        { sentence: "Hello", volume: "VOLUME_LOUD" },
        { sentence: "Bye", volume: "VOLUME_UNSPECIFIED" },
      ],
    ],
    answer: [{ sentence: "Hello...I'm glad you could drop by today." }, { sentence: "Goodbye." }],
  },
  {
    method: "Introduce",
    given: [{ name: "Ann" }],
    answer: [{ sentence: "Hi Ann. I'm Eliza." }, { sentence: "How are you feeling today?" }],
  },
];
