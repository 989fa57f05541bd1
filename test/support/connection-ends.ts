/**
 * Ends of connections for tests below client and server: real `Connection`s over scripted transports and a manual clock, with calls that
 * record what happens to them.
 */

import { decodePlainDocument, encodePlainDocument } from "../../src/bson/plain-document.ts";
import type { Outgoing } from "../../src/connection/call.ts";
import { Connection, type ConnectionOptions } from "../../src/connection/connection.ts";
import type { FaultBytes } from "../../src/connection/failure-document.ts";
import type { HandshakeRole } from "../../src/connection/handshake.ts";
import type { Dispatcher } from "../../src/connection/incoming-call.ts";
import { type AbortReason, IncomingCall } from "../../src/connection/incoming-call.ts";
import { KeepaliveWatch } from "../../src/connection/keepalive-watch.ts";
import {
  type ConnectionSettings,
  connectionWindowBytes,
  defaultLimits,
  fragmentBytes,
  type Limits,
  outputHighWaterBytes,
  streamWindowBytes,
  writeStallMs,
} from "../../src/connection/limits.ts";
import { type MethodKey, OutgoingCall } from "../../src/connection/outgoing-call.ts";
import { RpcError } from "../../src/errors/rpc-error.ts";
import type { Metadata } from "../../src/metadata/metadata.ts";
import { ArenaPool } from "../../src/wire/output-arena.ts";
import { ManualClock } from "./manual-clock.ts";
import { ScriptedTransport } from "./scripted-transport.ts";
import { type Document, type Frame, magicBytes } from "./wire-frames.ts";

export const oneWay = 0x10;
export const requestStream = 0x20;
export const responseStream = 0x40;
export const bidi: number = requestStream | responseStream;

export type SettingsInit = Omit<Partial<ConnectionSettings>, "limits"> & { limits?: Partial<Limits> };

export function settingsOf({ limits, ...rest }: SettingsInit = {}): ConnectionSettings {
  const all: Limits = { ...defaultLimits, ...limits };
  return {
    limits: all,
    maxStreams: Math.max(1, Math.floor(all.maxCalls * 0.75)),
    fragmentBytes,
    streamWindowBytes,
    connectionWindowBytes,
    outputHighWaterBytes,
    handshakeTimeoutMs: 5_000,
    writeStallMs,
    keepalive: undefined,
    ...rest,
  };
}

/** A document as a message. */
export function messageOf(document: Document): Outgoing {
  const bytes = encodePlainDocument(document);
  return { bound: () => bytes.length, write: (buffer, _view, at) => at + bytes.copy(buffer, at) };
}

/** A document of exactly so many bytes, from 16. */
export function sized(bytes: number, mark = 0): Document {
  return { b: new Uint8Array(bytes - 13).fill(mark) };
}

interface Waiting {
  readonly document: Document;
  readonly cost: number;
}

/** Messages that wait until the test consumes them. */
class MessageQueue {
  readonly waiting: Waiting[] = [];

  push(buffer: Buffer, view: DataView, start: number, end: number, cost: number): Document {
    const document = decodePlainDocument(buffer, view, start, end);
    this.waiting.push({ document, cost });
    return document;
  }
}

export class RecordingCaller extends OutgoingCall {
  readonly method: MethodKey;
  readonly kindFlags: number;
  readonly queue = new MessageQueue();
  readonly messages: Document[] = [];
  ready = 0;
  leading: Metadata | undefined;
  result: Document | "empty" | undefined;
  trailers: Metadata | undefined;
  failure: RpcError | undefined;
  fault: { type: string; data: Document } | undefined;
  hasExpired = false;
  wasAccepted = false;
  wasWritten = false;
  /** Ends that the call was told of: never more than one. */
  ends = 0;

  constructor(path: string, kindFlags = 0, init: { deadlineAt?: number; metadata?: Buffer } = {}) {
    super();
    this.method = methodKeyOf(path);
    this.kindFlags = kindFlags;
    if (init.deadlineAt !== undefined) this.deadlineAt = init.deadlineAt;
    if (init.metadata !== undefined) this.metadataBytes = init.metadata;
  }

