/**
 * One connection: bytes to frames, frames to calls, calls to frames, frames to bytes.
 *
 *      HANDSHAKE ---- both hellos ----> OPEN ---- drain / going away ----> DRAINING
 *          |                              |                                    |
 *          +------------- close(), violation, FIN, loss, silence --------------+----> CLOSED
 *
 * A state machine over an injected transport, clock and dispatcher: it opens no sockets, knows no method's meaning and runs no user
 * code but through the calls it was given. `role` decides who speaks first and the parity of ids; either side may open calls.
 * Whatever happens, `closed` is told once and every call that was open has ended by then. PROTOCOL.md: "Life of a connection".
 */

import type { RpcError } from "../errors/rpc-error.ts";
import type { Clock, Timer } from "../time/clock.ts";
import type { Transport, TransportListener } from "../transport/transport.ts";
import { FrameKind, firstOptionalKind } from "../wire/frame.ts";
import { FrameReader, type FrameSink } from "../wire/frame-reader.ts";
import type { ArenaPool } from "../wire/output-arena.ts";
import { httpAnswer, magic, PrefaceReader } from "../wire/preface.ts";
import { FrameBudgets } from "./budgets.ts";
import type { Call } from "./call.ts";
import { connectionError, copyError, encodeGoingAway, encodeReason, foreignerError, readReason } from "./connection-error.ts";
import { DeadlineTimer } from "./deadline-timer.ts";
import { Flows } from "./flows.ts";
import { FrameOutput } from "./frame-output.ts";
import { FrameRouter } from "./frame-router.ts";
import { type Agreed, Handshake, type HandshakeRole } from "./handshake.ts";
import type { Dispatcher } from "./incoming-call.ts";
import { IncomingCalls } from "./incoming-calls.ts";
import { KeepaliveTimer } from "./keepalive-timer.ts";
import { type ConnectionSettings, maxFrameBytesOf, maxQueuedControlFrames } from "./limits.ts";
import { MessageReceiver } from "./message-receiver.ts";
import { MessageSender } from "./message-sender.ts";
import { OutgoingCalls } from "./outgoing-calls.ts";
import { SlowSenderTimer } from "./slow-sender-timer.ts";
import { WriteStallTimer } from "./write-stall-timer.ts";

export type ConnectionState = "handshake" | "open" | "draining" | "closed";

/** Who a connection belongs to, and is told of its life. */
export interface ConnectionOwner {
  opened(connection: Connection): void;
  /** The peer takes no new calls. */
  goingAway(connection: Connection): void;
  /** The peer has been silent and was asked for a sign of life; then, that it gave one. */
  probing?(connection: Connection, isOut: boolean): void;
  /** Once, last of all. */
  closed(connection: Connection, error: RpcError): void;
}

export interface ConnectionOptions {
  readonly role: HandshakeRole;
  readonly settings: ConnectionSettings;
  readonly clock: Clock;
  readonly pool: ArenaPool;
  readonly dispatcher: Dispatcher;
  readonly owner: ConnectionOwner;
  /** Tests start ids elsewhere. Client 1, server 2. */
  readonly firstCallId?: number;
}

/** How long a closing connection may take to send its last frame. */
const lingerMs = 1_000;

export class Connection implements TransportListener, FrameSink {
  readonly transport: Transport;
  readonly #options: ConnectionOptions;
  readonly #clock: Clock;
  readonly #output: FrameOutput;
  readonly #reader: FrameReader;
  #preface: PrefaceReader | undefined = new PrefaceReader();
  readonly #handshake: Handshake;
  readonly #deadlines: DeadlineTimer;
  #keepalive: KeepaliveTimer | undefined;
  #stall: WriteStallTimer | undefined;
  #slowSender: SlowSenderTimer | undefined;
  #linger: Timer | undefined;
  #state: ConnectionState = "handshake";
  #outgoing: OutgoingCalls | undefined;
  #incoming: IncomingCalls | undefined;
  #sender: MessageSender | undefined;
  #receiver: MessageReceiver | undefined;
  #router: FrameRouter | undefined;
  readonly #budgets: FrameBudgets;
  /** The peer was told that no further calls are accepted. */
  #hasDrained = false;
  /** Why it ends; set before the transport is. */
  #reason: RpcError | undefined;

  /** What `authenticate` answered (server). */
  identity: unknown = undefined;
  bytesReceived = 0;
  #chunks = 0;
  /** It was the peer or the network that ended it, without a reason. */
  isLost = false;
  /** On the clock's scale; keepalive and "probe before use" go by it. */
  lastReceivedAt: number;

