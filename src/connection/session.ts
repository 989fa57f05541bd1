/**
 * What an open connection needs for calls: both tables, windows, queues, and the router that hands them frames.
 *
 * Most connections of a large server rest most of the time, and this is two thirds of what they would hold. So it is let go while there
 * is nothing under way and made anew by the next frame or call; what must outlive that is in `SessionMemory`. Knows no socket and no state
 * of the connection.
 */

import type { Clock } from "../time/clock.ts";
import type { FrameBudgets } from "./budgets.ts";
import { Flows } from "./flows.ts";
import type { FrameOutput } from "./frame-output.ts";
import { FrameRouter, type RouterOwner } from "./frame-router.ts";
import type { Dispatcher } from "./incoming-call.ts";
import { IncomingCalls } from "./incoming-calls.ts";
import type { ConnectionSettings } from "./limits.ts";
import { MessageReceiver } from "./message-receiver.ts";
import { MessageSender } from "./message-sender.ts";
import { MethodBindings } from "./method-bindings.ts";
import { OutgoingCalls } from "./outgoing-calls.ts";
import type { PeerSettings } from "./peer-settings.ts";
import { ReceiveWindow, SendWindow } from "./windows.ts";

/** What both sides know of each other: must not be forgotten as long as the connection lives. */
export interface SessionMemory {
  readonly peer: PeerSettings;
  /** The last call id of the peer's; before the first one, an id of this side's parity. */
  highestId: number;
  /** Calls that the peer has opened. */
  started: number;
  /** See `IncomingCalls`. */
  maxTimeoutMs: number;
  bindings: MethodBindings | undefined;
  /** The connection's windows, where they are not full. */
  sendWindow: SendWindow | undefined;
  receiveWindow: ReceiveWindow | undefined;
}

/** That of a connection whose handshake is done. */
export function newMemory(peer: PeerSettings, side: "client" | "server"): SessionMemory {
  return {
    peer,
    highestId: beforeFirstId(side),
    started: 0,
    maxTimeoutMs: Number.POSITIVE_INFINITY,
    bindings: undefined,
    sendWindow: undefined,
    receiveWindow: undefined,
  };
}

/** No id of the peer's. */
function beforeFirstId(side: "client" | "server"): number {
  return side === "client" ? 1 : 0;
}

export interface SessionOptions {
  readonly side: "client" | "server";
  readonly settings: ConnectionSettings;
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly firstCallId?: number;
}

/** The connection, seen from its calls. */
export interface SessionOwner extends RouterOwner {
  readonly budgets: FrameBudgets;
  /** When the frame at hand arrived, on the clock's scale. */
  readonly lastReceivedAt: number;
  /** How many chunks have arrived. */
  readonly chunks: number;
  watchDeadline(at: number): void;
}

export class Session {
  readonly sender: MessageSender;
  readonly receiver: MessageReceiver;
  readonly outgoing: OutgoingCalls;
  readonly incoming: IncomingCalls;
  readonly router: FrameRouter;
  readonly #bindings: MethodBindings;
  readonly #sendWindow: SendWindow;
  readonly #receiveWindow: ReceiveWindow;

  constructor(output: FrameOutput, memory: SessionMemory, owner: SessionOwner, options: SessionOptions) {
    const { settings, side, dispatcher, clock } = options;
    const { peer } = memory;
    const violation = (message: string): void => owner.violation(message);
    this.#bindings = memory.bindings ?? new MethodBindings(dispatcher, settings.limits.maxMethods);
    this.#sendWindow = memory.sendWindow ?? new SendWindow(peer.connectionWindowBytes);
    this.#receiveWindow = memory.receiveWindow ?? new ReceiveWindow(settings.connectionWindowBytes);
    const flows = new Flows(settings, peer);
    this.sender = new MessageSender(output, flows, { settings, peer, violation, window: this.#sendWindow });
    this.receiver = new MessageReceiver(output, flows, { settings, violation, window: this.#receiveWindow });
    const traffic = { sender: this.sender, receiver: this.receiver };
    this.outgoing = new OutgoingCalls(output, traffic, peer, {
      firstId: options.firstCallId ?? (side === "client" ? 1 : 2),
      maxMetadataBytes: settings.limits.maxMetadataBytes,
      clock,
    });
    this.incoming = new IncomingCalls(output, traffic, settings, peer, {
      dispatcher,
      bindings: this.#bindings,
      budgets: owner.budgets,
      beforeFirstId: beforeFirstId(side),
      memory,
      violation,
      watchDeadline: (at) => owner.watchDeadline(at),
      receivedAt: () => owner.lastReceivedAt,
      chunks: () => owner.chunks,
      clock,
    });
    const parts = { outgoing: this.outgoing, incoming: this.incoming, traffic, budgets: owner.budgets };
    this.router = new FrameRouter(parts, owner, side === "client" ? 0 : 1);
  }

  /** Nothing is under way in either direction, and this side has never opened a call: its ids and names would have to be kept. */
  get isQuiet(): boolean {
    return this.outgoing.isUnused && this.incoming.isQuiet && this.sender.isQuiet && !this.receiver.isReceivingFragments;
  }

  /** A message that was announced is incomplete, and the peer has window to go on with it. */
  get isOwedFragments(): boolean {
    if (!this.receiver.isReceivingFragments) return false;
    return [...this.incoming.table.all(), ...this.outgoing.table.all()].some((call) => this.receiver.isOwedFragments(call));
  }

  /** Puts down what the next session has to know. */
  remember(memory: SessionMemory): void {
    this.#bindings.compact();
    const { highestId, started, maxTimeoutMs } = this.incoming;
    memory.highestId = highestId;
    memory.started = started;
    memory.maxTimeoutMs = maxTimeoutMs;
    memory.bindings = this.#bindings.isEmpty ? undefined : this.#bindings;
    memory.sendWindow = this.#sendWindow.isFull ? undefined : this.#sendWindow;
    memory.receiveWindow = this.#receiveWindow.isFull ? undefined : this.#receiveWindow;
  }
}
