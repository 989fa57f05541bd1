/** A server that is killed with SIGKILL under load and started again, several times: what its callers are told must be true. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type RpcError } from "taut";
import { afterEach, expect, it } from "vitest";
import { killScripts, type Script, startScript } from "../support/child-script.ts";
import { watchLeaks } from "../support/leak-check.ts";
import { PlainClient } from "../support/plain-service.ts";

const kills = 3;
const callers = 32;
const folder = mkdtempSync(join(tmpdir(), "taut-"));

afterEach(async () => {
  await killScripts();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes down what runs, before it answers: a killed process tells nobody. */
function startServer(address: string, log: string): Script {
  return startScript(
    `
    const { openSync, writeSync } = await import("node:fs");
    const log = openSync(process.argv[3], "a");
    const counting = (request, context) => { writeSync(log, request.id + "\\n"); return sleeping(request, context); };
    const server = createServer().add(plain, { ...handler, sleep: counting, sleepSafely: counting });
    console.log((await server.listen(process.argv[2])).url);
  `,
    [address, log],
  );
}

it(`settles every call over ${kills} kills, runs none twice that must not, and says truly which have not run`, async () => {
  const leaks = watchLeaks();
  const log = join(folder, "runs");
  let server = startServer("127.0.0.1:0", log);
  const url = await server.line();
  const channel = connect(url, { reconnect: { maxMs: 1_000 } });
  const client = new PlainClient(channel);
  let [calls, settled, isOver] = [0, 0, false];
  const failures: { id: number; error: RpcError }[] = [];
  const caller = async (): Promise<void> => {
    while (!isOver) {
      calls += 1;
      const id = calls;
      const call = id % 2 === 0 ? client.sleep({ id, ms: 5 }) : client.sleepSafely({ id, ms: 5 });
      await call.catch((error: RpcError) => failures.push({ id, error }));
      settled += 1;
      await sleep(3);
    }
  };
  const calling = Array.from({ length: callers }, caller);
  for (let kill = 0; kill < kills; kill += 1) {
    await sleep(200);
    server.child.kill("SIGKILL");
    await server.ended;
    await sleep(100);
    server = startServer(url, log);
    await server.line();
    expect(await client.echo({ kill }, { waitForReady: true, timeoutMs: 20_000 })).toEqual({ kill });
  }
  await sleep(200);
  isOver = true;
  await Promise.all(calling);

  expect(settled).toBe(calls);
  expect(channel.stats()).toMatchObject({ started: calls + kills, open: 0 });
  const runs = new Map<number, number>();
  for (const id of readFileSync(log, "utf8").trim().split("\n").map(Number)) runs.set(id, (runs.get(id) ?? 0) + 1);
  expect([...runs].filter(([id, times]) => id % 2 === 0 && times > 1)).toEqual([]);
  expect(failures.filter(({ error }) => error.code !== "UNAVAILABLE")).toEqual([]);
  expect(failures.filter(({ id, error }) => error.executed === "no" && runs.has(id))).toEqual([]);
  const failed = new Set(failures.map(({ id }) => id));
  for (let id = 1; id <= calls; id += 1) if (!failed.has(id)) expect(runs.has(id), `call ${id} was answered`).toBe(true);
  await channel.close();
  server.child.kill("SIGKILL");
  await server.ended;
  await leaks.expectNone({ channels: [channel] });
}, 120_000);
