/**
 * The calls that the peer has opened. PROTOCOL.md: "Calls", the callee's half.
 *
 *     call frame --> refused (failure frame, no state)
 *           |
 *           v
 *        OPEN --- cancel, deadline, loss: the call is told ---> ABORTED
 *           |                                                      |
 *           +---- the handler has settled: result / failure -------+--> CLOSED
 *
 * A call that was aborted stays open until its handler has settled: abuse by cancelling costs the abuser its own places.
 * What a method name means is the dispatcher's affair: here a binding is an opaque value behind a number.
 */

import { RpcError, withFacts } from "../errors/rpc-error.ts";
import type { Metadata } from "../metadata/metadata.ts";
import { CallFlag, EndFlag, FrameKind, headerBytes, headerWord, isLaterId, unboundMethod } from "../wire/frame.ts";
import { Call, type Outgoing } from "./call.ts";
import { CallTable } from "./call-table.ts";
import { encodeFailure } from "./failure-document.ts";
import type { FrameOutput } from "./frame-output.ts";
import { type ConnectionSettings, oneWayOverheadBytes } from "./limits.ts";
import { encodeOwned, type MessageTraffic, type PeerSettings } from "./message-traffic.ts";
import { decodeMetadata, encodeMetadata } from "./metadata-document.ts";
import { documentEnd } from "./outgoing-calls.ts";

/** Why a call ended before its handler did. */
export type AbortReason = "cancel" | "deadline" | "connection" | "shutdown";

/** A call that the peer opened. The server's calls extend it. */
export abstract class IncomingCall extends Call {
  /** Kind bits of its call frame. */
  kindFlags = 0;
  /** Request metadata, where some came. */
  metadata: Metadata | undefined = undefined;
  attempt = 1;
  endedBy: AbortReason | undefined = undefined;
  /** Set by the handler, not yet on the wire. */
  leading: Metadata | undefined = undefined;
  trailers: Metadata | undefined = undefined;
  /** Its result has been announced and leaves in fragments: the handler is done. */
  resultSent = false;
  /** The error that ends it in place of what the handler says: a message of the peer's was beyond the limits. */
  refusedWith: RpcError | undefined = undefined;
  /** What a one-way call holds of the connection's window. */
  oneWayCost = 0;

  /** The request is here: whole, or an empty range for a request stream. Begins the handler. */
  abstract start(buffer: Buffer, view: DataView, start: number, end: number): void;
  /** The requests are complete. */
  abstract receiveFinish(): void;
  /** The caller, the clock or the connection has ended it. Called once. */
  abstract abort(reason: AbortReason): void;
}

/** Whom a connection hands calls to. */
export interface Dispatcher {
  /** What a method name stands for, or the error that refuses it. Must leave no state for unknown names. */
  resolve(path: string, fingerprint: string): object | RpcError;
  /** Makes the call; the connection then adds it and calls `start`. Or the error that refuses it. */
  accept(binding: object, kindFlags: number): IncomingCall | RpcError;
}

interface Backlogged {
  readonly call: IncomingCall;
  readonly bytes: Buffer;
}

export class IncomingCalls {
  readonly #output: FrameOutput;
  readonly #traffic: MessageTraffic;
  readonly #settings: ConnectionSettings;
  readonly #peer: PeerSettings;
  readonly #dispatcher: Dispatcher;
  readonly #violation: (message: string) => void;
  readonly #watchDeadline: (at: number) => void;
  readonly #receivedAt: () => number;
  readonly table: CallTable<IncomingCall> = new CallTable<IncomingCall>();
  readonly #bindings: (object | undefined)[] = [];
  /** Received while the output was beyond its bound; begun when it has drained. Bounded by `maxCalls`. */
  #backlog: Backlogged[] = [];
  #highestId: number;
  /** What `#highestId` is before the first call, whose id may be any of the peer's. */
  readonly #beforeFirstId: number;
  #openStreams = 0;
  #openOneWay = 0;
  /** Set once this side is going away: later ids are refused. */
  #draining = false;

