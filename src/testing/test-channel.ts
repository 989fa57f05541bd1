/**
 * A channel to a server in the same process: real frames, real codecs, real deadlines, no sockets and no ports.
 *
 *     const server = createServer().add(OrdersService, handler);
 *     await using channel = createTestChannel(server);
 *     const orders = new OrdersClient(channel);
 *
 * The server needs no `listen`. What holds here holds over TCP: it is the same connection on another transport.
 */

import { RpcChannel } from "../client/channel.ts";
import { type ChannelOptions, completeChannelOptions } from "../client/channel-options.ts";
import type { Channel } from "../contract/channel.ts";
import { RpcServer, type Server } from "../server/server.ts";
import { completeServerOptions, type ServerOptions } from "../server/server-options.ts";
import { type Clock, systemClock } from "../time/clock.ts";
import { formatAddress } from "../transport/address.ts";
import { TestWire } from "./test-wire.ts";

/** What a channel takes, and what tests want besides. */
export interface TestChannelOptions extends ChannelOptions {
  /** The channel's and the wire's time. Give the server the same one. Default: the system's. */
  clock?: Clock;
  /** The id of each connection's first call, an odd number: to see ids wrap at 2^32. Default 1. */
  firstCallId?: number;
}

/** A channel with the wire that it goes through. */
export interface TestChannel extends Channel {
  /** What happens to the bytes on their way to the server, to the first one of several. */
  readonly wire: TestWire;
  /** The same for each server, in the order in which they were given. */
  readonly wires: readonly TestWire[];
}

/** Joins a channel to a server, or to several that serve the same. TypeError for what `createServer` or `createTestServer` has not made. */
export function createTestChannel(server: Server | readonly Server[], options: TestChannelOptions = {}): TestChannel {
  const { clock = systemClock, firstCallId, ...rest } = options;
  const servers = Array.isArray(server) ? (server as readonly Server[]) : [server];
  if (servers.length === 0 || !servers.every((one) => one instanceof RpcServer)) {
    throw new TypeError("createTestChannel() needs a server that createServer() has made, or several");
  }
  if (
    firstCallId !== undefined &&
    (!Number.isInteger(firstCallId) || firstCallId < 1 || firstCallId >= 2 ** 32 || firstCallId % 2 !== 1)
  ) {
    throw new TypeError(`firstCallId must be an odd number below 2^32, not ${String(firstCallId)}`);
  }
  const wires = servers.map((one) => new TestWire(clock, one));
  const targets = wires.map((_, at) => `unix:///memory/${at}`);
  const wireOf = new Map(targets.map((target, at) => [target, wires[at]]));
  const channel = new RpcChannel(completeChannelOptions(targets, rest), {
    clock,
    dial: (address) => (wireOf.get(formatAddress(address)) as TestWire).dial(),
    ...(firstCallId === undefined ? {} : { firstCallId }),
  });
  return Object.assign(channel, { wire: wires[0] as TestWire, wires });
}

/** `createServer` with a clock of the test's choice. */
export function createTestServer(options: ServerOptions & { clock?: Clock } = {}): Server {
  const { clock = systemClock, ...rest } = options;
  return new RpcServer(completeServerOptions(rest), clock);
}
