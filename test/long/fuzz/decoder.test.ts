/**
 * Hostile frames through both ends in this process, without sockets: `npm run fuzz -- --frames 10000000 --seed N`.
 *
 * What is held: nothing is thrown out of the bytes' way in, no frame takes long, nothing is left when a session has ended, memory does
 * not grow; and the reader cuts the same frames from the same bytes however they arrive.
 */

import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { RpcChannel } from "../../../src/client/channel.ts";
import { completeChannelOptions } from "../../../src/client/channel-options.ts";
import { RpcServer } from "../../../src/server/server.ts";
import { completeServerOptions } from "../../../src/server/server-options.ts";
import { FrameReader, type FrameSink } from "../../../src/wire/frame-reader.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { PlainClient, PlainService } from "../../support/plain-service.ts";
import { ScriptedTransport } from "../../support/scripted-transport.ts";
import { SeededRandom } from "../../support/seeded-random.ts";
import { CountingHandler } from "../counting-handler.ts";
import { longOption, seed } from "../long-options.ts";
import { bytesInUse } from "../memory-growth.ts";
import { UnhandledErrors } from "../unhandled-errors.ts";
import { cut, HostileFrames, opening } from "./hostile-frames.ts";

const frames = longOption("frames", 100_000);
const framesPerSession = 100;
/** No batch may take longer, in processor time: others have a share of the machine. Ten times what the slowest has taken. */
const maxFrameMs = 1_000;
const maxGrowthBytes = 16 * 1024 * 1024;

/** What a reader has delivered, in a form that does not depend on how fragments were cut. */
class Deliveries implements FrameSink {
  hash = 0;
  frames = 0;
  #fragment = -1;

  receiveFrame(word: number, callId: number, buffer: Buffer, _view: DataView, start: number, end: number): boolean {
    this.#fragment = -1;
    this.#add(word, callId, buffer, start, end);
    this.frames += 1;
    return true;
  }

  receiveFragment(callId: number, buffer: Buffer, start: number, end: number): boolean {
    if (this.#fragment !== callId) this.#add(callId, 0, buffer, start, start);
    this.#fragment = callId;
    for (let at = start; at < end; at += 1) this.hash = (Math.imul(this.hash, 31) + (buffer[at] as number)) | 0;
    return true;
  }

  refuseLength(kind: number, length: number): void {
    this.hash = (this.hash ^ Math.imul(kind, 7919) ^ length) | 0;
  }

  #add(word: number, callId: number, buffer: Buffer, start: number, end: number): void {
    this.hash = (Math.imul(this.hash, 31) + word + Math.imul(callId, 17)) | 0;
    for (let at = start; at < end; at += 1) this.hash = (Math.imul(this.hash, 31) + (buffer[at] as number)) | 0;
  }
}

function expectSameFrames(whole: Buffer, chunks: readonly Buffer[]): void {
  const [one, other] = [new Deliveries(), new Deliveries()];
  const [reader, cutReader] = [new FrameReader(one, 150_000), new FrameReader(other, 150_000)];
  reader.receive(Buffer.from(whole));
  for (const chunk of chunks) cutReader.receive(Buffer.from(chunk));
  if (one.hash !== other.hash || one.frames !== other.frames) {
    throw new Error(`cut in ${chunks.length} other frames come out of ${whole.toString("hex")}`);
  }
}

/** A server whose handlers answer at once, and the sessions of its hostile clients. */
class AttackedEnd {
  readonly clock = new ManualClock();
  readonly #server = new RpcServer(completeServerOptions({ onError: () => {} }), this.clock).add(
    PlainService,
    new CountingHandler().handler,
  );

  async begin(): Promise<void> {
    await this.#server.listen("127.0.0.1:0");
  }

  session(): ScriptedTransport {
    const transport = new ScriptedTransport();
    this.#server.accept(transport);
    transport.receive(opening);
    this.clock.endTurn();
    return transport;
  }

  get left(): object {
    const { open, connections } = this.#server.stats();
    return { open, connections };
  }

  async end(): Promise<void> {
    await this.#server.close();
  }
}

