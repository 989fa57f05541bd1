/**
 * Which behaviour cases have tests: `npm run cases` prints each id of `test/conformance/cases.json` with the tests whose titles carry
 * it, then the ids without any. `npm run cases -- UN CA-3` prints these areas and ids alone. Exit 1 when a case has neither a test
 * nor a reason in `cases.json`.
 *
 * Reads the sources: a title is a string in a file of tests. That these tests pass is the test runner's to say.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const idPattern = /\b(?:UN|ST|CA|DL|ER|MD|LM|FC|CN|FR|CO|SC|OB|RT)-\d+\b/g;
const stringPattern = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g;

/** Every case: `{ id, title, without? }`, in the catalogue's order; `without` says why there is no test. */
export function readCases() {
  return JSON.parse(readFileSync(join(root, "test/conformance/cases.json"), "utf8"));
}

/** By id: where a title carries it, and the title. */
export function findTests(folder = join(root, "test")) {
  const found = new Map();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".ts") || entry.parentPath.includes(".generated")) continue;
    const path = join(entry.parentPath, entry.name);
    readFileSync(path, "utf8")
      .split("\n")
      .forEach((line, index) => {
        if (/^\s*(?:\/\/|\/?\*)/.test(line)) return;
        for (const [text] of line.matchAll(stringPattern)) {
          for (const [id] of text.matchAll(idPattern)) {
            const tests = found.get(id) ?? [];
            tests.push({ place: `${relative(root, path)}:${index + 1}`, title: text.slice(1, -1) });
            found.set(id, tests);
          }
        }
      });
  }
  return found;
}

/** Cases with neither a test nor a reason, and ids in titles that are no case's. */
export function problemsOf(cases, tests) {
  const known = new Set(cases.map(({ id }) => id));
  return {
    missing: cases.filter(({ id, without }) => without === undefined && !tests.has(id)),
    unknown: [...tests.keys()].filter((id) => !known.has(id)),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = process.argv.slice(2);
  const cases = readCases().filter(
    ({ id }) => wanted.length === 0 || wanted.some((one) => id === one || id.startsWith(`${one}-`)),
  );
  const tests = findTests();
  for (const { id, title, without } of cases) {
    console.log(`${id} ${title}`);
    for (const test of tests.get(id) ?? []) console.log(`    ${test.place}  ${test.title}`);
    if (without !== undefined) console.log(`    no test: ${without}`);
  }
  const { missing, unknown } = problemsOf(cases, tests);
  const covered = cases.filter(({ id }) => tests.has(id)).length;
  console.log(`\n${covered} of ${cases.length} cases have tests`);
  if (missing.length > 0) console.log(`without a test: ${missing.map(({ id }) => id).join(", ")}`);
  if (unknown.length > 0) console.log(`no such case: ${unknown.join(", ")}`);
  process.exitCode = missing.length + unknown.length > 0 ? 1 : 0;
}
