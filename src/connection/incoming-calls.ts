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
import { CallFlag, CancelReason, EndFlag, FrameKind, isLaterId, streamFlags } from "../wire/frame.ts";
import type { FrameBudgets } from "./budgets.ts";
import { CallAnswers } from "./call-answers.ts";
import { type CallFrame, FrameFault, oneWayCostOf, type Request, readCallFrame } from "./call-frame.ts";
import { CallTable } from "./call-table.ts";
import { encodeFailure } from "./failure-document.ts";
import type { FrameOutput } from "./frame-output.ts";
import { type AbortReason, abortError, type Dispatcher, type IncomingCall } from "./incoming-call.ts";
import type { IncomingOptions } from "./incoming-options.ts";
import { type ConnectionSettings, maxQueuedControlFrames } from "./limits.ts";
import type { MessageReceiver } from "./message-receiver.ts";
import type { MessageSender } from "./message-sender.ts";
import type { MessageTraffic } from "./message-traffic.ts";
import { decodeMetadata, type ReceivedMetadata } from "./metadata-document.ts";
import type { MethodBindings } from "./method-bindings.ts";
import type { PeerSettings } from "./peer-settings.ts";
import { exhausted, invalid, tooSlow } from "./refusals.ts";
import { RequestBacklog } from "./request-backlog.ts";

export class IncomingCalls {
  readonly #output: FrameOutput;
  readonly #sender: MessageSender;
  readonly #receiver: MessageReceiver;
  readonly #settings: ConnectionSettings;
  readonly #dispatcher: Dispatcher;
  readonly #violation: (message: string) => void;
  readonly #watchDeadline: (at: number) => void;
  readonly #receivedAt: () => number;
  readonly table: CallTable<IncomingCall> = new CallTable<IncomingCall>();
  readonly #bindings: MethodBindings;
  /** How their ends are sent. */
  readonly answers: CallAnswers;
  readonly #budgets: FrameBudgets;
  /** Received while the output was beyond its bound, or too many at once: begun later. */
  readonly #backlog: RequestBacklog;
  #highestId: number;
  /** What `#highestId` is before the first call, whose id may be any of the peer's. */
  readonly #beforeFirstId: number;
  #openStreams = 0;
  #openOneWay = 0;
  /** Set once this side is going away: later ids are refused. */
  #draining = false;

  /** Deadlines of the peer are cut to this; calls without one get it. Milliseconds. */
  maxTimeoutMs: number;
  /** The last call has ended. */
  onIdle: () => void = () => {};
  /** A frame has opened a call. */
  started: number;

