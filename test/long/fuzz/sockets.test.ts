/**
 * Hostile frames over real sockets, from hostile clients to a server and from a hostile server to a client, while an honest client calls:
 * `npm run fuzz -- --hostile 100000 --seed N`.
 */

import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "taut";
import { expect, it } from "vitest";
import { AttackedServer } from "../../support/attacked-server.ts";
import { watchLeaks } from "../../support/leak-check.ts";
import { PlainClient } from "../../support/plain-service.ts";
import { SeededRandom } from "../../support/seeded-random.ts";
import { longOption, seed } from "../long-options.ts";
import { bytesInUse } from "../memory-growth.ts";
import { UnhandledErrors } from "../unhandled-errors.ts";
import { cut, HostileFrames, opening } from "./hostile-frames.ts";

const hostile = longOption("hostile", 1_000);
const attackers = 8;
const framesPerConnection = 200;
const maxGrowthBytes = 16 * 1024 * 1024;

/** Writes hostile frames until there are enough or the other end has had enough. Answers how many were written. */
async function attack(socket: net.Socket, source: HostileFrames, random: SeededRandom, most: number): Promise<number> {
  let sent = 0;
  socket.on("error", () => {});
  socket.resume();
  socket.write(opening);
  while (sent < most && socket.writable) {
    const batch = Array.from({ length: random.between(1, 20) }, () => source.next());
    sent += batch.length;
    for (const chunk of cut(batch, random)) if (socket.writable) socket.write(chunk);
    if (socket.writableNeedDrain)
      await Promise.race([once(socket, "drain"), once(socket, "close"), sleep(1_000)]).catch(() => {});
    else await sleep(0);
  }
  if (random.below(2) === 0) socket.resetAndDestroy();
  else socket.destroy();
  return sent;
}

it(`a server takes ${hostile.toLocaleString("en")} hostile frames from sockets while it serves others`, async () => {
  const unhandled = new UnhandledErrors();
  const random = new SeededRandom(seed);
  const attacked = await AttackedServer.start();
  let [sent, connections] = [0, 0];
  const strangers = async (total: number): Promise<void> => {
    const goal = sent + total;
    const stranger = async (): Promise<void> => {
      const source = new HostileFrames("server", random);
      while (sent < goal) {
        source.restart();
        connections += 1;
        const socket = net.connect({ port: attacked.port, host: "127.0.0.1", noDelay: true });
        sent += await attack(socket, source, random, Math.min(framesPerConnection, goal - sent));
      }
    };
    await Promise.all(Array.from({ length: attackers }, stranger));
  };
  // The first tenth warms up what is kept for good.
  let slowestMs = await attacked.during(() => strangers(hostile / 10));
  forget(attacked);
  const before = await bytesInUse();
  slowestMs = Math.max(slowestMs, await attacked.during(() => strangers(hostile - sent)));
  const reports = attacked.errors.length;
  forget(attacked);
  await settled(() => attacked.server.stats().connections === 1 && attacked.server.stats().open === 0);
  const growth = (await bytesInUse()) - before;
  console.log(
    `sockets, to a server: ${sent.toLocaleString("en")} frames on ${connections.toLocaleString("en")} connections, seed ${seed}; ${reports.toLocaleString("en")} reports, slowest honest call ${slowestMs.toFixed(1)} ms, growth ${Math.round(growth / 1024)} KiB`,
  );
  await attacked.end();
  expect(unhandled.errors).toEqual([]);
  unhandled.stop();
  expect(growth).toBeLessThan(maxGrowthBytes);
});

/** What the test itself has kept. */
function forget(attacked: AttackedServer): void {
  attacked.errors.length = 0;
  attacked.plain.ids.length = 0;
  attacked.plain.told.length = 0;
  attacked.plain.endedBy.length = 0;
}

async function settled(holds: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error("the server still holds something of connections that are gone");
    await sleep(20);
  }
}

it(`a client takes ${Math.ceil(hostile / 4).toLocaleString("en")} hostile frames from sockets, and its calls settle`, async () => {
  const unhandled = new UnhandledErrors();
  const leaks = watchLeaks();
  const random = new SeededRandom(seed);
  const goal = Math.ceil(hostile / 4);
  let [sent, connections, calls, isOver] = [0, 0, 0, false];
  const attacks: Promise<unknown>[] = [];
  const server = net.createServer({ noDelay: true }, (socket) => {
    connections += 1;
    const source = new HostileFrames("client", random);
    source.restart(41);
    attacks.push(
      attack(socket, source, random, framesPerConnection).then((count) => {
        sent += count;
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  const channel = connect(`127.0.0.1:${port}`, { reconnect: { minMs: 1, maxMs: 5 }, onError: () => {} });
  const client = new PlainClient(channel);
  const caller = async (kind: number): Promise<void> => {
    while (!isOver) {
      calls += 1;
      const options = { timeoutMs: 200, waitForReady: true };
      const call = [
        () => client.echo({ n: 1 }, options),
        () => client.sum([{ n: 1 }, { n: 2 }], options),
        async () => {
          for await (const _ of client.list({ n: 3 }, options));
        },
        async () => {
          for await (const _ of client.chat([{ n: 1 }, { n: 2 }], options));
        },
      ][kind % 4] as () => Promise<unknown>;
      await call().catch(() => {});
      await sleep(1);
    }
  };
  const callers = Array.from({ length: 16 }, (_, kind) => caller(kind));
  while (sent < goal) await sleep(20);
  isOver = true;
  await Promise.all(callers);
  const stats = channel.stats();
  await channel.close();
  await Promise.all(attacks);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  console.log(
    `sockets, to a client: ${sent.toLocaleString("en")} frames on ${connections.toLocaleString("en")} connections, seed ${seed}; ${calls.toLocaleString("en")} calls settled`,
  );
  expect(stats).toMatchObject({ started: calls, open: 0 });
  expect(unhandled.errors).toEqual([]);
  unhandled.stop();
  await leaks.expectNone({ channels: [channel] });
});
