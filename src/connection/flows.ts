/**
 * Windows and buffers of one call's stream, made when it first needs them, and the arithmetic that both directions share.
 * PROTOCOL.md: "Credits".
 */

import type { Call, Flow } from "./call.ts";
import type { ConnectionSettings } from "./limits.ts";
import type { PeerSettings } from "./peer-settings.ts";
import { ReceiveWindow, SendWindow } from "./windows.ts";

export class Flows {
  readonly #settings: ConnectionSettings;
  readonly #peer: PeerSettings;

  constructor(settings: ConnectionSettings, peer: PeerSettings) {
    this.#settings = settings;
    this.#peer = peer;
  }

  of(call: Call): Flow {
    call.flow ??= {
      send: new SendWindow(this.#peer.streamWindowBytes),
      receive: new ReceiveWindow(this.#settings.streamWindowBytes),
      held: undefined,
      outgoing: undefined,
      afterSent: undefined,
      incoming: undefined,
      discarding: false,
      unconsumed: 0,
    };
    return call.flow;
  }
}

/** How much of a fragmented stream message is granted again only when it was consumed; both ends compute it. */
export function keptOf(total: number, stream: { readonly initial: number }, connection: { readonly initial: number }): number {
  return Math.min(total, stream.initial >>> 2, connection.initial >>> 2);
}
