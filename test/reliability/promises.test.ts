/** docs/RELIABILITY.md says what is so: the tests that it names exist, and its defaults are the product's. */

import { existsSync, readFileSync } from "node:fs";
import { defaultLimits } from "taut";
import { createTestChannel, createTestServer } from "taut/testing";
import { describe, expect, it } from "vitest";
import { failureOf, PlainClient, PlainService, plainHandler } from "../support/plain-service.ts";

const root = new URL("../../", import.meta.url);
const text = readFileSync(new URL("docs/RELIABILITY.md", root), "utf8");

/** Rows of all tables: promise, default, tests. */
const rows = text
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| ---") && !line.includes("| held by |"))
  .map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );

describe("docs/RELIABILITY.md", () => {
  it.each(rows.map(([promise = "", , tests = ""]) => ({ promise, tests })))(
    "$promise: is held by tests that exist",
    ({ tests }) => {
      const named = [...tests.matchAll(/`([^`]+)`: "([^"]+)"/g)];
      expect(named.length).toBeGreaterThan(0);
      for (const [, file = "", title = ""] of named) {
        const url = new URL(file, root);
        expect(existsSync(url), file).toBe(true);
        // A title is a text: in quotes, on one line.
        const texts = [...readFileSync(url, "utf8").matchAll(/(["`])(?:\\.|(?!\1)[^\\\n])*\1/g)].map(([quoted]) => quoted);
        expect(
          texts.some((quoted) => quoted.includes(title)),
          `${file} has a test titled ${JSON.stringify(title)}`,
        ).toBe(true);
      }
    },
  );

  it("names every limit, with its default", () => {
    const documented = new Map(rows.map(([name = "", value = ""]) => [name.replaceAll("`", ""), value]));
    for (const [name, value] of Object.entries(defaultLimits))
      expect(documented.get(name), name).toBe(value.toLocaleString("en"));
  });
});

it("calls that wait are bounded in number and in bytes", async () => {
  const server = createTestServer().add(PlainService, plainHandler().handler);
  const channel = createTestChannel(server, { limits: { maxQueuedCalls: 3, maxQueuedBytes: 10_000 } });
  channel.wire.refuse();
  const client = new PlainClient(channel);
  const options = { waitForReady: true };
  const waiting = [failureOf(client.echo({ body: new Uint8Array(9_000) }, options)), failureOf(client.echo({ n: 1 }, options))];
  expect(await failureOf(client.echo({ body: new Uint8Array(2_000) }, options))).toMatchObject({
    code: "RESOURCE_EXHAUSTED",
    executed: "no",
    message: expect.stringContaining("maxQueuedBytes 10,000"),
  });
  waiting.push(failureOf(client.echo({ n: 2 }, options)));
  expect(await failureOf(client.echo({ n: 3 }, options))).toMatchObject({
    code: "RESOURCE_EXHAUSTED",
    executed: "no",
    message: expect.stringContaining("maxQueuedCalls 3"),
  });
  await channel.close();
  for (const failure of await Promise.all(waiting)) expect(failure).toMatchObject({ code: "CANCELLED" });
  await server.close();
});
