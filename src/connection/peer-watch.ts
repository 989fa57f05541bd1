/**
 * What a connection looks out for at its peer: silence (keepalive), output that it does not take, messages that never get whole.
 *
 * Owns two timers, each there only while it has something to look at, and its place among those whose silence is noticed. Finds and says
 * what is wrong; to end the connection is its owner's. PROTOCOL.md: "Keepalive", "Slow peers".
 */

import type { RpcError } from "../errors/rpc-error.ts";
import type { Clock } from "../time/clock.ts";
import type { Transport } from "../transport/transport.ts";
import { FrameKind } from "../wire/frame.ts";
import { connectionError } from "./connection-error.ts";
import type { FrameOutput } from "./frame-output.ts";
import type { KeepaliveMember, KeepaliveWatch } from "./keepalive-watch.ts";
import type { Keepalive } from "./limits.ts";
import { SlowSenderTimer } from "./slow-sender-timer.ts";
import { WriteStallTimer } from "./write-stall-timer.ts";

/** The connection, seen from here. */
export interface WatchedConnection {
  readonly transport: Transport;
  readonly bytesReceived: number;
  /** On the clock's scale. */
  readonly lastReceivedAt: number;
  /** Part of a frame or of an announced message is here, and the peer has what it needs to send the rest. */
  isOwedBytes(): boolean;
  /** The peer has been silent and was asked for a sign of life; then, that it gave one. */
  probing(isOut: boolean): void;
  /** It is as good as dead. `mayHear`: it still reads, and can be told why. */
  giveUp(error: RpcError, mayHear: boolean): void;
}

export class PeerWatch implements KeepaliveMember {
  readonly #owner: WatchedConnection;
  readonly #output: FrameOutput;
  readonly #clock: Clock;
  readonly #keepalives: KeepaliveWatch;
  #stall: WriteStallTimer | undefined;
  #slowSender: SlowSenderTimer | undefined;

  /** Once open, unless it is off. */
  #keepalive: Keepalive | undefined;

  constructor(owner: WatchedConnection, output: FrameOutput, clock: Clock, keepalives: KeepaliveWatch) {
    this.#owner = owner;
    this.#output = output;
    this.#clock = clock;
    this.#keepalives = keepalives;
  }

  /** From now on silence is noticed. */
  listen(keepalive: Keepalive): void {
    this.#keepalive = keepalive;
    this.#keepalives.add(this);
  }

  /** A pong has come. */
  answered(): void {
    this.#keepalives.answered(this);
  }

  /** Output waits for a peer that does not read: made at the first such moment, which most connections never see. */
  outputWaits(writeStallMs: number): void {
    const { transport } = this.#owner;
    this.#stall ??= new WriteStallTimer(this.#clock, writeStallMs, {
      progress: () => this.#output.bytesWritten - transport.bufferedBytes,
      isIdle: () => transport.bufferedBytes === 0,
      stalled: (forMs) => this.#giveUp(`has taken no byte for ${Math.round(forMs)} ms (writeStallMs)`, false),
    });
    this.#stall.watch();
  }

  /** Something is unfinished: made now unless it is there, and gone when a look finds that nothing is. */
  bytesAreOwed(): void {
    this.#slowSender ??= new SlowSenderTimer(this.#clock, {
      received: () => this.#owner.bytesReceived,
      isOwed: () => this.#owner.isOwedBytes(),
      done: () => {
        this.#slowSender = undefined;
      },
      tooSlow: (bytes, ms) =>
        this.#giveUp(`is too slow: sent ${bytes} bytes of something unfinished in ${Math.round(ms)} ms`, true),
    });
  }

  /** Nothing is under way: silence alone is looked out for. */
  rest(): void {
    this.#slowSender?.stop();
    this.#slowSender = undefined;
    this.#stall?.stop();
    this.#stall = undefined;
  }

  /** For good. */
  stop(): void {
    this.rest();
    if (this.#keepalive !== undefined) this.#keepalives.remove(this);
  }

  #giveUp(why: string, mayHear: boolean): void {
    this.#owner.giveUp(connectionError("UNAVAILABLE", `${this.#owner.transport.peerAddress} ${why}`), mayHear);
  }

  // ---------------------------------------------------------------- for the keepalive watch

  get keepalive(): Keepalive {
    return this.#keepalive as Keepalive;
  }

  get lastReceivedAt(): number {
    return this.#owner.lastReceivedAt;
  }

  ping(payload: Buffer): void {
    this.#output.writeFrame(FrameKind.ping, 0, 0, payload);
    // Now: thousands may be due in this turn, and each would hold an arena until its end.
    this.#output.flush();
  }

  probing(isOut: boolean): void {
    this.#owner.probing(isOut);
  }

  dead(silentMs: number): void {
    this.#giveUp(`showed no sign of life for ${Math.round(silentMs)} ms`, false);
  }
}
