/** CL-1: a server that sends whatever comes to its mind: every call of the client settles exactly once, and nothing is left. */

import { setTimeout as sleep } from "node:timers/promises";
import { connect, isRpcError } from "taut";
import { expect, it } from "vitest";
import { watchLeaks } from "../support/leak-check.ts";
import { collect, failureOf, PlainClient } from "../support/plain-service.ts";
import { plainHello, type RawPeer, RawServer } from "../support/raw-peer.ts";
import { encodeFrame, type Frame, magicBytes, rawFrame } from "../support/wire-frames.ts";

const attackMs = 3_000;
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

let state = seed;
function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return (state >>> 8) % below;
}

function pick<T>(all: readonly T[]): T {
  return all[random(all.length)] as T;
}

const empty = Buffer.from([5, 0, 0, 0, 0]);
const failure = encodeFrame({
  kind: "failure",
  failure: { code: 10, message: "no", details: [{ type: "a", data: 1 }] },
}).subarray(12);

/** Of the right size more often than not: what is malformed ends the connection before the next can be tried. */
function bodyOf(kind: number): Buffer {
  if (kind === 9 || kind === 12) return Buffer.from([random(256), random(256), random(2), 0]);
  if (kind === 13 || kind === 14) return Buffer.alloc(8);
  if (kind === 6 || kind === 10) return Buffer.alloc(0);
  return pick([
    empty,
    failure,
    Buffer.concat([empty, empty]),
    Buffer.alloc(random(20), random(256)),
    Buffer.from([200, 0, 0, 0]),
  ]);
}

function frame(): Buffer {
  const kind = pick([4, 4, 5, 7, 7, 7, 8, 8, 10, 10, 11, 12, 12, 13, 14, 15, 6, 9, 0x80]);
  const flags = random(3) === 0 ? pick([0x08, 0x10, 0x18, 0x13, 0x20, 0x40, 0x01, 0x02]) : kind === 7 ? 0x10 : 0;
  return rawFrame({ kind, id: kind >= 13 ? 0 : 1 + 2 * random(30), flags }, bodyOf(kind));
}

function hello(): Frame {
  if (random(10) > 0) return plainHello;
  const limits = {
    maxCalls: random(5),
    maxMessageBytes: random(100_000),
    fragmentBytes: random(5_000),
    streamWindowBytes: random(5_000),
  };
  return { kind: "hello", message: { versions: [1, 1], limits } };
}

async function attack(peer: RawPeer, isOver: () => boolean): Promise<void> {
  peer.send(magicBytes);
  peer.sendFrame(hello());
  for (let i = 0; i < 200 && !peer.isClosed && !isOver(); i += 1) {
    peer.send(frame());
    if (random(4) === 0) await sleep(0);
  }
  await sleep(random(20));
  if (random(2) === 0) peer.fin();
  else peer.rst();
  await sleep(50);
  peer.destroy();
}

it.each([
  ["a result", { kind: "result", id: 1, message: {} }, "INTERNAL"],
  ["a failure", { kind: "failure", id: 1, failure: { code: 10, message: "no" } }, "ABORTED"],
  ["a message", { kind: "message", id: 1, message: {} }, "INTERNAL"],
] as [string, Frame, string][])(
  "CL-1 %s for a one-way call that is still being written fails it",
  async (_name, answer, code) => {
    const raw = await RawServer.listen();
    const channel = connect(raw.address);
    const told = failureOf(new PlainClient(channel).tell({ b: new Uint8Array(1_000_000) }, { timeoutMs: 20_000 }));
    const peer = await raw.open();
    await peer.expectFrame({ kind: "call", id: 1 });
    peer.sendFrame(answer);
    expect(await told).toMatchObject({ code });
    expect(channel.stats()).toMatchObject({ open: 0 });
    await channel.close();
    peer.destroy();
    await raw.close();
  },
);

it("CL-1 an end right after each handshake does not bring the client back at once", async () => {
  const leaks = watchLeaks();
  const raw = await RawServer.listen();
  let dialed = 0;
  const peers: RawPeer[] = [];
  void (async () => {
    for (;;) {
      const peer = await raw.open();
      dialed += 1;
      peers.push(peer);
      await sleep(2);
      peer.sendFrame({ kind: "close", message: { code: 14, message: "not now" } });
      peer.fin();
    }
  })();
  const channel = connect(raw.address, { reconnect: { minMs: 200, maxMs: 5_000 } });
  const client = new PlainClient(channel);
  for (const end = performance.now() + 1_500; performance.now() < end; ) {
    expect(isRpcError(await failureOf(client.echo({}, { timeoutMs: 1_000 })))).toBe(true);
  }
  // Without a pause hundreds; with one that calls may cut to 100 ms it is 15 and a few.
  expect(dialed).toBeLessThan(25);
  await channel.close();
  for (const peer of peers) peer.destroy();
  await raw.close();
  await leaks.expectNone({ channels: [channel] });
});

it(`CL-1 random frames (seed ${seed})`, async () => {
  const leaks = watchLeaks();
  const raw = await RawServer.listen();
  let isOver = false;
  const attacks: Promise<void>[] = [];
  void (async () => {
    for (;;) attacks.push(attack(await raw.accept(), () => isOver));
  })();
  const channel = connect(raw.address, { reconnect: { minMs: 1, maxMs: 5 }, connectTimeoutMs: 2_000 });
  const client = new PlainClient(channel);
  const calls: readonly ((options: { timeoutMs: number }) => Promise<unknown>)[] = [
    (options) => client.echo({ b: new Uint8Array(pick([3, 3, 200_000])) }, options),
    (options) => collect(client.list({}, options)),
    (options) => client.sum([{ body: new Uint8Array(random(3_000)) }, {}], options),
    (options) => collect(client.chat([{}, {}], options)),
    (options) => client.tell({ b: new Uint8Array(random(100_000)) }, options),
  ];
  let [started, settled] = [0, 0];
  const end = performance.now() + attackMs;
  const caller = async (): Promise<void> => {
    while (performance.now() < end) {
      started += 1;
      await pick(calls)({ timeoutMs: 20 + random(300) }).catch((error: unknown) => {
        if (!isRpcError(error)) throw error;
      });
      settled += 1;
    }
  };
  await Promise.all(Array.from({ length: 30 }, caller));
  expect(settled).toBe(started);
  expect(channel.stats()).toMatchObject({ started, open: 0 });
  isOver = true;
  await channel.close();
  await Promise.all(attacks);
  await raw.close();
  await leaks.expectNone({ channels: [channel] });
}, 60_000);
