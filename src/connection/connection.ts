/**
 * One connection: bytes to frames, frames to calls, calls to frames, frames to bytes.
 *
 *      HANDSHAKE ---- both hellos ----> OPEN ---- drain / going away ----> DRAINING
 *          |                              |                                    |
 *          +------------- close(), violation, FIN, loss, silence --------------+----> CLOSED
 *
 * A state machine over an injected transport, clock and dispatcher: it opens no sockets, knows no method's meaning and runs no user
 * code but through the calls it was given. `role` decides who speaks first and the parity of ids; either side may open calls.
 * Whatever happens, `closed` is told once and every call that was open has ended by then. What calls need is its `Session`, what it looks
 * out for at a peer that is dead or too slow its `PeerWatch`. PROTOCOL.md: "Life of a connection".
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
import {
  closedByPeer,
  connectionError,
  copyError,
  encodeGoingAway,
  encodeReason,
  foreignerError,
  lostError,
  readReason,
} from "./connection-error.ts";
import { DeadlineTimer } from "./deadline-timer.ts";
import { FrameOutput, type OutputOwner } from "./frame-output.ts";
import { type Agreed, Handshake, type HandshakeRole } from "./handshake.ts";
import type { Dispatcher } from "./incoming-call.ts";
import type { IncomingCalls } from "./incoming-calls.ts";
import type { KeepaliveWatch } from "./keepalive-watch.ts";
import { type ConnectionSettings, maxFrameBytesOf, maxQueuedControlFrames } from "./limits.ts";
import type { MessageSender } from "./message-sender.ts";
import type { OutgoingCalls } from "./outgoing-calls.ts";
import { PeerWatch, type WatchedConnection } from "./peer-watch.ts";
import { newMemory, Session, type SessionMemory, type SessionOwner } from "./session.ts";

export type ConnectionState = "handshake" | "open" | "draining" | "closed";

/** Who a connection belongs to, and is told of its life. */
export interface ConnectionOwner {
  opened(connection: Connection): void;
  /** The peer takes no new calls. */
  goingAway(connection: Connection): void;
  /** The peer has been silent and was asked for a sign of life; then, that it gave one. */
  probing?(connection: Connection, isOut: boolean): void;
  /** It holds what calls need, until `rest` has let go of it. */
  woke?(connection: Connection): void;
  /** Once, last of all. */
  closed(connection: Connection, error: RpcError): void;
}

export interface ConnectionOptions {
  readonly role: HandshakeRole;
  readonly settings: ConnectionSettings;
  readonly clock: Clock;
  readonly pool: ArenaPool;
  /** Shared, as the pool is, by all connections of a channel or server. */
  readonly keepalives: KeepaliveWatch;
  readonly dispatcher: Dispatcher;
  readonly owner: ConnectionOwner;
  /** Tests start ids elsewhere. Client 1, server 2. */
  readonly firstCallId?: number;
}

/** How long a closing connection may take to send its last frame. */
const lingerMs = 1_000;

export class Connection implements TransportListener, FrameSink, OutputOwner, SessionOwner, WatchedConnection {
  readonly transport: Transport;
  readonly #options: ConnectionOptions;
  readonly #clock: Clock;
  readonly #output: FrameOutput;
  readonly #reader: FrameReader;
  #preface: PrefaceReader | undefined = new PrefaceReader();
  #handshake: Handshake | undefined;
  #deadlines: DeadlineTimer | undefined;
  readonly #watch: PeerWatch;
  #linger: Timer | undefined;
  #state: ConnectionState = "handshake";
  /** Once open. */
  #memory: SessionMemory | undefined;
  /** Once open, but while it rests. */
  #session: Session | undefined;
  #budgets: FrameBudgets | undefined;
  /** The peer was told that no further calls are accepted. */
  #hasDrained = false;
  /** Why it ends; set before the transport is. */
  #reason: RpcError | undefined;