  receiveMessage(buffer: Buffer, view: DataView, start: number, end: number, cost: number): void {
    this.messages.push(this.queue.push(buffer, view, start, end, cost));
  }

  sendReady(): void {
    this.ready += 1;
  }

  receiveAccept(): void {
    this.wasAccepted = true;
  }

  override written(): void {
    this.wasWritten = true;
  }

  receiveLeading(leading: Metadata): void {
    this.leading = leading;
  }

  receiveResult(buffer: Buffer, view: DataView, start: number, end: number, trailers: Metadata | undefined): void {
    this.ends += 1;
    this.result = start === end ? "empty" : decodePlainDocument(buffer, view, start, end);
    this.trailers = trailers;
  }

  receiveFailure(error: RpcError, fault: FaultBytes | undefined): void {
    this.ends += 1;
    this.failure = error;
    if (fault === undefined) return;
    this.fault = { type: fault.type, data: decodePlainDocument(fault.buffer, fault.view, fault.start, fault.end) };
  }

  expire(): void {
    this.ends += 1;
    this.hasExpired = true;
  }
}

/** Names are bound by object, as generated code has one of each. */
const methodKeys = new Map<string, MethodKey>();

function methodKeyOf(path: string): MethodKey {
  const known = methodKeys.get(path);
  if (known !== undefined) return known;
  const key = { path, fingerprint: "0123456789abcdef" };
  methodKeys.set(path, key);
  return key;
}

export class RecordingCallee extends IncomingCall {
  readonly path: string;
  readonly queue = new MessageQueue();
  readonly messages: Document[] = [];
  request: Document | undefined;
  hasFinished = false;
  abortedBy: AbortReason | undefined;
  ready = 0;
  /** Runs when the request is there: the handler. */
  onStart: (call: RecordingCallee) => void = () => {};
  onAbort: (call: RecordingCallee) => void = () => {};

  constructor(path: string) {
    super();
    this.path = path;
  }

  start(buffer: Buffer, view: DataView, start: number, end: number): void {
    if (start !== end) this.request = decodePlainDocument(buffer, view, start, end);
    this.onStart(this);
  }

  receiveMessage(buffer: Buffer, view: DataView, start: number, end: number, cost: number): void {
    this.messages.push(this.queue.push(buffer, view, start, end, cost));
  }

  receiveFinish(): void {
    this.hasFinished = true;
  }

  sendReady(): void {
    this.ready += 1;
  }

  abort(reason: AbortReason): void {
    if (this.abortedBy !== undefined) throw new Error(`call ${this.id} aborted twice`);
    this.abortedBy = reason;
    this.onAbort(this);
  }
}

export interface EndInit {
  readonly clock?: ManualClock;
  readonly settings?: SettingsInit;
  readonly firstCallId?: number;
  readonly credentials?: (challenge?: unknown) => unknown;
  readonly authenticate?: (credentials: unknown) => unknown;
  /** Paths that are served. Default all that begin with "t/". */
  readonly serves?: (path: string) => boolean;
  readonly accept?: (path: string, kindFlags: number) => RpcError | undefined;
  readonly pool?: ArenaPool;
}

export class End {
  readonly clock: ManualClock;
  readonly transport = new ScriptedTransport();
  readonly pool: ArenaPool;
  readonly connection: Connection;
  /** Calls that the peer has opened, in order. */
  readonly accepted: RecordingCallee[] = [];
  readonly resolved: string[] = [];
  isOpen = false;
  wentAway = 0;
  closedWith: RpcError | undefined;
  closes = 0;
  /** Told when a call begins, before `start`. */
  onAccept: (call: RecordingCallee) => void = () => {};

