/** Each behaviour case has a test that carries its id, or a reason why there is none; `npm run cases` lists them. */

import { expect, it } from "vitest";
import { findTests, problemsOf, readCases } from "../../scripts/list-cases.mjs";

it("every case of the catalogue has a test, or a reason why it has none", () => {
  const cases = readCases();
  expect(cases).toHaveLength(156);
  expect(problemsOf(cases, findTests())).toEqual({ missing: [], unknown: [] });
});

it("a case is found by the titles of tests alone", () => {
  const tests = findTests();
  expect(tests.get("UN-1")?.map(({ place }) => place.split(":")[0])).toContain("test/conformance/cases/unary.test.ts");
  expect(problemsOf([{ id: "XX-1", title: "none" }], new Map()).missing).toHaveLength(1);
});
