/**
 * Ten thousand idle connections and a thousand slow readers at one server: `npm run crowd -- --connections 10000 --slow 1000`.
 *
 * The server and the idle crowd have processes of their own; this one has the slow readers (bare sockets that read a chunk every few
 * seconds) and the client whose calls must not notice. Memory is the server process's.
 */

import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "taut";
import { afterEach, expect, it } from "vitest";
import { killScripts, startScript } from "../../support/child-script.ts";
import { PlainClient } from "../../support/plain-service.ts";
import { encodeFrame, magicBytes } from "../../support/wire-frames.ts";
import { longOption } from "../long-options.ts";
import { percentile, textTable } from "../text-table.ts";

const idle = longOption("connections", 100);
const slow = longOption("slow", 10);
const messageBytes = 16 * 1024;
const callsPerRound = 500;
const rounds = 7;

/** Documented in docs/RELIABILITY.md, "Memory". */
const maxIdleBytes = 64 * 1024;
const maxSlowBytes = 1024 * 1024;
/** What the heap of a process may have grown by for other reasons: it collects when it pleases. */
const slackBytes = 48 * 1024 * 1024;

const slowReaders: net.Socket[] = [];

afterEach(async () => {
  for (const socket of slowReaders.splice(0)) socket.destroy();
  await killScripts();
});

function expectDescriptors(): void {
  const limits = readFileSync("/proc/self/limits", "utf8");
  const soft = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]);
  const needed = idle + slow + 500;
  if (soft < needed) throw new Error(`${needed} file descriptors are needed, ulimit -n allows ${soft}`);
}

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** The least disturbed of several rounds: other work on the machine only ever adds. */
async function latencyOf(client: PlainClient): Promise<Latency> {
  const all: Latency[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const times: number[] = [];
    for (let n = 0; n < callsPerRound; n += 1) {
      const began = performance.now();
      await client.echo({ n });
      times.push(performance.now() - began);
    }
    all.push({ p50: percentile(times, 50), p99: percentile(times, 99) });
  }
  return { p50: Math.min(...all.map(({ p50 }) => p50)), p99: Math.min(...all.map(({ p99 }) => p99)) };
}

/** Asks for an endless stream, and takes a chunk of it every few seconds. */
async function slowReader(port: number): Promise<void> {
  const socket = net.connect({ port, host: "127.0.0.1" });
  slowReaders.push(socket);
  socket.on("error", () => {});
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  // All the credit there is: what bounds the server must be its own.
  const hello = { versions: [1, 1], limits: { streamWindowBytes: 2 ** 31 - 1, connectionWindowBytes: 2 ** 31 - 1 } };
  const list = { kind: "call", id: 1, flags: 0x40, method: 0xffff, name: "test.v1.Plain/list" } as const;
  socket.write(Buffer.concat([magicBytes, encodeFrame({ kind: "hello", message: hello })]));
  socket.write(encodeFrame({ ...list, message: { size: messageBytes } }));
  socket.on("data", () => socket.pause());
  await Promise.race([once(socket, "data"), once(socket, "close")]);
  const timer = setInterval(() => socket.resume(), 5_000);
  socket.once("close", () => clearInterval(timer));
}

it(`serves others as fast beside ${idle.toLocaleString("en")} idle connections and ${slow.toLocaleString("en")} slow readers`, async () => {
  expectDescriptors();
  const server = startScript(`
    (await import("node:v8")).setFlagsFromString("--expose-gc");
    const collect = (await import("node:vm")).runInNewContext("gc");
    const watched = { ...handler, peer() { collect(); return { ...process.memoryUsage(), connections: server.stats().connections }; } };
    const server = createServer({ maxConnections: 20_000 }).add(plain, watched);
    console.log((await server.listen("127.0.0.1:0")).port);
  `);
  const port = Number(await server.line());
  const channel = connect(`127.0.0.1:${port}`);
  const client = new PlainClient(channel);
  const memory = async (): Promise<{ rss: number; connections: number }> =>
    (await client.unary("peer")) as { rss: number; connections: number };

  await latencyOf(client);
  const alone = await latencyOf(client);
  const before = await memory();

  const crowd = startScript(
    `
    const [port, count] = process.argv.slice(2).map(Number);
    for (let made = 0; made < count; made += 100) {
      await Promise.all(Array.from({ length: Math.min(100, count - made) }, () => call(connect("127.0.0.1:" + port), "echo", {}, { timeoutMs: 60_000 })));
    }
    console.log("here");
    setInterval(() => {}, 1_000);
  `,
    [String(port), String(idle)],
  );
  expect(await crowd.line(180_000)).toBe("here");
  await sleep(1_000);
  const withIdle = await memory();
  const besideIdle = await latencyOf(client);

  for (let made = 0; made < slow; made += 50) {
    await Promise.all(Array.from({ length: Math.min(50, slow - made) }, () => slowReader(port)));
  }
  await sleep(3_000);
  const besideBoth = await latencyOf(client);
  const withBoth = await memory();
  const perIdle = (withIdle.rss - before.rss) / idle;
  const perSlow = (withBoth.rss - withIdle.rss) / slow;
  console.log(
    textTable([
      { beside: "nobody", ...shown(alone), "server MiB": before.rss / 2 ** 20 },
      { beside: `${idle} idle`, ...shown(besideIdle), "server MiB": withIdle.rss / 2 ** 20 },
      { beside: `${idle} idle, ${slow} slow`, ...shown(besideBoth), "server MiB": withBoth.rss / 2 ** 20 },
    ]),
  );
  console.log(`${(perIdle / 1024).toFixed(1)} KiB an idle connection, ${(perSlow / 1024).toFixed(1)} KiB a slow reader`);

  expect(withIdle.connections).toBe(1 + idle);
  // Some of the slow ones may be so slow that the kernel shows no progress for writeStallMs: they count as dead then.
  expect(withBoth.connections).toBeGreaterThanOrEqual(1 + idle + Math.floor(slow * 0.9));
  for (const { p50 } of [besideIdle, besideBoth]) expect(p50).toBeLessThan(2 * alone.p50 + 0.5);
  expect(withIdle.rss - before.rss).toBeLessThan(idle * maxIdleBytes + slackBytes);
  expect(withBoth.rss - withIdle.rss).toBeLessThan(slow * maxSlowBytes + slackBytes);
  await channel.close();
});

function shown({ p50, p99 }: Latency): Record<string, string> {
  return { "echo p50 ms": p50.toFixed(3), "p99 ms": p99.toFixed(3) };
}