  constructor(side: "client" | "server", init: EndInit = {}) {
    this.clock = init.clock ?? new ManualClock();
    this.pool = init.pool ?? new ArenaPool();
    const bindings = new Map<string, { path: string }>();
    const serves = init.serves ?? ((path: string) => path.startsWith("t/"));
    const dispatcher: Dispatcher = {
      resolve: (path) => {
        this.resolved.push(path);
        if (!serves(path)) return new RpcError({ code: "UNIMPLEMENTED", message: `${path} is not served here` });
        const known = bindings.get(path) ?? { path };
        bindings.set(path, known);
        return known;
      },
      accept: (binding, kindFlags) => {
        const { path } = binding as { path: string };
        const refusal = init.accept?.(path, kindFlags);
        if (refusal !== undefined) return refusal;
        const call = new RecordingCallee(path);
        this.accepted.push(call);
        this.onAccept(call);
        return call;
      },
    };
    const role: HandshakeRole =
      side === "client"
        ? { side, ...(init.credentials === undefined ? {} : { credentials: init.credentials }) }
        : { side, ...(init.authenticate === undefined ? {} : { authenticate: init.authenticate }) };
    const options: ConnectionOptions = {
      role,
      settings: settingsOf(init.settings),
      clock: this.clock,
      pool: this.pool,
      keepalives: new KeepaliveWatch(this.clock),
      dispatcher,
      owner: {
        opened: () => {
          this.isOpen = true;
        },
        goingAway: () => {
          this.wentAway += 1;
        },
        closed: (_connection, error) => {
          this.closes += 1;
          this.closedWith = error;
        },
      },
      ...(init.firstCallId === undefined ? {} : { firstCallId: init.firstCallId }),
    };
    this.connection = new Connection(this.transport, options);
    this.clock.endTurn();
  }

  /** What this end has written since the last time. */
  frames(): Frame[] {
    this.clock.endTurn();
    return this.transport.takeFrames();
  }

  receive(...frames: Frame[]): void {
    this.transport.receiveFrame(...frames);
    this.clock.endTurn();
  }

  /** Opens a call as a client does. */
  call(path: string, request?: Document, init: { kind?: number; timeoutMs?: number; metadata?: Buffer } = {}): RecordingCaller {
    const now = this.clock.now();
    const call = new RecordingCaller(path, init.kind ?? 0, {
      ...(init.timeoutMs === undefined ? {} : { deadlineAt: now + init.timeoutMs }),
      ...(init.metadata === undefined ? {} : { metadata: init.metadata }),
    });
    call.openedAt = now;
    this.connection.outgoing.open(call, request === undefined ? undefined : messageOf(request));
    if (init.timeoutMs !== undefined) this.connection.watchDeadline(call.deadlineAt);
    return call;
  }

  /** Sends a one-way call. False when it has to wait for the connection's window. */
  tell(path: string, request: Document): boolean {
    return this.connection.outgoing.open(this.#teller(path), messageOf(request));
  }

  /** The same, for tests that want to know what becomes of it. */
  tellCall(path: string, request: Document): RecordingCaller {
    const call = this.#teller(path);
    if (!this.connection.outgoing.open(call, messageOf(request))) throw new Error("it has to wait");
    return call;
  }

  #teller(path: string): RecordingCaller {
    const call = new RecordingCaller(path, oneWay);
    call.openedAt = this.clock.now();
    return call;
  }

  /** Takes the messages that wait at a call. */
  consume(call: RecordingCaller | RecordingCallee): Document[] {
    return call.queue.waiting.splice(0).map(({ document, cost }) => {
      this.connection.release(call, cost);
      return document;
    });
  }

  /** Ends a call well. */
  answer(call: RecordingCallee, document?: Document): void {
    this.connection.incoming.answers.sendResult(call, document === undefined ? undefined : messageOf(document));
  }

  fail(call: RecordingCallee, code: RpcError["code"] = "ABORTED", message = "as asked"): void {
    this.connection.incoming.sendFailure(call, new RpcError({ code, message }));
  }