  /** What `authenticate` answered (server). */
  identity: unknown = undefined;
  bytesReceived = 0;
  /** How many chunks have arrived, and how many had at the last look. */
  chunks = 0;
  #chunksAtLook = 0;
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
    this.#output.owner = this;
    this.#watch = new PeerWatch(this, this.#output, options.clock, options.keepalives);
    this.#reader = new FrameReader(this, maxFrameBytesOf(options.settings));
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
    return this.#output.queuedBytes + (this.#session?.sender.queuedBytes ?? 0);
  }

  /** The peer reads slower than this side writes. */
  get isFull(): boolean {
    return this.#output.isFull;
  }

  /** Only once open. */
  get outgoing(): OutgoingCalls {
    return (this.#session ?? this.#wake())?.outgoing as OutgoingCalls;
  }

  get incoming(): IncomingCalls {
    return (this.#session ?? this.#wake())?.incoming as IncomingCalls;
  }

  get sender(): MessageSender {
    return (this.#session ?? this.#wake())?.sender as MessageSender;
  }

  /** Calls of the peer that are open, and that it has opened so far. */
  get openCalls(): number {
    return this.#session?.incoming.table.size ?? 0;
  }

  get startedCalls(): number {
    return this.#session?.incoming.started ?? this.#memory?.started ?? 0;
  }

  /** The peer has ended a call of this side's. */
  get hasAnswered(): boolean {
    return this.#session?.outgoing.hasAnswered === true;
  }

  /** Makes sure that `expire` runs at the deadline of a call just opened. */
  watchDeadline(at: number): void {
    this.#deadlines ??= new DeadlineTimer(this.#clock, (now) => this.#expire(now));
    this.#deadlines.watch(at);
  }

  /** Deadlines of the peer's calls are cut to this; calls without one get it. Before the first call. */
  limitTimeouts(maxTimeoutMs: number): void {
    if (this.#memory !== undefined) this.#memory.maxTimeoutMs = maxTimeoutMs;
  }

  /** The consumer has taken a message. */
  release(call: Call, cost: number): void {
    this.#session?.receiver.release(call, cost);
  }

  // ---------------------------------------------------------------- rest

  /**
   * Called every now and then: lets go of what only calls need when nothing has come since the last time and nothing is under way.
   * False: not yet.
   */
  rest(): boolean {
    const session = this.#session;
    const memory = this.#memory;
    if (session === undefined || memory === undefined) return true;
    const hasBeenSilent = this.chunks === this.#chunksAtLook;
    this.#chunksAtLook = this.chunks;
    if (!hasBeenSilent || this.#state !== "open" || !this.#reader.isAtBoundary || this.#output.queuedBytes > 0) return false;
    if (!session.isQuiet) return false;
    session.remember(memory);
    this.#session = undefined;
    this.#reader.forget();
    this.#output.rest();
    this.#deadlines?.stop();
    this.#deadlines = undefined;
    this.#watch.rest();
    if (this.#budgets?.isFull === true) this.#budgets = undefined;
    return true;
  }

  /** Undefined before it is open. */
  #wake(): Session | undefined {
    const memory = this.#memory;
    if (memory === undefined) return undefined;
    const { settings, role, dispatcher, firstCallId, owner } = this.#options;
    const options = { side: role.side, settings, clock: this.#clock, dispatcher };
    this.#session = new Session(this.#output, memory, this, firstCallId === undefined ? options : { ...options, firstCallId });
    if (this.#state === "closed") this.#endCalls();
    else owner.woke?.(this);
    return this.#session;
  }

  get budgets(): FrameBudgets {
    this.#budgets ??= new FrameBudgets(
      this.#options.settings.limits,
      () => this.lastReceivedAt,
      (message) => this.#closeWith(connectionError("RESOURCE_EXHAUSTED", `${this.transport.peerAddress}: ${message}`), true),
    );
    return this.#budgets;
  }

  // ---------------------------------------------------------------- ends

  /** Tells the peer that no further calls are accepted; those under way go on. */
  drain(reason: string): void {
    if (this.#hasDrained || this.#memory === undefined || this.#state === "closed") return;
    this.#hasDrained = true;
    this.#state = "draining";
    const last = this.incoming.drain();
    this.#output.writeFrame(FrameKind.goingAway, 0, 0, encodeGoingAway(last, reason));
  }

  /** Ends the connection and tells the peer why. Open calls end with `error`. */
  close(error: RpcError): void {
    this.#closeWith(error, true);
  }

  /** Without a word for a stranger whose first bytes are not whole; a client has spoken first and may go on. */
  #closeWith(error: RpcError, tellPeer: boolean): void {
    if (this.#state === "closed") return;
    const isTold = tellPeer && (this.#preface === undefined || this.#options.role.side === "client");
    if (isTold) this.#output.writeFrame(FrameKind.close, 0, 0, encodeReason(error));
    this.#end(error, isTold ? "when written" : "with reset");
  }

  /** The one way out. When what was written has left the peer has a moment to read it; otherwise the socket goes at once. */
  #end(error: RpcError, how: "when written" | "with reset" | "at once"): void {
    this.#state = "closed";
    this.#reason = error;
    this.#reader.stop();
    this.#handshake?.stop();
    this.#deadlines?.stop();
    this.#watch.stop();
    if (how === "when written") this.#output.flush();
    this.#output.close();
    if (how === "when written") {
      this.transport.end();
      this.#linger = this.#clock.startTimer(() => this.transport.destroy(true), lingerMs, false);
    } else {
      this.transport.destroy(how === "with reset");
    }
    this.#endCalls();
    this.#options.owner.closed(this, error);
  }

  #endCalls(): void {
    const reason = this.#reason as RpcError;
    this.#session?.outgoing.closeAll(() => copyError(reason));
    this.#session?.incoming.closeAll();
  }

  violation(message: string): void {
    this.#closeWith(connectionError("INTERNAL", `protocol error by ${this.transport.peerAddress}: ${message}`), true);
  }

  // ---------------------------------------------------------------- bytes in

  receiveBytes(chunk: Buffer): void {
    if (this.#state === "closed") return;
    this.bytesReceived += chunk.length;
    this.chunks += 1;
    this.lastReceivedAt = this.#clock.now();
    if (this.#preface === undefined) return this.#read(chunk);
    const result = this.#preface.receive(chunk);
    switch (result.state) {
      case "incomplete":
        return;
      case "complete":
        this.#preface = undefined;
        if (this.#options.role.side === "server") this.#output.writeRaw(magic);
        if (result.used < chunk.length) this.#read(chunk.subarray(result.used));
        return;
      case "foreign":
        return this.#refuseForeigner(result.who, result.firstBytes);
      default:
        return result satisfies never;
    }
  }

  #read(chunk: Buffer): void {
    this.#reader.receive(chunk);
    const session = this.#session;
    if (session === undefined || (this.#reader.isAtBoundary && !session.receiver.isReceivingFragments)) return;
    // The chunk may have ended the connection, with something unfinished for good.
    if (this.goesOn()) this.#watch.bytesAreOwed();
  }

  #refuseForeigner(who: string, firstBytes: Buffer): void {
    const isAnswered = who === "HTTP" && this.#options.role.side === "server";
    if (isAnswered) this.#output.writeRaw(httpAnswer);
    this.#end(foreignerError(this.transport.peerAddress, who, firstBytes), isAnswered ? "when written" : "at once");
  }

  refuseLength(kind: number, length: number): void {
    this.violation(`frame of kind ${kind} declares ${length} bytes, more than ${maxFrameBytesOf(this.#options.settings)}`);
  }

  receiveFragment(callId: number, buffer: Buffer, start: number, end: number): boolean {
    const session = this.#session ?? this.#wake();
    return session === undefined ? this.#refuseEarly() : session.router.receiveFragment(callId, buffer, start, end);
  }

  receiveFrame(word: number, callId: number, buffer: Buffer, view: DataView, start: number, end: number): boolean {
    const session = this.#session ?? this.#wake();
    if (session !== undefined) return session.router.receiveFrame(word, callId, buffer, view, start, end);
    const kind = word & 0xff;
    if (kind === FrameKind.close) return this.receiveClose(buffer, view, start, end);
    if (kind >= firstOptionalKind) return this.budgets.countControlFrame();
    if (kind !== FrameKind.hello && kind !== FrameKind.auth) return this.#refuseEarly();
    this.#handshake?.receive(kind, buffer, view, start, end);
    return this.goesOn();
  }

  #refuseEarly(): boolean {
    this.violation("a frame before the handshake was complete");
    return false;
  }

  goesOn(): boolean {
    return this.#state !== "closed";
  }

  receivePing(payload: Buffer): boolean {
    if (!this.#output.countReply()) {
      this.violation(`more than ${maxQueuedControlFrames} pings without reading the replies`);
      return false;
    }
    this.#output.writeFrame(FrameKind.pong, 0, 0, payload);
    return true;
  }

  receivePong(): void {
    this.#watch.answered();
  }

  receiveGoingAway(buffer: Buffer, view: DataView, start: number, end: number): void {
    const lastAccepted = view.getUint32(start, true);
    if (this.#state === "open") this.#state = "draining";
    const text = readReason(buffer, view, start + 4, end)?.message ?? "going away";
    this.#options.owner.goingAway(this);
    this.outgoing.goingAway(lastAccepted, () =>
      connectionError("UNAVAILABLE", `${this.transport.peerAddress} is going away: ${text}`),
    );
  }

  receiveClose(buffer: Buffer, view: DataView, start: number, end: number): boolean {
    const reason = readReason(buffer, view, start, end);
    const error = closedByPeer(this.transport.peerAddress, reason, this.#memory === undefined);
    this.#closeWith(error, false);
    return false;
  }

  // ---------------------------------------------------------------- life

  #opened(agreed: Agreed): void {
    this.#handshake = undefined;
    this.identity = agreed.identity;
    this.#memory = newMemory(agreed.peer, this.#options.role.side);
    this.#state = "open";
    if (agreed.keepalive !== undefined) this.#watch.listen(agreed.keepalive);
    this.#options.owner.opened(this);
  }

  // ---------------------------------------------------------------- told by watch, output and transport

  probing(isOut: boolean): void {
    this.#options.owner.probing?.(this, isOut);
  }

  giveUp(error: RpcError, mayHear: boolean): void {
    this.#closeWith(error, mayHear);
  }

  isOwedBytes(): boolean {
    return !this.#reader.isAtBoundary || this.#session?.isOwedFragments === true;
  }

  outputHasRoom(): void {
    if (this.#state === "closed") return;
    const session = this.#session;
    if (session === undefined) return;
    session.sender.resume();
    session.incoming.resume();
    session.outgoing.onRoom();
  }

  #expire(now: number): number {
    const incoming = this.#session?.incoming.expire(now) ?? Number.POSITIVE_INFINITY;
    const outgoing = this.#session?.outgoing.expire(now) ?? Number.POSITIVE_INFINITY;
    return Math.min(incoming, outgoing);
  }

  drained(): void {
    this.#output.drained();
  }

  outputWaits(): void {
    // A closing connection has its own, shorter time.
    if (this.goesOn()) this.#watch.outputWaits(this.#options.settings.writeStallMs);
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
    return lostError(this.transport, message, { isMute, inHandshake: this.#memory === undefined }, cause);
  }
}
