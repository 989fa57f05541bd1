/** `connect`: the way to a channel. */

import type { Channel } from "../contract/channel.ts";
import { systemClock } from "../time/clock.ts";
import { dial } from "../transport/dial.ts";
import { RpcChannel } from "./channel.ts";
import { type ChannelOptions, completeChannelOptions } from "./channel-options.ts";
import type { Dialer } from "./client-connection.ts";

/** What one read from a socket can bring at most. Four times less takes an echo of 1 MiB twice the reads and a tenth more of the client's CPU. */
const readBufferBytes = 256 * 1024;

/**
 * Makes a channel to a server, or to several that serve the same. Connects lazily, at the first call or `ready()`; never throws for a
 * peer that cannot be reached. A bad target or option is a TypeError.
 *
 * @param target "host:port", "tcp://host:port", "tls://host:port", "unix:///path", "dns:///name:port" (all addresses of the name), or an array of these
 */
export function connect(target: string | readonly string[], options?: ChannelOptions): Channel {
  const complete = completeChannelOptions(target, options);
  const readBuffer = Buffer.allocUnsafeSlow(readBufferBytes);
  const dialer: Dialer = (address, timeoutMs) =>
    dial(address, { clock: systemClock, timeoutMs, readBuffer, ...(complete.tls === undefined ? {} : { tls: complete.tls }) });
  return new RpcChannel(complete, { clock: systemClock, dial: dialer });
}
