/** A server that is attacked, a client beside the attack that must not notice, and the check that nothing is left afterwards. */

import { type Channel, type ChannelOptions, connect, createServer, type Server, type ServerOptions } from "taut";
import { expect } from "vitest";
import { type LeakWatch, watchLeaks } from "./leak-check.ts";
import { PlainClient, type PlainHandler, PlainService, plainHandler } from "./plain-service.ts";
import { RawPeer, RawServer } from "./raw-peer.ts";
import { type Frame, rawFrame } from "./wire-frames.ts";

/** `test.v1.Plain/echo` and the like, as a frame opens a call of it. */
export function plainCall(id: number, method: string, more: Partial<Frame> = {}): Frame {
  return { kind: "call", id, message: {}, name: `test.v1.Plain/${method}`, method: 0xffff, ...more };
}

/** Bytes of a call to `echo` by number 0, which an earlier call has bound: what floods are made of. */
export function boundCall(id: number, body: Buffer): Buffer {
  return rawFrame({ kind: 3, id, method: 0 }, body);
}

export class AttackedServer {
  readonly server: Server;
  readonly plain: PlainHandler;
  readonly port: number;
  readonly errors: { error: unknown; where: object }[];
  readonly #leaks: LeakWatch;
  readonly #channel: Channel;
  /** The honest client on a connection of its own. */
  readonly bystander: PlainClient;
  readonly #peers: RawPeer[] = [];

  private constructor(parts: {
    server: Server;
    plain: PlainHandler;
    port: number;
    errors: { error: unknown; where: object }[];
    leaks: LeakWatch;
  }) {
    this.server = parts.server;
    this.plain = parts.plain;
    this.port = parts.port;
    this.errors = parts.errors;
    this.#leaks = parts.leaks;
    this.#channel = connect(`127.0.0.1:${parts.port}`);
    this.bystander = new PlainClient(this.#channel);
  }

  static async start(options: ServerOptions = {}): Promise<AttackedServer> {
    const leaks = watchLeaks();
    const errors: { error: unknown; where: object }[] = [];
    const plain = plainHandler();
    const server = createServer({ onError: (error, where) => errors.push({ error, where }), ...options }).add(
      PlainService,
      plain.handler,
    );
    const { port = 0 } = await server.listen("127.0.0.1:0");
    const attacked = new AttackedServer({ server, plain, port, errors, leaks });
    await attacked.bystander.echo({ warm: true });
    return attacked;
  }

  /** A stranger: connected, nothing sent. */
  async stranger(): Promise<RawPeer> {
    const peer = await RawPeer.connect(this.port);
    this.#peers.push(peer);
    return peer;
  }

  /** A client whose handshake is done. */
  async peer(hello?: Frame): Promise<RawPeer> {
    const peer = await RawPeer.open(this.port, hello);
    this.#peers.push(peer);
    return peer;
  }

  /** Runs an attack while the bystander calls: it must not notice. Answers the slowest of its calls, in milliseconds. */
  async during(attack: () => Promise<unknown>): Promise<number> {
    let isOver = false;
    let slowest = 0;
    const calls = (async () => {
      while (!isOver) {
        const start = performance.now();
        await this.bystander.echo({ n: 1 });
        slowest = Math.max(slowest, performance.now() - start);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    try {
      await attack();
    } finally {
      isOver = true;
    }
    await calls;
    return slowest;
  }

  /** The hooks were told, once for each of `times`, with the peer's address. */
  expectReported(text: RegExp, times = 1): void {
    const told = this.errors.filter(({ error }) => text.test(String((error as Error).message)));
    expect(told, `of ${JSON.stringify(this.errors.map(({ error }) => String(error)))}`).toHaveLength(times);
    for (const { where } of told) expect(JSON.stringify(where)).toMatch(/127\.0\.0\.1:\d+/);
  }

  /** The server still serves; then everything is closed and nothing is left. */
  async end(): Promise<void> {
    expect(await this.bystander.echo({ alive: true })).toEqual({ alive: true });
    for (const peer of this.#peers) peer.destroy();
    await this.#channel.close();
    await this.server.close();
    await this.#leaks.expectNone({ servers: [this.server], channels: [this.#channel] });
  }
}

/** A client that is attacked by a server of the test's own. */
export class AttackedClient {
  readonly raw: RawServer;
  readonly channel: Channel;
  readonly client: PlainClient;
  readonly errors: unknown[];
  readonly #leaks: LeakWatch;
  readonly #peers: RawPeer[] = [];

  private constructor(raw: RawServer, leaks: LeakWatch, options: ChannelOptions) {
    this.raw = raw;
    this.#leaks = leaks;
    this.errors = [];
    this.channel = connect(raw.address, { onError: (error) => this.errors.push(error), ...options });
    this.client = new PlainClient(this.channel);
  }

  static async start(options: ChannelOptions = {}): Promise<AttackedClient> {
    const leaks = watchLeaks();
    return new AttackedClient(await RawServer.listen(), leaks, options);
  }

  /** The next connection, as the attacking server sees it. */
  async accept(): Promise<RawPeer> {
    const peer = await this.raw.accept();
    this.#peers.push(peer);
    return peer;
  }

  /** The same with the handshake done. */
  async open(hello?: Frame): Promise<RawPeer> {
    const peer = await this.raw.open(hello);
    this.#peers.push(peer);
    return peer;
  }

  async end(signals: readonly AbortSignal[] = []): Promise<void> {
    await this.channel.close();
    for (const peer of this.#peers) peer.destroy();
    await this.raw.close();
    await this.#leaks.expectNone({ channels: [this.channel], signals });
  }
}