  constructor(transport: Transport, options: ConnectionOptions) {
    this.transport = transport;
    this.#options = options;
    this.#clock = options.clock;
    this.lastReceivedAt = options.clock.now();
    this.#output = new FrameOutput(transport, options.clock, options.pool, options.settings.outputHighWaterBytes);
    this.#output.onPending = () => this.#watchStall();
    this.#reader = new FrameReader(this, maxFrameBytesOf(options.settings));
    this.#deadlines = new DeadlineTimer(options.clock, (now) => this.#expire(now));
    this.#budgets = new FrameBudgets(
      options.settings.limits,
      () => this.lastReceivedAt,
      (message) => this.#closeWith(connectionError("RESOURCE_EXHAUSTED", `${transport.peerAddress}: ${message}`), true),
    );
    this.#handshake = new Handshake(options.role, options.settings, options.clock, {
      send: (kind, body) => this.#output.writeFrame(kind, 0, 0, body),
      agreed: (agreed) => this.#opened(agreed),
      failed: (error) => this.#closeWith(error, true),
    });
    transport.attach(this);
    if (options.role.side === "client") this.#output.writeRaw(magic);
    this.#handshake.start();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get bytesSent(): number {
    return this.#output.bytesWritten;
  }

  /** Bytes that the kernel has not taken. */
  get queuedBytes(): number {
    return this.#output.queuedBytes + (this.#sender?.queuedBytes ?? 0);
  }

  /** The peer reads slower than this side writes. */
  get isFull(): boolean {
    return this.#output.isFull;
  }

  /** Only once open. */
  get outgoing(): OutgoingCalls {
    return this.#outgoing as OutgoingCalls;
  }

  get incoming(): IncomingCalls {
    return this.#incoming as IncomingCalls;
  }

  get sender(): MessageSender {
    return this.#sender as MessageSender;
  }

  get receiver(): MessageReceiver {
    return this.#receiver as MessageReceiver;
  }

  /** Makes sure that `expire` runs at the deadline of a call just opened. */
  watchDeadline(at: number): void {
    this.#deadlines.watch(at);
  }

  /** The consumer has taken a message. */
  release(call: Call, cost: number): void {
    this.#receiver?.release(call, cost);
  }

  // ---------------------------------------------------------------- ends

  /** Tells the peer that no further calls are accepted; those under way go on. */
  drain(reason: string): void {
    if (this.#hasDrained || this.#outgoing === undefined || this.#state === "closed") return;
    this.#hasDrained = true;
    this.#state = "draining";
    const last = this.incoming.drain();
    this.#output.writeFrame(FrameKind.goingAway, 0, 0, encodeGoingAway(last, reason));
  }

  /** Ends the connection and tells the peer why. Open calls end with `error`. */
  close(error: RpcError): void {
    this.#closeWith(error, true);
  }

  /** Ends it without a word: the peer is dead, or hostile. */
  destroy(error: RpcError): void {
    this.#closeWith(error, false);
  }

  #closeWith(error: RpcError, tellPeer: boolean): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#reason ??= error;
    this.#reader.stop();
    this.#handshake.stop();
    this.#deadlines.stop();
    this.#keepalive?.stop();
    this.#stall?.stop();
    this.#slowSender?.stop();
    // A stranger whose first bytes are not whole is told nothing; a client has spoken first and may go on.
    if (tellPeer && (this.#preface === undefined || this.#options.role.side === "client")) {
      this.#output.writeFrame(FrameKind.close, 0, 0, encodeReason(error));
      this.#output.flush();
      this.#output.close();
      this.transport.end();
      this.#linger = this.#clock.startTimer(() => this.transport.destroy(true), lingerMs, false);
    } else {
      this.#output.close();
      this.transport.destroy(true);
    }
    this.#endCalls();
    this.#options.owner.closed(this, this.#reason);
  }

  #endCalls(): void {
    const reason = this.#reason as RpcError;
    this.#outgoing?.closeAll(() => copyError(reason));
    this.#incoming?.closeAll();
  }

  #violation(message: string): void {
    this.#closeWith(connectionError("INTERNAL", `protocol error by ${this.transport.peerAddress}: ${message}`), true);
  }

  // ---------------------------------------------------------------- bytes in

  receiveBytes(chunk: Buffer): void {
    if (this.#state === "closed") return;
    this.bytesReceived += chunk.length;
    this.#chunks += 1;
    this.lastReceivedAt = this.#clock.now();
    if (this.#preface === undefined) return this.#reader.receive(chunk);
    const result = this.#preface.receive(chunk);
    switch (result.state) {
      case "incomplete":
        return;
      case "complete":
        this.#preface = undefined;
        if (this.#options.role.side === "server") this.#output.writeRaw(magic);
        if (result.used < chunk.length) this.#reader.receive(chunk.subarray(result.used));
        return;
      case "foreign":
        return this.#refuseForeigner(result.who, result.firstBytes);
      default:
        return result satisfies never;
    }
  }

  #refuseForeigner(who: string, firstBytes: Buffer): void {
    const error = foreignerError(this.transport.peerAddress, who, firstBytes);
    if (who === "HTTP" && this.#options.role.side === "server") {
      this.#output.writeRaw(httpAnswer);
      this.#output.flush();
      this.transport.end();
    }
    this.#state = "closed";
    this.#reason = error;
    this.#reader.stop();
    this.#handshake.stop();
    this.#output.close();
    if (who === "HTTP" && this.#options.role.side === "server") {
      this.#linger = this.#clock.startTimer(() => this.transport.destroy(true), lingerMs, false);
    } else {
      this.transport.destroy(false);
    }
    this.#options.owner.closed(this, error);
  }

  refuseLength(kind: number, length: number): void {
    this.#violation(`frame of kind ${kind} declares ${length} bytes, more than ${maxFrameBytesOf(this.#options.settings)}`);
  }

  receiveFragment(callId: number, buffer: Buffer, start: number, end: number): boolean {
    return this.#router === undefined ? this.#refuseEarly() : this.#router.receiveFragment(callId, buffer, start, end);
  }

  receiveFrame(word: number, callId: number, buffer: Buffer, view: DataView, start: number, end: number): boolean {
    if (this.#router !== undefined) return this.#router.receiveFrame(word, callId, buffer, view, start, end);
    const kind = word & 0xff;
    if (kind === FrameKind.close) return this.#receiveClose(buffer, view, start, end);
    if (kind >= firstOptionalKind) return this.#budgets.countControlFrame();
    if (kind !== FrameKind.hello && kind !== FrameKind.auth) return this.#refuseEarly();
    this.#handshake.receive(kind, buffer, view, start, end);
    return this.#goesOn();
  }

  #refuseEarly(): boolean {
    this.#violation("a frame before the handshake was complete");
    return false;
  }

  #goesOn(): boolean {
    return this.#state !== "closed";
  }

  #answerPing(payload: Buffer): boolean {
    if (!this.#output.countReply()) {
      this.#violation(`more than ${maxQueuedControlFrames} pings without reading the replies`);
      return false;
    }
    this.#output.writeFrame(FrameKind.pong, 0, 0, payload);
    return true;
  }

  #receiveGoingAway(buffer: Buffer, view: DataView, start: number, end: number): void {
    const lastAccepted = view.getUint32(start, true);
    if (this.#state === "open") this.#state = "draining";
    const text = readReason(buffer, view, start + 4, end)?.message ?? "going away";
    this.#options.owner.goingAway(this);
    this.outgoing.goingAway(lastAccepted, () =>
      connectionError("UNAVAILABLE", `${this.transport.peerAddress} is going away: ${text}`),
    );
  }

  #receiveClose(buffer: Buffer, view: DataView, start: number, end: number): boolean {
    const reason = readReason(buffer, view, start, end);
    const inHandshake = this.#outgoing === undefined;
    const text = `${this.transport.peerAddress} closed the connection: ${reason?.message ?? "no reason given"}`;
    // In the handshake the peer's own code counts (UNAUTHENTICATED, ...); later it is its view of the connection, not of our calls.
    const error = connectionError(inHandshake ? (reason?.code ?? "UNAVAILABLE") : "UNAVAILABLE", text, {
      origin: "remote",
      ...(inHandshake ? { executed: "no" as const } : {}),
    });
    this.#closeWith(error, false);
    return false;
  }

  // ---------------------------------------------------------------- life

  #opened(agreed: Agreed): void {
    const { settings, role, dispatcher } = this.#options;
    const violation = (message: string) => this.#violation(message);
    const firstId = this.#options.firstCallId ?? (role.side === "client" ? 1 : 2);
    this.identity = agreed.identity;
    const flows = new Flows(settings, agreed.peer);
    const sender = new MessageSender(this.#output, flows, { settings, peer: agreed.peer, violation });
    const receiver = new MessageReceiver(this.#output, flows, { settings, violation });
    const traffic = { sender, receiver };
    this.#sender = sender;
    this.#receiver = receiver;
    this.#outgoing = new OutgoingCalls(this.#output, traffic, agreed.peer, {
      firstId,
      maxMetadataBytes: settings.limits.maxMetadataBytes,
      now: () => this.#clock.now(),
    });
    this.#incoming = new IncomingCalls(this.#output, traffic, settings, agreed.peer, {
      dispatcher,
      budgets: this.#budgets,
      beforeFirstId: role.side === "client" ? 1 : 0,
      violation,
      watchDeadline: (at) => this.#deadlines.watch(at),
      receivedAt: () => this.lastReceivedAt,
      chunks: () => this.#chunks,
      clock: this.#clock,
    });
    this.#router = new FrameRouter(
      { outgoing: this.#outgoing, incoming: this.#incoming, traffic, budgets: this.#budgets },
      {
        goesOn: () => this.#goesOn(),
        violation,
        ping: (payload) => this.#answerPing(payload),
        pong: () => this.#keepalive?.answered(),
        goingAway: (...frame) => this.#receiveGoingAway(...frame),
        close: (...frame) => this.#receiveClose(...frame),
      },
      role.side === "client" ? 0 : 1,
    );
    this.#output.onRoom = () => this.#room();
    this.#state = "open";
    if (agreed.keepalive !== undefined) {
      this.#keepalive = new KeepaliveTimer(this.#clock, agreed.keepalive, {
        lastReceivedAt: () => this.lastReceivedAt,
        ping: (payload) => this.#output.writeFrame(FrameKind.ping, 0, 0, payload),
        probing: (isOut) => this.#options.owner.probing?.(this, isOut),
        dead: (silentMs) =>
          this.destroy(
            connectionError("UNAVAILABLE", `${this.transport.peerAddress} showed no sign of life for ${Math.round(silentMs)} ms`),
          ),
      });
    }
    this.#slowSender = new SlowSenderTimer(this.#clock, {
      received: () => this.bytesReceived,
      isOwed: () => !this.#reader.isAtBoundary || this.#isOwedFragments(),
      tooSlow: (bytes, ms) => {
        const what = `sent ${bytes} bytes of something unfinished in ${Math.round(ms)} ms`;
        this.#closeWith(connectionError("UNAVAILABLE", `${this.transport.peerAddress} is too slow: ${what}`), true);
      },
    });
    this.#options.owner.opened(this);
  }

  #isOwedFragments(): boolean {
    if (!this.receiver.isReceivingFragments) return false;
    return [...this.incoming.table.all(), ...this.outgoing.table.all()].some((call) => this.receiver.isOwedFragments(call));
  }

  #room(): void {
    if (this.#state === "closed") return;
    this.#sender?.resume();
    this.#incoming?.resume();
    this.#outgoing?.onRoom();
  }

  #expire(now: number): number {
    const incoming = this.#incoming?.expire(now) ?? Number.POSITIVE_INFINITY;
    const outgoing = this.#outgoing?.expire(now) ?? Number.POSITIVE_INFINITY;
    return Math.min(incoming, outgoing);
  }

  drained(): void {
    this.#output.drained();
  }

  /** Output waits for a peer that does not read: made at the first such moment, which most connections never see. */
  #watchStall(): void {
    // A closing connection has its own, shorter time.
    if (this.#state === "closed") return;
    const { transport } = this;
    this.#stall ??= new WriteStallTimer(this.#clock, this.#options.settings.writeStallMs, {
      progress: () => this.#output.bytesWritten - transport.bufferedBytes,
      isIdle: () => transport.bufferedBytes === 0,
      stalled: (forMs) =>
        this.destroy(
          connectionError("UNAVAILABLE", `${transport.peerAddress} has taken no byte for ${Math.round(forMs)} ms (writeStallMs)`),
        ),
    });
    this.#stall.watch();
  }

  receiveEnd(): void {
    if (this.#state === "closed") return;
    const partial = this.#reader.isAtBoundary ? "" : " in the middle of a frame";
    this.#closeWith(this.#lost(`${this.transport.peerAddress} closed the connection${partial}`), false);
  }

  closed(cause: Error | undefined): void {
    this.#linger?.cancel();
    if (this.#state === "closed") return;
    const text = cause === undefined ? "closed" : `lost: ${cause.message}`;
    this.#closeWith(this.#lost(`connection to ${this.transport.peerAddress} ${text}`, cause), false);
  }

  #lost(message: string, cause?: Error): RpcError {
    this.isLost = true;
    const isMute = this.bytesReceived === 0 && this.#options.role.side === "client";
    const guess = this.transport.kind === "tls" ? "not accept this client's certificate" : "expect TLS (tls://)";
    const hint = isMute ? ` before it had said a word: it may ${guess}, or be no Taut server` : "";
    const facts = this.#outgoing === undefined ? { executed: "no" as const } : {};
    return connectionError("UNAVAILABLE", `${message}${hint}`, facts, cause);
  }
}
