/** `npm run demo` does what the README says, ends by itself, and leaves no process behind. */
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { run } from "./child-process.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

it("the demo orders, is refused, runs out of time, measures, and ends with exit code 0", { timeout: 180_000 }, async () => {
  const { code, stdout, stderr } = await run("npm run demo", root);
  // npm speaks of its own configuration there, and `taut generate` says what it wrote.
  const complaints = stderr
    .split("\n")
    .filter((line) => !/^$|^npm warn|^examples\/shop\/generated: \d+ files written/.test(line));
  expect(complaints).toEqual([]);
  expect(stdout).toMatch(/order [0-9a-f-]{36}: [\d.]+ EUR with [\d.]+ EUR shipping/);
  expect(stdout).toMatch(/packed\n {2}passed San Jose\n {2}passed Palo Alto\n\nA shopping list/);
  expect(stdout).toMatch(/gina puts one of each into the cart: \d+ items/);
  expect(stdout).toContain('bob gets FAILED_PRECONDITION: reason "expired", card ending in 0454');
  expect(stdout).toContain("carol gets NOT_FOUND: product NO-SUCH-ID");
  expect(stdout).toMatch(/shipping says: the carrier needs 2000 ms .*; the caller leaves (?:300|[12]\d\d) ms/);
  expect(stdout).toMatch(/shipping says: stopped asking after \d{2,3} ms, ended by (?:deadline|cancel)/);
  expect(stdout).toMatch(/dan gets DEADLINE_EXCEEDED after [34]\d\d ms/);
  expect(stdout).toContain("checkout says: drained: 1 finished, 0 cancelled");
  expect(stdout).toMatch(/[\d,]{3,} calls\/s/);
  expect(stdout).toContain("all 9 processes ended with exit code 0");
  expect(code).toBe(0);

  const left = [...stdout.matchAll(/ pid (\d+)/g)].filter(([, pid]) => isAlive(Number(pid)));
  expect(left).toEqual([]);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