  send(call: RecordingCaller | RecordingCallee, document: Document): void {
    this.connection.sender.sendMessage(call, messageOf(document));
  }

  canSend(call: RecordingCaller | RecordingCallee): boolean {
    return this.connection.sender.canSend(call);
  }

  /** Nothing is left: no call, no timer, no arena that was not given back. */
  leftovers(): string[] {
    const left: string[] = [];
    const { connection } = this;
    if (connection.state !== "closed") left.push(`state ${connection.state}`);
    if (this.closes !== 1) left.push(`closed ${this.closes} times`);
    if (connection.outgoing !== undefined && connection.outgoing.table.size > 0) left.push("outgoing calls");
    if (connection.incoming !== undefined && connection.incoming.table.size > 0) left.push("incoming calls");
    return left;
  }
}

/** One end whose peer is the test: the handshake is done. */
export function openServer(init: EndInit = {}, hello: Document = {}): End {
  const end = new End("server", init);
  end.transport.receive(magicBytes);
  end.receive({ kind: "hello", message: { versions: [1, 1], ...hello } });
  end.frames();
  if (!end.isOpen) throw new Error(`not open: ${end.closedWith?.message}`);
  return end;
}

export function openClient(init: EndInit = {}, hello: Document = {}): End {
  const end = new End("client", init);
  end.frames();
  end.transport.receive(magicBytes);
  end.receive({ kind: "hello", message: { versions: [1, 1], ...hello } });
  end.frames();
  if (!end.isOpen) throw new Error(`not open: ${end.closedWith?.message}`);
  return end;
}

/** A client's and a server's end on one clock, joined when `run` is called. */
export class JoinedEnds {
  readonly clock = new ManualClock();
  readonly client: End;
  readonly server: End;
  /** How bytes are cut on their way; whole by default. */
  cut: (bytes: Buffer) => Buffer[] = (bytes) => [bytes];
  /** Everything that crossed, for whoever records sessions. */
  onBytes: (from: "client" | "server", bytes: Buffer) => void = () => {};

  constructor(init: { client?: EndInit; server?: EndInit } = {}) {
    this.server = new End("server", { ...init.server, clock: this.clock });
    this.client = new End("client", { ...init.client, clock: this.clock });
  }

  static open(init: { client?: EndInit; server?: EndInit } = {}): JoinedEnds {
    const ends = new JoinedEnds(init);
    ends.run();
    if (!ends.client.isOpen || !ends.server.isOpen) throw new Error(`not open: ${ends.client.closedWith?.message}`);
    return ends;
  }

  /** Carries bytes both ways until nothing moves. */
  run(): void {
    for (;;) {
      this.clock.endTurn();
      const toServer = this.carry("client");
      const toClient = this.carry("server");
      if (!toServer && !toClient) return;
    }
  }

  /** Carries what one end has written. */
  carry(from: "client" | "server"): boolean {
    const [source, target] = from === "client" ? [this.client, this.server] : [this.server, this.client];
    this.clock.endTurn();
    const bytes = source.transport.takeBytes();
    if (bytes.length === 0) {
      if ((source.transport.hasEnded || source.transport.destroyed !== false) && target.connection.state !== "closed") {
        target.transport.receiveEnd();
        return true;
      }
      return false;
    }
    this.onBytes(from, bytes);
    for (const chunk of this.cut(bytes)) if (target.transport.destroyed === false) target.transport.receive(chunk);
    this.clock.endTurn();
    return true;
  }

  /** Ends both, and says what is left over that should not be. */
  close(): string[] {
    this.client.connection.close(new RpcError({ code: "CANCELLED", message: "the test is over" }));
    this.run();
    this.clock.advance(5_000);
    const left = [
      ...this.client.leftovers().map((what) => `client: ${what}`),
      ...this.server.leftovers().map((what) => `server: ${what}`),
    ];
    if (this.clock.pendingTimers > 0) left.push(`${this.clock.pendingTimers} timers`);
    return left;
  }
}
