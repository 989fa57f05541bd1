/**
 * The ways over which every case is run: TCP, a unix socket, TLS, and TCP that delivers one byte at a time (random cuts once a chunk is
 * large), on both ends.
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Channel, ChannelOptions, Server, ServerOptions } from "taut";
import { afterEach } from "vitest";
import { RpcChannel } from "../../../src/client/channel.ts";
import { completeChannelOptions } from "../../../src/client/channel-options.ts";
import { RpcServer } from "../../../src/server/server.ts";
import { completeServerOptions } from "../../../src/server/server-options.ts";
import { systemClock } from "../../../src/time/clock.ts";
import { dial } from "../../../src/transport/dial.ts";
import type { Transport, TransportListener } from "../../../src/transport/transport.ts";
import { ConformanceClient, ConformanceService } from "../../.generated/schemas/conformance/v1/service.ts";
import { type LeakWatch, watchLeaks } from "../../support/leak-check.ts";
import { conformanceHandler, type Watched } from "./conformance-handler.ts";

const certificate = (name: string): string =>
  readFileSync(new URL(`../../support/certificates/${name}`, import.meta.url), "utf8");

export interface Way {
  readonly name: string;
  address(folder: string): string;
  readonly serverTls?: object;
  readonly clientTls?: object;
  readonly shredded?: true;
}

export const ways: readonly Way[] = [
  { name: "TCP", address: () => "127.0.0.1:0" },
  { name: "a unix socket (CN-16)", address: (folder) => `unix://${join(folder, "s")}` },
  {
    name: "TLS",
    address: () => "tls://127.0.0.1:0",
    serverTls: { cert: certificate("server.pem"), key: certificate("server.key") },
    clientTls: { ca: certificate("ca.pem") },
  },
  { name: "TCP in single bytes", address: () => "127.0.0.1:0", shredded: true },
];

export interface Running {
  readonly client: ConformanceClient;
  readonly channel: Channel;
  readonly server: Server;
  readonly url: string;
  readonly watched: Watched;
  /** What the server's `onError` got. */
  readonly serverErrors: unknown[];
  /** Another channel to the same server. */
  connect(options?: ChannelOptions): Channel;
}

const stops: (() => Promise<void>)[] = [];
const ends: { servers: Server[]; channels: Channel[] } = { servers: [], channels: [] };
let leaks: LeakWatch | undefined;

/** Ends what a test has started, and holds the product to having left nothing behind: no call, connection, socket or timer. */
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  await leaks?.expectNone({ servers: ends.servers.splice(0), channels: ends.channels.splice(0) });
  leaks = undefined;
});

export async function run(
  way: Way,
  options: { server?: ServerOptions; client?: ChannelOptions; handler?: object } = {},
): Promise<Running> {
  leaks ??= watchLeaks();
  const folder = mkdtempSync(join(tmpdir(), "taut-"));
  const serverErrors: unknown[] = [];
  const watched = conformanceHandler(() => client);
  const given: ServerOptions = {
    ...options.server,
    ...(way.serverTls === undefined ? {} : { tls: { ...way.serverTls, ...options.server?.tls } }),
    onError: (error) => serverErrors.push(error),
  };
  const server = new ShreddingServer(completeServerOptions(given), way.shredded === true);
  server.add(ConformanceService, { ...watched.handler, ...options.handler });
  ends.servers.push(server);
  const { url } = await server.listen(way.address(folder));
  const connect = (more?: ChannelOptions): Channel => {
    const channel = connectBy(way, url, { ...options.client, ...more });
    ends.channels.push(channel);
    stops.push(() => channel.close());
    return channel;
  };
  stops.push(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
    // Handlers that do not heed their signal end a little later.
    await eventually(
      () => server.stats().open === 0 && server.stats().connections === 0,
      "the server has no calls and connections left",
    );
  });
  const channel = connect();
  const client = new ConformanceClient(channel);
  return { client, channel, server, url, watched, serverErrors, connect };
}

export function connectBy(way: Way, url: string, options: ChannelOptions = {}): Channel {
  const complete = completeChannelOptions(url, {
    ...options,
    ...(way.clientTls === undefined ? {} : { tls: { ...way.clientTls, ...options.tls } }),
  });
  const readBuffer = Buffer.alloc(64 * 1024);
  return new RpcChannel(complete, {
    clock: systemClock,
    dial: (address, timeoutMs) => {
      const dialing = dial(address, {
        clock: systemClock,
        timeoutMs,
        readBuffer,
        ...(complete.tls === undefined ? {} : { tls: complete.tls }),
      });
      return way.shredded === true ? { ...dialing, transport: dialing.transport.then((transport) => shred(transport)) } : dialing;
    },
  });
}

class ShreddingServer extends RpcServer {
  readonly #shredded: boolean;

  constructor(options: ConstructorParameters<typeof RpcServer>[0], shredded: boolean) {
    super(options, systemClock);
    this.#shredded = shredded;
  }

  override accept(transport: Transport): void {
    super.accept(this.#shredded ? shred(transport) : transport);
  }
}

/** Above this a chunk is cut at random rather than into single bytes. */
const singleBytesUpTo = 64 * 1024;

/** A transport whose listener gets what arrives in small pieces, each in memory that is overwritten afterwards. */
function shred(transport: Transport): Transport {
  let seed = 42;
  const random = (most: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    return 1 + (seed % most);
  };
  let delivered = 0;
  const attach = (listener: TransportListener): void => {
    transport.attach({
      receiveBytes: (chunk) => {
        const lent = Buffer.alloc(4_096);
        for (let at = 0; at < chunk.length; ) {
          const size = delivered < singleBytesUpTo ? 1 : Math.min(random(4_096), chunk.length - at);
          chunk.copy(lent, 0, at, at + size);
          listener.receiveBytes(lent.subarray(0, size));
          lent.fill(0xa5);
          at += size;
          delivered += size;
        }
      },
      drained: () => listener.drained(),
      receiveEnd: () => listener.receiveEnd(),
      closed: (error) => listener.closed(error),
    });
  };
  return new Proxy(transport, {
    get: (target, key) => {
      if (key === "attach") return attach;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Waits until something holds; for what happens on the other end. Fails after 2 s. */
export async function eventually(holds: () => boolean | Promise<boolean>, what: string, withinMs = 2_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The error that a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`expected a failure, got ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