/** A client with a call of each kind open, whose server is hostile. */
async function clientSession(
  clock: ManualClock,
): Promise<{ transport: ScriptedTransport; calls: Promise<unknown>[]; close(): Promise<void> }> {
  const transport = new ScriptedTransport();
  const channel = new RpcChannel(completeChannelOptions("127.0.0.1:1", { reconnect: { minMs: 60_000, maxMs: 60_000 } }), {
    clock,
    dial: () => ({ transport: Promise.resolve(transport), abort: () => {} }),
  });
  const client = new PlainClient(channel);
  const settle = async (work: Promise<unknown>): Promise<void> => void (await work.catch(() => {}));
  const drained = async (stream: AsyncIterable<unknown>): Promise<void> => {
    for await (const _ of stream);
  };
  const options = { timeoutMs: Number.POSITIVE_INFINITY };
  const calls = [
    ...[1, 2, 3].map((id) => settle(client.echo({ id }, options))),
    settle(client.sum([{ n: 1 }, { n: 2 }], options)),
    settle(drained(client.list({ n: 3 }, options))),
    settle(drained(client.chat([{ n: 1 }, { n: 2 }], options))),
  ];
  await turn();
  transport.receive(opening);
  clock.endTurn();
  return { transport, calls, close: () => channel.close() };
}

it(`takes ${frames.toLocaleString("en")} hostile frames in without a crash, a hang or growth`, async () => {
  const unhandled = new UnhandledErrors();
  const random = new SeededRandom(seed);
  const attacked = new AttackedEnd();
  await attacked.begin();
  const toServer = new HostileFrames("server", random);
  const toClient = new HostileFrames("client", random);
  const clientClock = new ManualClock();
  let [fed, slowestMs, sessions, before] = [0, 0, 0, 0];

  while (fed < frames) {
    sessions += 1;
    const isServer = random.below(4) !== 0;
    const source = isServer ? toServer : toClient;
    source.restart(isServer ? 1 : 13);
    const session = isServer ? undefined : await clientSession(clientClock);
    const transport = session?.transport ?? attacked.session();
    for (let sent = 0; sent < framesPerSession && transport.destroyed === false && !transport.hasEnded; ) {
      const batch = Array.from({ length: random.between(1, 20) }, () => source.next());
      sent += batch.length;
      fed += batch.length;
      const chunks = cut(batch, random);
      const began = process.cpuUsage();
      try {
        for (const chunk of chunks) if (transport.destroyed === false) transport.receive(chunk);
        (isServer ? attacked.clock : clientClock).endTurn();
      } catch (error) {
        throw new Error(`seed ${seed}, session ${sessions}: ${(error as Error).message}`, { cause: error });
      }
      const { user, system } = process.cpuUsage(began);
      slowestMs = Math.max(slowestMs, (user + system) / 1_000);
      if (random.below(16) === 0) expectSameFrames(Buffer.concat(batch), chunks);
      if (random.below(4) === 0) await turn();
    }
    transport.takeBytes();
    if (transport.destroyed === false) transport.lose();
    await turn();
    await session?.close();
    await Promise.all(session?.calls ?? []);
    if (sessions % 200 === 0) {
      attacked.clock.advance(2_000);
      clientClock.advance(2_000);
      await turn();
      expect(attacked.left, `seed ${seed}, session ${sessions}`).toEqual({ open: 0, connections: 0 });
      expect(attacked.clock.pendingTimers, `seed ${seed}, session ${sessions}: timers of the server`).toBe(0);
      expect(clientClock.pendingTimers, `seed ${seed}, session ${sessions}: timers of clients`).toBe(0);
    }
    if (sessions === 1_000) before = await bytesInUse();
  }
  const growth = before === 0 ? 0 : (await bytesInUse()) - before;
  console.log(
    `decoder: ${fed.toLocaleString("en")} frames in ${sessions.toLocaleString("en")} sessions, seed ${seed}; slowest batch ${slowestMs.toFixed(1)} ms, growth ${Math.round(growth / 1024)} KiB`,
  );
  await attacked.end();
  expect(unhandled.errors).toEqual([]);
  unhandled.stop();
  expect(slowestMs).toBeLessThan(maxFrameMs);
  expect(growth).toBeLessThan(maxGrowthBytes);
});