  constructor(
    output: FrameOutput,
    traffic: MessageTraffic,
    settings: ConnectionSettings,
    peer: PeerSettings,
    options: IncomingOptions,
  ) {
    this.#output = output;
    this.#sender = traffic.sender;
    this.#receiver = traffic.receiver;
    this.#settings = settings;
    const maxMetadataBytes = Math.min(settings.limits.maxMetadataBytes, peer.maxMetadataBytes);
    this.answers = new CallAnswers(output, traffic.sender, { maxMetadataBytes, fragmentBytes: peer.fragmentBytes }, (call) =>
      this.#close(call),
    );
    this.#dispatcher = options.dispatcher;
    this.#bindings = options.bindings;
    this.#budgets = options.budgets;
    this.#violation = options.violation;
    this.#watchDeadline = options.watchDeadline;
    this.#receivedAt = options.receivedAt;
    this.#backlog = new RequestBacklog({
      clock: options.clock,
      chunks: options.chunks,
      queuedBytes: () => output.queuedBytes + traffic.sender.queuedBytes,
      begin: (call, bytes) =>
        this.#start(call, bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length),
    });
    this.#highestId = options.memory.highestId;
    this.started = options.memory.started;
    this.maxTimeoutMs = options.memory.maxTimeoutMs;
    this.#beforeFirstId = options.beforeFirstId;
  }

  /** No call is open, and none waits to be begun. */
  get isQuiet(): boolean {
    return this.table.size === 0 && this.#backlog.isEmpty;
  }

  /** The last id that the peer has given. */
  get highestId(): number {
    return this.#highestId;
  }

  isKnownId(id: number): boolean {
    return this.#highestId !== this.#beforeFirstId && !isLaterId(id, this.#highestId);
  }

  /** A call frame. False: the connection is ending. */
  receiveCall(word: number, id: number, buffer: Buffer, view: DataView, start: number, end: number): boolean {
    if (!isLaterId(id, this.#highestId) && this.#highestId !== this.#beforeFirstId) {
      return this.#violate(`call id ${id} is not above the last one, ${this.#highestId}`);
    }
    this.#highestId = id;
    const flags = (word >>> 8) & 0xff;
    const number = word >>> 16;
    if (flags === CallFlag.deadline && end - start >= 9) {
      // The usual unary call: a bound method, a message, a deadline.
      const binding = this.#bindings.bound(number);
      if (binding !== undefined) {
        const call = this.#admit(id, flags, binding, end - 4 - start);
        if (typeof call === "boolean") return call;
        if (!this.#enter(call, flags, end - 4 - start, view.getUint32(end - 4, true))) return false;
        this.#begin(call, buffer, view, start, end - 4);
        return true;
      }
    }
    return this.#receiveFullCall(flags, number, id, { buffer, view, start, end });
  }

  #receiveFullCall(flags: number, number: number, id: number, frameBytes: Omit<Request, "bytes">): boolean {
    const { buffer, view, start, end } = frameBytes;
    let frame: CallFrame | undefined;
    let binding: object;
    let metadata: ReceivedMetadata | undefined;
    try {
      frame = readCallFrame(flags, buffer, view, start, end);
      binding = this.#bindings.resolve(number, frame);
      if ((flags & CallFlag.metadata) !== 0) {
        metadata = decodeMetadata(buffer, view, frame.metadataStart, end, this.#settings.limits.maxMetadataBytes);
      }
    } catch (fault) {
      if (fault instanceof FrameFault && fault.endsConnection) return this.#violate(fault.message);
      const error = fault instanceof FrameFault ? invalid(fault.message) : (fault as RpcError);
      return this.#refuse(id, oneWayCostOf(flags, frame?.messageBytes ?? 0), error) && this.#countRefusal(error);
    }
    const bytes = frame.messageBytes;
    if (binding instanceof RpcError) return this.#refuse(id, oneWayCostOf(flags, bytes), binding);
    const call = this.#admit(id, flags, binding, bytes);
    if (typeof call === "boolean") return call;
    if (metadata !== undefined) {
      call.metadata = metadata.metadata;
      call.attempt = metadata.attempt;
    }
    if (!this.#enter(call, flags, bytes, frame.deadline)) return false;
    if ((flags & CallFlag.fragmented) !== 0) {
      return this.#receiver.announce(call, bytes, false, (whole, view) => {
        if (whole !== undefined && view !== undefined) this.#begin(call, whole, view, 0, whole.length);
      });
    }
    this.#begin(call, buffer, view, start, frame.messageEnd);
    return true;
  }

  /** The call, if there is room for it and its method is served. Otherwise whether the connection goes on. */
  #admit(id: number, flags: number, binding: object, bytes: number): IncomingCall | boolean {
    const refusal = this.#checkRoom(flags, bytes);
    if (refusal !== undefined) return this.#refuse(id, oneWayCostOf(flags, bytes), refusal) && this.#countRefusal(refusal);
    const call = this.#dispatcher.accept(binding, flags & kindMask);
    // Not counted: a server that is overloaded must not cut off those whom it turns away, and their other calls.
    if (call instanceof RpcError) return this.#refuse(id, oneWayCostOf(flags, bytes), call);
    call.id = id;
    call.kindFlags = flags & kindMask;
    call.isOpen = true;
    call.requestsEnded = (flags & CallFlag.requestStream) === 0;
    return call;
  }

  /** It is open from now on; `left` are its milliseconds, 0 for no deadline. False: the connection is ending. */
  #enter(call: IncomingCall, flags: number, bytes: number, left: number): boolean {
    const timeoutMs = Math.min(left > 0 ? left : Number.POSITIVE_INFINITY, this.maxTimeoutMs);
    if (timeoutMs !== Number.POSITIVE_INFINITY) {
      call.deadlineAt = this.#receivedAt() + timeoutMs;
      this.#watchDeadline(call.deadlineAt);
    }
    this.table.add(call);
    this.started += 1;
    if ((flags & streamFlags) !== 0) this.#openStreams += 1;
    if ((flags & CallFlag.oneWay) !== 0) {
      call.oneWayCost = oneWayCostOf(flags, bytes);
      this.#openOneWay += 1;
      return this.#receiver.takeConnection(call.oneWayCost);
    }
    return true;
  }

  /** Why there is no room for another call. */
  #checkRoom(flags: number, bytes: number): RpcError | undefined {
    const { limits, maxStreams } = this.#settings;
    if (this.#draining) return new RpcError({ code: "UNAVAILABLE", message: "the server is draining" });
    if ((flags & CallFlag.oneWay) === 0 && this.table.size - this.#openOneWay >= limits.maxCalls) {
      return exhausted(`more than maxCalls ${limits.maxCalls} calls open on this connection`);
    }
    if ((flags & streamFlags) !== 0 && this.#openStreams >= maxStreams) {
      return exhausted(`more than ${maxStreams} streams open on this connection`);
    }
    if (bytes <= limits.maxMessageBytes) return undefined;
    const limit = limits.maxMessageBytes.toLocaleString("en");
    return exhausted(`request of ${bytes.toLocaleString("en")} bytes exceeds maxMessageBytes ${limit}`);
  }

  /** Starts the handler, or keeps the call until the output has drained: a peer that does not read gets no more work done. */
  #begin(call: IncomingCall, buffer: Buffer, view: DataView, start: number, end: number): void {
    if (call.endedBy !== undefined || (call.flow !== undefined && call.deadlineAt <= this.#receivedAt())) {
      const why = call.endedBy ?? "deadline";
      return this.#drop(call, why, abortError(why));
    }
    if (this.#backlog.mustWait(call)) {
      if (this.#backlog.add(call, buffer.subarray(start, end))) return;
      return this.#drop(call, "cancel", tooSlow());
    }
    this.#start(call, buffer, view, start, end);
  }

  #start(call: IncomingCall, buffer: Buffer, view: DataView, start: number, end: number): void {
    call.hasStarted = true;
    call.start(buffer, view, start, end);
    if (!call.requestsEnded && call.isOpen) this.#output.writeFrame(FrameKind.accept, 0, call.id);
  }

  /** The output has drained: begin what waits. */
  resume(): void {
    this.#backlog.resume();
  }

  /** A frame that belongs to the request stream. False: the call takes none any more, and has failed for it if it was running. */
  takesRequests(call: IncomingCall): boolean {
    if (!call.requestsEnded) return true;
    if (call.endedBy === undefined) this.refuseMessage(call, invalid("a request message behind the last one"));
    else this.#receiver.discardReceiving(call);
    return false;
  }

  receiveFinish(call: IncomingCall): void {
    if (!this.takesRequests(call)) return;
    call.requestsEnded = true;
    if (call.endedBy === undefined) call.receiveFinish();
  }

  /** False: the connection is ending. */
  receiveCancel(call: IncomingCall, reason: number): boolean {
    if (call.endedBy !== undefined) return this.#budgets.countLateCancel(reason, this.started);
    if (call.deadlineAt > this.#receivedAt() && !this.#budgets.countCancel()) return false;
    const isReceiving = call.flow?.incoming !== undefined && !call.hasStarted;
    if (call.flow !== undefined || !call.requestsEnded) this.#receiver.discardReceiving(call);
    const why = reason === CancelReason.deadline ? "deadline" : "cancel";
    if (isReceiving) {
      // The end frame must come before another fragmented message takes the place.
      this.#drop(call, why, abortError(why));
      return true;
    }
    this.#sender.abandonSending(call);
    this.#abort(call, why);
    return true;
  }

  /** A message of its stream is beyond the limits or the rules: the call ends with that, the handler is told. */
  refuseMessage(call: IncomingCall, error: RpcError): void {
    this.#receiver.discardReceiving(call);
    if (call.endedBy !== undefined) return;
    call.refusedWith = error;
    this.#abort(call, "cancel");
    this.#budgets.countRefusal();
  }

  #abort(call: IncomingCall, reason: AbortReason): void {
    if (call.endedBy !== undefined) return;
    call.endedBy = reason;
    // The handler is done; its answer waits for credit or leaves in fragments, and nobody wants it any more.
    if (call.hasAnswered) return this.answers.sendFailure(call, abortError(reason));
    call.abort(reason);
    // Without a handler there is nobody to wait for.
    if (!call.hasStarted) this.sendFailure(call, call.refusedWith ?? abortError(reason));
  }

  /** Ends a call whose handler never began. It is told as any other is. */
  #drop(call: IncomingCall, reason: AbortReason, error: RpcError): void {
    call.refusedWith ??= error;
    this.#abort(call, reason);
  }

  // ---------------------------------------------------------------- answering

  /** The end of a call that failed; see `CallAnswers`. One whose handler never started is told so. */
  sendFailure(call: IncomingCall, error: RpcError, fault?: { type: string; bytes: Buffer }): void {
    if (!call.isOpen) return;
    if (!call.hasStarted) {
      withFacts(error, { executed: "no" });
      if (call.oneWayCost === 0 && !this.#hasRoomForReply()) return;
    }
    this.answers.sendFailure(call, error, fault);
    if (error.executed === "no") this.#countRefusal(error);
  }

  /** A call that leaves no state. What a one-way call debited goes back at once. False: the connection is ending. */
  #refuse(id: number, oneWayCost: number, error: RpcError): boolean {
    if (oneWayCost > 0) {
      if (!this.#receiver.takeConnection(oneWayCost)) return false;
      this.#receiver.releaseConnection(oneWayCost);
    } else {
      if (!this.#hasRoomForReply()) return false;
      const body = encodeFailure(error, undefined, this.answers.maxFailureBytes);
      this.#output.writeFrame(FrameKind.failure, EndFlag.refused, id, body);
    }
    return true;
  }

  /** Unknown methods, draining and passed deadlines are nobody's fault and cost no work. */
  #countRefusal({ code }: RpcError): boolean {
    return (code !== "INVALID_ARGUMENT" && code !== "RESOURCE_EXHAUSTED") || this.#budgets.countRefusal();
  }

  /** Refusals for a peer that does not read are bounded. False: the connection is ending. */
  #hasRoomForReply(): boolean {
    if (this.#output.countReply()) return true;
    return this.#violate(`more than ${maxQueuedControlFrames} refusals without reading them`);
  }

  #violate(message: string): false {
    this.#violation(message);
    return false;
  }

  #close(call: IncomingCall): void {
    if (!this.table.delete(call)) return;
    call.isOpen = false;
    if (call.flow !== undefined) {
      this.#receiver.forget(call);
      this.#sender.abandonSending(call);
    }
    if ((call.kindFlags & streamFlags) !== 0) this.#openStreams -= 1;
    if (call.oneWayCost > 0) {
      this.#openOneWay -= 1;
      this.#receiver.releaseConnection(call.oneWayCost);
    }
    if (this.table.size === 0) this.onIdle();
  }

  // ---------------------------------------------------------------- ends

  /** No call above the present ones is accepted. Returns the last accepted id, 0 if there was none. */
  drain(): number {
    this.#draining = true;
    return this.#highestId === this.#beforeFirstId ? 0 : this.#highestId;
  }

  /** Ends all calls now: handlers are told, callers get UNAVAILABLE without waiting for them. */
  shutdown(): void {
    this.#draining = true;
    this.#backlog.clear();
    for (const call of this.table.all()) {
      this.#abort(call, "shutdown");
      this.sendFailure(call, abortError("shutdown"));
    }
  }

  /** The connection is gone: handlers are told, nothing is answered. */
  closeAll(): void {
    this.#backlog.clear();
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

const kindMask = CallFlag.oneWay | streamFlags;