  /** Deadlines of the peer are cut to this; calls without one get it. Milliseconds. */
  maxTimeoutMs: number = Number.POSITIVE_INFINITY;
  /** The last call has ended. */
  onIdle: () => void = () => {};
  /** A frame has opened a call. */
  started = 0;

  constructor(
    output: FrameOutput,
    traffic: MessageTraffic,
    settings: ConnectionSettings,
    peer: PeerSettings,
    options: {
      dispatcher: Dispatcher;
      /** No id of the peer's: of this side's parity. */
      beforeFirstId: number;
      violation: (message: string) => void;
      watchDeadline: (at: number) => void;
      /** When the frame at hand arrived, on the clock's scale. */
      receivedAt: () => number;
    },
  ) {
    this.#output = output;
    this.#traffic = traffic;
    this.#settings = settings;
    this.#peer = peer;
    this.#dispatcher = options.dispatcher;
    this.#violation = options.violation;
    this.#watchDeadline = options.watchDeadline;
    this.#receivedAt = options.receivedAt;
    this.#highestId = options.beforeFirstId;
    this.#beforeFirstId = options.beforeFirstId;
  }

  get lastAcceptedId(): number {
    return this.#highestId;
  }

  isKnownId(id: number): boolean {
    return !isLaterId(id, this.#highestId);
  }

  /** A call frame. False: the connection is ending. */
  receiveCall(word: number, id: number, buffer: Buffer, view: DataView, start: number, end: number): boolean {
    if (!isLaterId(id, this.#highestId) && this.#highestId !== this.#beforeFirstId) {
      this.#violation(`call id ${id} is not above the last one, ${this.#highestId}`);
      return false;
    }
    this.#highestId = id;
    const flags = (word >>> 8) & 0xff;
    const number = word >>> 16;
    if (flags === CallFlag.deadline && end - start >= 9) {
      // The usual unary call: a bound method, a message, a deadline.
      const binding = this.#bindings[number];
      if (binding !== undefined) {
        return this.#admit(id, flags, binding, { buffer, view, start, end: end - 4 }, view.getUint32(end - 4, true), undefined);
      }
    }
    return this.#receiveFullCall(flags, number, id, buffer, view, start, end);
  }

  #receiveFullCall(
    flags: number,
    number: number,
    id: number,
    buffer: Buffer,
    view: DataView,
    start: number,
    end: number,
  ): boolean {
    let at = start;
    if ((flags & CallFlag.fragmented) !== 0) at += 4;
    else if ((flags & CallFlag.requestStream) === 0) {
      const messageEnd = documentEnd(view, start, end);
      if (messageEnd === undefined)
        return this.#refuse(id, flags, "INVALID_ARGUMENT", "the request's length does not fit its frame");
      at = messageEnd;
    }
    const message = { buffer, view, start, end: at };
    let left = 0;
    if ((flags & CallFlag.deadline) !== 0) {
      if (end - at < 4) return this.#violate("call frame without the deadline it flags");
      left = view.getUint32(at, true);
      at += 4;
    }
    let binding: object | RpcError | undefined;
    if ((flags & CallFlag.name) !== 0) {
      if (end - at < 10) return this.#violate("call frame without the name it flags");
      const length = view.getUint16(at + 8, true);
      if (length > end - at - 10) return this.#violate("method name longer than its frame");
      if (number !== unboundMethod && number >= this.#settings.limits.maxMethods) {
        return this.#violate(`method number ${number} is not below maxMethods ${this.#settings.limits.maxMethods}`);
      }
      const fingerprint = view.getBigUint64(at, true).toString(16).padStart(16, "0");
      binding = this.#dispatcher.resolve(buffer.toString("utf8", at + 10, at + 10 + length), fingerprint);
      if (!(binding instanceof RpcError) && number !== unboundMethod) {
        const present = this.#bindings[number];
        if (present !== undefined && present !== binding) return this.#violate(`method number ${number} is bound already`);
        this.#bindings[number] = binding;
      }
      at += 10 + length;
    } else {
      if (number >= this.#settings.limits.maxMethods) {
        return this.#violate(`method number ${number} is not below maxMethods ${this.#settings.limits.maxMethods}`);
      }
      binding = this.#bindings[number];
    }
    if (binding === undefined) {
      return this.#refuse(id, flags, "UNIMPLEMENTED", `method number ${number} is not bound to a name that is served here`);
    }
    if (binding instanceof RpcError) return this.#refuseWith(id, flags, binding);
    let metadata: { metadata: Metadata; attempt: number } | undefined;
    if ((flags & CallFlag.metadata) !== 0) {
      try {
        metadata = decodeMetadata(buffer, view, at, end, this.#settings.limits.maxMetadataBytes);
      } catch (error) {
        return this.#refuseWith(id, flags, error as RpcError);
      }
    } else if (at !== end) {
      return this.#refuse(id, flags, "INVALID_ARGUMENT", `${end - at} bytes behind the request that no flag explains`);
    }
    return this.#admit(id, flags, binding, message, left, metadata);
  }

  #admit(
    id: number,
    flags: number,
    binding: object,
    message: { buffer: Buffer; view: DataView; start: number; end: number },
    left: number,
    metadata: { metadata: Metadata; attempt: number } | undefined,
  ): boolean {
    const oneWay = (flags & CallFlag.oneWay) !== 0;
    const streams = (flags & (CallFlag.requestStream | CallFlag.responseStream)) !== 0;
    if (this.#draining) return this.#refuse(id, flags, "UNAVAILABLE", "the server is draining");
    if (!oneWay && this.table.size - this.#openOneWay >= this.#settings.limits.maxCalls) {
      return this.#refuse(
        id,
        flags,
        "RESOURCE_EXHAUSTED",
        `more than maxCalls ${this.#settings.limits.maxCalls} calls open on this connection`,
      );
    }
    if (streams && this.#openStreams >= this.#settings.maxStreams) {
      return this.#refuse(
        id,
        flags,
        "RESOURCE_EXHAUSTED",
        `more than ${this.#settings.maxStreams} streams open on this connection`,
      );
    }
    const call = this.#dispatcher.accept(binding, flags & kindMask);
    if (call instanceof RpcError) return this.#refuseWith(id, flags, call);
    call.id = id;
    call.kindFlags = flags & kindMask;
    call.isOpen = true;
    if (metadata !== undefined) {
      call.metadata = metadata.metadata;
      call.attempt = metadata.attempt;
    }
    const timeoutMs = Math.min(left > 0 ? left : Number.POSITIVE_INFINITY, this.maxTimeoutMs);
    if (timeoutMs !== Number.POSITIVE_INFINITY) {
      call.deadlineAt = this.#receivedAt() + timeoutMs;
      this.#watchDeadline(call.deadlineAt);
    }
    const fragmented = (flags & CallFlag.fragmented) !== 0;
    const length = fragmented ? message.view.getUint32(message.start, true) : message.end - message.start;
    if (length > this.#settings.limits.maxMessageBytes) {
      const limit = this.#settings.limits.maxMessageBytes;
      return this.#refuse(
        id,
        flags,
        "RESOURCE_EXHAUSTED",
        `request of ${length.toLocaleString("en")} bytes exceeds maxMessageBytes ${limit.toLocaleString("en")}`,
      );
    }
    if (oneWay) {
      call.oneWayCost = (fragmented ? 0 : length) + oneWayOverheadBytes;
      if (!this.#traffic.takeConnection(call.oneWayCost)) return false;
      this.#openOneWay += 1;
    }
    this.table.add(call);
    this.started += 1;
    if (streams) this.#openStreams += 1;
    if (fragmented) {
      return this.#traffic.announce(call, length, false, (whole, view) => {
        if (whole !== undefined && view !== undefined) this.#begin(call, whole, view, 0, whole.length);
      });
    }
    this.#begin(call, message.buffer, message.view, message.start, message.end);
    return true;
  }

  /** Starts the handler, or keeps the call until the output has drained: a peer that does not read gets no more work done. */
  #begin(call: IncomingCall, buffer: Buffer, view: DataView, start: number, end: number): void {
    if (call.deadlineAt !== Number.POSITIVE_INFINITY && call.flow !== undefined && call.deadlineAt <= this.#receivedAt()) {
      this.sendFailure(
        call,
        withFacts(new RpcError({ code: "DEADLINE_EXCEEDED", message: "expired before it was dispatched" }), { executed: "no" }),
      );
      return;
    }
    if (this.#output.queuedBytes + this.#traffic.queuedBytes > outputBoundBytes || this.#backlog.length > 0) {
      this.#backlog.push({ call, bytes: Buffer.from(buffer.subarray(start, end)) });
      return;
    }
    call.start(buffer, view, start, end);
    if ((call.kindFlags & CallFlag.requestStream) !== 0 && call.isOpen) this.#output.writeFrame(FrameKind.accept, 0, call.id);
  }

  /** The output has drained: begin what waits. */
  resume(): void {
    while (this.#backlog.length > 0 && this.#output.queuedBytes + this.#traffic.queuedBytes <= outputBoundBytes / 2) {
      const [{ call, bytes }] = this.#backlog.splice(0, 1) as [Backlogged];
      if (!call.isOpen) continue;
      if (call.endedBy !== undefined) {
        this.sendFailure(call, abortError(call.endedBy));
        continue;
      }
      call.start(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
      if ((call.kindFlags & CallFlag.requestStream) !== 0 && call.isOpen) this.#output.writeFrame(FrameKind.accept, 0, call.id);
    }
  }

  receiveFinish(call: IncomingCall): void {
    if (call.endedBy === undefined) call.receiveFinish();
  }

  receiveCancel(call: IncomingCall, reason: number): void {
    const unfinishedRequest = call.flow?.incoming !== undefined && (call.kindFlags & CallFlag.requestStream) === 0;
    const resultUnderWay = call.resultSent;
    this.#traffic.discardReceiving(call);
    if (resultUnderWay || unfinishedRequest) {
      // The end frame must come before another fragmented message takes the place.
      this.sendFailure(call, abortError("cancel"));
      return;
    }
    this.#traffic.abandonSending(call);
    this.#abort(call, reason === 1 ? "deadline" : "cancel");
  }

  /** A message of its stream is beyond the limits: the call ends with that, the handler is told. */
  refuseMessage(call: IncomingCall, error: RpcError): void {
    this.#traffic.discardReceiving(call);
    if (call.endedBy !== undefined) return;
    call.refusedWith = error;
    this.#abort(call, "cancel");
  }

  #abort(call: IncomingCall, reason: AbortReason): void {
    if (call.endedBy !== undefined) return;
    call.endedBy = reason;
    call.abort(reason);
  }

  // ---------------------------------------------------------------- answering

  /** Leading metadata ahead of the first message of a stream. */
  sendLeading(call: IncomingCall): void {
    if (call.leading === undefined || !call.isOpen) return;
    const bytes = encodeMetadata(call.leading, this.#maxMetadataBytes);
    call.leading = undefined;
    if (bytes !== undefined) this.#output.writeFrame(FrameKind.leading, 0, call.id, bytes);
  }

  /** The end of a call that went well. Throws what encoding throws; then nothing was sent and the call is still open. */
  sendResult(call: IncomingCall, message: Outgoing | undefined): void {
    if (!call.isOpen) return;
    if (call.oneWayCost > 0) return this.#close(call);
    if (message === undefined) return this.#traffic.whenSent(call, () => this.#writeEnd(call, FrameKind.result, 0, undefined));
    const bound = message.bound();
    if (bound > this.#peer.fragmentBytes) return this.#sendLargeResult(call, message, bound);
    const arena = this.#output.arena;
    arena.reserve(headerBytes + bound);
    const at = arena.position;
    const view = arena.view;
    const end = message.write(arena.buffer, view, at + headerBytes);
    const length = end - at - headerBytes;
    if (length > this.#traffic.maxSendBytes) this.#traffic.checkLength(length);
    if (call.leading !== undefined || call.trailers !== undefined) {
      const bytes = Buffer.from(arena.buffer.subarray(at + headerBytes, end));
      return this.#writeEnd(call, FrameKind.result, EndFlag.message, bytes);
    }
    view.setUint32(at, length, true);
    view.setUint32(at + 4, resultWord, true);
    view.setUint32(at + 8, call.id, true);
    arena.position = end;
    this.#output.scheduleFlush();
    this.#close(call);
  }

  #sendLargeResult(call: IncomingCall, message: Outgoing, bound: number): void {
    const bytes = encodeOwned(message, bound);
    this.#traffic.checkLength(bytes.length);
    if (bytes.length <= this.#peer.fragmentBytes) return this.#writeEnd(call, FrameKind.result, EndFlag.message, bytes);
    const parts = this.#metadataParts(call);
    call.resultSent = true;
    this.#traffic.sendFragmented(
      call,
      bytes,
      () => {
        const total = Buffer.allocUnsafe(4);
        total.writeUInt32LE(bytes.length);
        this.#output.writeFrame(
          FrameKind.result,
          EndFlag.message | EndFlag.fragmented | parts.flags,
          call.id,
          Buffer.concat([total, ...parts.bytes]),
        );
      },
      () => this.#close(call),
    );
  }

  /**
   * The end of a call that failed. `executed: "no"` on the error tells the caller that a retry is safe.
   * @param fault the declared fault's name and data document
   */
  sendFailure(call: IncomingCall, error: RpcError, fault?: { type: string; bytes: Buffer }): void {
    if (!call.isOpen) return;
    if (call.oneWayCost > 0) return this.#close(call);
    const flags = (error.executed === "no" ? EndFlag.refused : 0) | (fault === undefined ? 0 : EndFlag.fault);
    const failure = encodeFailure(error, fault?.type);
    const body = fault === undefined ? failure : Buffer.concat([failure, fault.bytes]);
    if (call.endedBy === undefined && !call.resultSent) {
      this.#traffic.whenSent(call, () => this.#writeEnd(call, FrameKind.failure, flags, body));
      return;
    }
    this.#writeEnd(call, FrameKind.failure, flags, body);
  }

  #writeEnd(call: IncomingCall, kind: number, flags: number, body: Buffer | undefined): void {
    if (!call.isOpen) return;
    const parts = this.#metadataParts(call);
    const all = body === undefined ? parts.bytes : [body, ...parts.bytes];
    this.#output.writeFrame(kind, flags | parts.flags, call.id, all.length === 1 ? all[0] : Buffer.concat(all));
    this.#close(call);
  }

  /** Leading metadata and trailers that go with an end frame. What does not fit the limits is left out: the end itself must arrive. */
  #metadataParts(call: IncomingCall): { flags: number; bytes: Buffer[] } {
    let flags = 0;
    const bytes: Buffer[] = [];
    for (const [metadata, flag] of [
      [call.leading, EndFlag.leading],
      [call.trailers, EndFlag.trailers],
    ] as const) {
      const encoded = metadata === undefined ? undefined : this.#encodeOrDrop(metadata);
      if (encoded === undefined) continue;
      flags |= flag;
      bytes.push(encoded);
    }
    call.leading = undefined;
    return { flags, bytes };
  }

  #encodeOrDrop(metadata: Metadata): Buffer | undefined {
    try {
      return encodeMetadata(metadata, this.#maxMetadataBytes);
    } catch {
      return undefined;
    }
  }

  get #maxMetadataBytes(): number {
    return Math.min(this.#settings.limits.maxMetadataBytes, this.#peer.maxMetadataBytes);
  }

  #refuse(
    id: number,
    flags: number,
    code: "INVALID_ARGUMENT" | "UNIMPLEMENTED" | "UNAVAILABLE" | "RESOURCE_EXHAUSTED",
    message: string,
  ): boolean {
    return this.#refuseWith(id, flags, new RpcError({ code, message }));
  }

  #refuseWith(id: number, flags: number, error: RpcError): boolean {
    if ((flags & CallFlag.oneWay) === 0) {
      this.#output.writeFrame(FrameKind.failure, EndFlag.refused, id, encodeFailure(error, undefined));
    }
    return true;
  }

  #violate(message: string): boolean {
    this.#violation(message);
    return false;
  }

  #close(call: IncomingCall): void {
    if (!this.table.delete(call)) return;
    call.isOpen = false;
    if (call.flow !== undefined) {
      this.#traffic.forget(call);
      this.#traffic.abandonSending(call);
    }
    if ((call.kindFlags & streamFlags) !== 0) this.#openStreams -= 1;
    if (call.oneWayCost > 0) {
      this.#openOneWay -= 1;
      this.#traffic.releaseConnection(call.oneWayCost);
    }
    if (this.table.size === 0) this.onIdle();
  }

  // ---------------------------------------------------------------- ends

  /** No call above the present ones is accepted. Returns the last accepted id. */
  drain(): number {
    this.#draining = true;
    return this.#highestId;
  }

  abortAll(reason: AbortReason): void {
    for (const call of this.table.all()) this.#abort(call, reason);
  }

  /** Ends all calls now: handlers are told, callers get UNAVAILABLE without waiting for them. */
  shutdown(): void {
    this.#draining = true;
    this.#backlog = [];
    for (const call of this.table.all()) {
      this.#abort(call, "shutdown");
      this.sendFailure(call, abortError("shutdown"));
    }
  }

  /** The connection is gone: handlers are told, nothing is answered. */
  closeAll(): void {
    this.#backlog = [];
    for (const call of this.table.all()) {
      this.#close(call);
      this.#abort(call, "connection");
    }
  }

  /** Aborts what is due; answers with the earliest deadline left. */
  expire(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const call of this.table.all()) {
      if (call.endedBy !== undefined) continue;
      if (call.deadlineAt <= now) this.#abort(call, "deadline");
      else if (call.deadlineAt < next) next = call.deadlineAt;
    }
    return next;
  }
}

const kindMask = CallFlag.oneWay | CallFlag.requestStream | CallFlag.responseStream;
const streamFlags = CallFlag.requestStream | CallFlag.responseStream;
const resultWord = headerWord(FrameKind.result, EndFlag.message, 0);

/** Output that waits for a peer above which no further handler is started for it. 8 MiB. */
const outputBoundBytes = 8 * 1024 * 1024;

/** What the caller of an aborted call is told; it has usually gone. */
export function abortError(reason: AbortReason): RpcError {
  switch (reason) {
    case "deadline":
      return new RpcError({ code: "DEADLINE_EXCEEDED", message: "the deadline passed while the handler was running" });
    case "cancel":
      return new RpcError({ code: "CANCELLED", message: "the caller cancelled the call" });
    case "connection":
      return new RpcError({ code: "CANCELLED", message: "the connection to the caller was lost" });
    case "shutdown":
      return new RpcError({ code: "UNAVAILABLE", message: "the server is shutting down" });
    default:
      return reason satisfies never;
  }
}
