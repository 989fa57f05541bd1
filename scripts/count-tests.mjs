/**
 * Adds up vitest's JSON reports: `node scripts/count-tests.mjs FILE...` prints "PASSED FAILED" for `.ci/run`.
 *
 * A report that is missing or unreadable counts as one failure, and so does a run that ended badly without a failed test (an
 * unhandled rejection, a file that did not load).
 */
import { readFileSync } from "node:fs";

let passed = 0;
let failed = 0;
for (const file of process.argv.slice(2)) {
  try {
    const report = JSON.parse(readFileSync(file, "utf8"));
    passed += report.numPassedTests;
    failed += report.numFailedTests;
    if (!report.success && report.numFailedTests === 0) failed += 1;
  } catch (error) {
    console.error(`no report: ${error.message}`);
    failed += 1;
  }
}
console.log(`${passed} ${failed}`);
