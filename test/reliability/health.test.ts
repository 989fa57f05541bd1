import { readFileSync } from "node:fs";
import { createServer, type Server, type ServerOptions } from "taut";
import { addHealth, type Health, HealthClient, HealthService } from "taut/health";
import { createTestChannel, type TestChannel } from "taut/testing";
import { afterEach, describe, expect, it } from "vitest";
import { run } from "../integration/child-process.ts";
import { eventually, failureOf, PlainClient, PlainService, plainHandler } from "../support/plain-service.ts";

let server: Server;
let channel: TestChannel;
let health: Health;

function open(options?: ServerOptions): HealthClient {
  server = createServer(options).add(PlainService, plainHandler().handler);
  health = addHealth(server);
  channel = createTestChannel(server);
  return new HealthClient(channel);
}

afterEach(async () => {
  await channel.close();
  await server.close();
});

describe("health", () => {
  it("OB-6 answers for the server and its services, knows no others, tells each change once, and a drain at once", async () => {
    const client = open();
    expect(await client.check({})).toEqual({ status: "SERVING" });
    expect(await client.check({ service: "test.v1.Plain" })).toEqual({ status: "SERVING" });
    expect(await client.check({ service: "taut.health.v1.Health" })).toEqual({ status: "SERVING" });
    expect(await failureOf(client.check({ service: "test.v1.Unknown" }))).toMatchObject({ code: "NOT_FOUND", executed: "yes" });
    expect(await failureOf(client.watch({ service: "nobody" })[Symbol.asyncIterator]().next())).toMatchObject({
      code: "NOT_FOUND",
    });

    const seen: string[] = [];
    const watching = (async () => {
      for await (const { status } of client.watch({ service: "test.v1.Plain" })) seen.push(status);
    })();
    await eventually(() => seen.length === 1, "the first status");
    health.set("NOT_SERVING", "test.v1.Plain");
    health.set("NOT_SERVING", "test.v1.Plain");
    await eventually(() => seen.length === 2, "the change");
    health.set("SERVING", "test.v1.Plain");
    health.set("NOT_SERVING");
    await eventually(() => seen.length === 3, "the change back");
    expect(await client.check({ service: "test.v1.Plain" })).toEqual({ status: "SERVING" });
    expect(await client.check({})).toEqual({ status: "NOT_SERVING" });

    const plain = new PlainClient(channel);
    const slow = plain.sleep({ ms: 1_000 });
    await eventually(() => server.stats().open === 2, "the slow call");
    const drained = server.drain();
    expect(await Promise.race([watching.then(() => "the watcher is told"), slow.then(() => "the call ends")])).toBe(
      "the watcher is told",
    );
    expect(seen).toEqual(["SERVING", "NOT_SERVING", "SERVING", "NOT_SERVING"]);
    await slow;
    expect(await drained).toEqual({ finished: 2, cancelled: 0 });
    expect(health.get()).toBe("NOT_SERVING");
  });

  it("lets a watcher leave while nothing changes", async () => {
    const client = open();
    for await (const { status } of client.watch({})) {
      expect(status).toBe("SERVING");
      break;
    }
    await eventually(() => server.stats().open === 0, "the watch to end");
  });

  it("takes statuses of names that no service has, and nothing but the two statuses", async () => {
    const client = open();
    health.set("NOT_SERVING", "database");
    expect(await client.check({ service: "database" })).toEqual({ status: "NOT_SERVING" });
    expect(() => health.set("FINE" as "SERVING")).toThrow(TypeError);
    expect(() => addHealth({} as Server)).toThrow(TypeError);
    expect(() => addHealth(server)).toThrow(TypeError);
  });

  it("is served by what the present schema generates", () => {
    const { fingerprint } = HealthService as unknown as { fingerprint: string };
    const copy = readFileSync(new URL("../../src/health/health-schema.ts", import.meta.url), "utf8");
    const schema = readFileSync(new URL("../../schemas/taut/health/v1/health.ts", import.meta.url), "utf8");
    expect(copy.endsWith(schema), "schemas/taut/health has changed: npm run build && node scripts/generate-health.mjs").toBe(
      true,
    );
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe("taut health", () => {
  const root = new URL("../..", import.meta.url).pathname;

  async function ask(words: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
    return run(`node cli/dist/main.js health ${words}`, root);
  }

  it("exits 0 where the server serves, else 14", async () => {
    open();
    const { url } = await server.listen("127.0.0.1:0");
    expect(await ask(url)).toMatchObject({ code: 0, stdout: "SERVING\n", stderr: "" });
    expect(await ask(`${url} test.v1.Plain --json`)).toMatchObject({ code: 0, stdout: '{"status":"SERVING"}\n' });
    health.set("NOT_SERVING");
    expect(await ask(url)).toMatchObject({ code: 14, stdout: "NOT_SERVING\n" });
    expect(await ask(`${url} nobody`)).toMatchObject({ code: 14, stdout: "", stderr: expect.stringContaining("NOT_FOUND") });
    const watching = ask(`${url} test.v1.Plain --watch`);
    await eventually(() => server.stats().open === 1, "the watch", 10_000);
    await server.drain();
    expect(await watching).toMatchObject({ code: 14, stdout: "SERVING\nNOT_SERVING\n" });
    expect(await ask(`${url} --timeout 2000`)).toMatchObject({ code: 14, stderr: expect.stringContaining("ECONNREFUSED") });
  }, 60_000);

  it("exits 2 for what is no target", async () => {
    open();
    expect((await ask("nonsense")).code).toBe(2);
    expect((await ask("127.0.0.1:1 --timeout 0")).code).toBe(2);
    expect(await ask("127.0.0.1:1 --key key.pem")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--cert and --key go together"),
    });
  }, 60_000);
});
