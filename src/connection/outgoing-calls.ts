/**
 * The calls that this side of a connection has opened. PROTOCOL.md: "Calls", the caller's half.
 *
 *                     open()                     result / failure
 *      (not here) -------------->  OPEN  ------------------------------->  CLOSED
 *                                   |                                        ^
 *                                   | cancel(): the user is told at once     |
 *                                   v                                        |
 *                               CANCELLED  ----- result / failure -----------+
 *                                (keeps its place in the count: the peer's handler may still be running)
 */

import { type RpcError, withFacts } from "../errors/rpc-error.ts";
import type { Metadata } from "../metadata/metadata.ts";
import type { Clock } from "../time/clock.ts";
import { CallFlag, CancelReason, EndFlag, FrameKind, headerBytes, headerWord, streamFlags } from "../wire/frame.ts";
import { type AnswerFrame, badAnswer, readAnswerParts, readFailureAnswer, tooLarge, unreadable } from "./answer-frame.ts";
import { AwaitedCalls } from "./awaited-calls.ts";
import { encodeInto, encodeOwned, type Outgoing } from "./call.ts";
import { documentEnd } from "./call-frame.ts";
import { CallIds } from "./call-ids.ts";
import { CallTable } from "./call-table.ts";
import { callTailBound, callTailFlags, writeCallTail } from "./call-tail.ts";
import { CancelPace } from "./cancel-pace.ts";
import type { FrameOutput } from "./frame-output.ts";
import { oneWayOverheadBytes } from "./limits.ts";
import type { MessageReceiver } from "./message-receiver.ts";
import type { MessageSender } from "./message-sender.ts";
import type { MessageTraffic } from "./message-traffic.ts";
import { decodeMetadata } from "./metadata-document.ts";
import { MethodNumbers } from "./method-numbers.ts";
import type { OutgoingCall } from "./outgoing-call.ts";
import type { PeerSettings } from "./peer-settings.ts";

export class OutgoingCalls {
  readonly #output: FrameOutput;
  readonly #sender: MessageSender;
  readonly #receiver: MessageReceiver;
  readonly #peer: PeerSettings;
  readonly #maxMetadataBytes: number;
  readonly #clock: Clock;
  readonly #cancels: CancelPace;
  readonly table: CallTable<OutgoingCall> = new CallTable<OutgoingCall>();
  /** Large requests that wait for one of the eight places: not on the wire, with neither id nor name. */
  readonly #waiting = new Set<OutgoingCall>();
  readonly #methods: MethodNumbers;
  readonly #ids: CallIds;
  /** Calls that may be open: what the peer allows, 0 when the connection is gone. */
  #places: number;
  #openStreams = 0;

  /** The peer has ended a call. */
  hasAnswered = false;
  /** Those that are neither cancelled nor over. */
  readonly awaited: AwaitedCalls = new AwaitedCalls();
  /** A place has become free. */
  onRoom: () => void = () => {};

  constructor(
    output: FrameOutput,
    traffic: MessageTraffic,
    peer: PeerSettings,
    options: { firstId: number; maxMetadataBytes: number; clock: Clock },
  ) {
    this.#output = output;
    this.#sender = traffic.sender;
    this.#receiver = traffic.receiver;
    this.#peer = peer;
    this.#methods = new MethodNumbers(peer.maxMethods);
    this.#maxMetadataBytes = options.maxMetadataBytes;
    this.#clock = options.clock;
    this.#cancels = new CancelPace(output, options.clock);
    this.#ids = new CallIds(options.firstId);
    this.#places = peer.maxCalls;
  }

  /** Open calls that the peer allows. */
  get maxCalls(): number {
    return this.#peer.maxCalls;
  }

  /** How many calls were opened so far. */
  get opened(): number {
    return this.#ids.taken;
  }

  /** No call was ever opened, and none waits for a place. */
  get isUnused(): boolean {
    return this.#ids.taken === 0 && this.#waiting.size === 0;
  }

  /** The peer's limits leave room for another call of these kind bits. */
  hasRoom(kindFlags: number): boolean {
    if ((kindFlags & CallFlag.oneWay) !== 0) return this.#places > 0;
    const waiting = this.#waiting.size;
    if (this.table.size + waiting >= this.#places) return false;
    return (kindFlags & streamFlags) === 0 || this.#openStreams + waiting < this.#peer.maxStreams;
  }

  get maxMetadataBytes(): number {
    return Math.min(this.#maxMetadataBytes, this.#peer.maxMetadataBytes);
  }

  /**
   * Opens a call. `message` is left out for request streams. Throws what encoding throws, and RESOURCE_EXHAUSTED for what is beyond
   * the limits: then nothing was sent. False: it has to wait. A one-way call for the connection's window; any, if a getter of its
   * message has taken the last place or closed the connection.
   */
  open(call: OutgoingCall, message: Outgoing | undefined): boolean {
    const opened = this.#ids.taken;
    const bound = message === undefined ? 0 : message.bound();
    if (bound > this.#peer.fragmentBytes) return this.#openLarge(call, message as Outgoing, bound);
    const oneWay = (call.kindFlags & CallFlag.oneWay) !== 0;
    if (oneWay && !this.#sender.canSpend(bound + oneWayOverheadBytes)) return false;
    const arena = this.#output.arena;
    arena.reserve(headerBytes + bound + callTailBound(call));
    const { buffer } = arena;
    const start = arena.position + headerBytes;
    const end = message === undefined ? start : encodeInto(arena, start, message, bound);
    if (end - start > this.#sender.maxBytes) this.#sender.checkLength(end - start);
    if (call.isCancelled) return true;
    if ((this.#ids.taken !== opened || this.#places === 0) && !this.hasRoom(call.kindFlags)) return false;
    if (arena.buffer !== buffer) return this.#openEncoded(call, buffer.subarray(start, end));
    if (oneWay) this.#sender.spend(end - start + oneWayOverheadBytes);
    this.#finishFrame(call, start - headerBytes, end, call.kindFlags);
    return true;
  }

  /** A message that was encoded elsewhere and fits a frame. */
  #openEncoded(call: OutgoingCall, bytes: Buffer): boolean {
    if ((call.kindFlags & CallFlag.oneWay) !== 0 && !this.#spendOneWay(bytes.length)) return false;
    const arena = this.#output.arena;
    arena.reserve(headerBytes + bytes.length + callTailBound(call));
    const start = arena.position + headerBytes;
    this.#finishFrame(call, arena.position, start + bytes.copy(arena.buffer, start), call.kindFlags);
    return true;
  }

  /** False: the connection's window has no room for it yet. */
  #spendOneWay(bytes: number): boolean {
    if (!this.#sender.canSpend(bytes + oneWayOverheadBytes)) return false;
    this.#sender.spend(bytes + oneWayOverheadBytes);
    return true;
  }

  /** A message above a fragment, or one that might be: encoded into memory of its own to know. */
  #openLarge(call: OutgoingCall, message: Outgoing, bound: number): boolean {
    const bytes = encodeOwned(message, bound, this.#output.arena);
    this.#sender.checkLength(bytes.length);
    if (call.isCancelled) return true;
    if (!this.hasRoom(call.kindFlags)) return false;
    if (bytes.length <= this.#peer.fragmentBytes) {
      const isOpened = this.#openEncoded(call, bytes);
      this.#output.arena.giveMessageMemory(bytes);
      return isOpened;
    }
    const oneWay = (call.kindFlags & CallFlag.oneWay) !== 0;
    if (oneWay && !this.#spendOneWay(bytes.length)) return false;
    this.#waiting.add(call);
    this.awaited.add();
    const begin = (): void => {
      this.#waiting.delete(call);
      this.awaited.remove();
      // It may have waited for a place.
      call.openedAt = this.#clock.now();
      const arena = this.#output.arena;
      arena.reserve(headerBytes + 4 + callTailBound(call));
      const start = arena.position + headerBytes;
      arena.view.setUint32(start, bytes.length, true);
      this.#finishFrame(call, arena.position, start + 4, call.kindFlags | CallFlag.fragmented);
    };
    const wrote = (): void => {
      this.#close(call);
      call.written();
    };
    this.#sender.sendFragmented(call, bytes, begin, oneWay ? wrote : undefined);
    return true;
  }

  /** Deadline, name and metadata behind the message, the header in front: the call is open. */
  #finishFrame(call: OutgoingCall, at: number, messageEnd: number, kindFlags: number): void {
    const arena = this.#output.arena;
    const view = arena.view;
    const known = this.#methods.known(call.method);
    const number = known ?? this.#methods.bind(call.method);
    const flags = callTailFlags(call, known === undefined);
    const end = writeCallTail(arena, messageEnd, call, flags);
    const id = this.#ids.take(this.table);
    view.setUint32(at, end - at - headerBytes, true);
    view.setUint32(at + 4, headerWord(FrameKind.call, kindFlags | flags, number), true);
    view.setUint32(at + 8, id, true);
    arena.position = end;
    call.id = id;
    if ((kindFlags & (CallFlag.oneWay | CallFlag.fragmented)) === CallFlag.oneWay) {
      call.written();
    } else {
      // One-way calls too: their fragments need credit.
      call.isOpen = true;
      this.table.add(call);
      this.awaited.add();
      if ((kindFlags & streamFlags) !== 0) this.#openStreams += 1;
    }
    this.#output.scheduleFlushOfCall(this.awaited.count);
  }

  /** The caller gives up. The peer is told; the place stays taken until its end frame. */
  cancel(call: OutgoingCall, reason: number): void {
    if (call.isCancelled) return;
    call.isCancelled = true;
    if (call.isOpen) {
      this.awaited.remove();
      this.#receiver.discardReceiving(call);
      this.#cancels.send(call, reason);
    } else if (this.#waiting.delete(call)) {
      this.awaited.remove();
    }
    // Behind the cancel: its place among the eight is free for the peer when it has read that.
    this.#sender.abandonSending(call);
    // Nobody answers a one-way call, not even its cancel.
    if (call.isOpen && (call.kindFlags & CallFlag.oneWay) !== 0) this.#close(call);
  }

  /** The requests are complete. */
  finishRequests(call: OutgoingCall): void {
    this.#sender.whenSent(call, () => {
      if (call.isOpen && !call.isCancelled) this.#output.writeFrame(FrameKind.finish, 0, call.id);
    });
  }

  /** A frame of a call that is not in the table: late, or never opened? */
  isKnownId(id: number): boolean {
    return this.#ids.isKnown(id);
  }

  /** The end, well. False: the connection is ending. A body that cannot be read fails this call alone. */
  receiveResult(call: OutgoingCall, flags: number, buffer: Buffer, view: DataView, start: number, end: number): boolean {
    if (flags === EndFlag.message && end - start <= this.#receiver.maxBytes) {
      this.#close(call);
      if (!call.isCancelled) call.receiveResult(buffer, view, start, end, undefined);
      return true;
    }
    if (call.isCancelled && (flags & EndFlag.fragmented) === 0) return this.#close(call);
    return this.#receiveResultWithParts(call, { flags, buffer, view, start, end });
  }

  #receiveResultWithParts(call: OutgoingCall, frame: AnswerFrame): boolean {
    const { flags, buffer, view, start, end } = frame;
    const fragmented = (flags & EndFlag.fragmented) !== 0;
    const messageEnd = fragmented ? start + 4 : (flags & EndFlag.message) !== 0 ? documentEnd(view, start, end) : start;
    if (messageEnd === undefined || messageEnd > end) {
      return this.#failUnreadable(call, "the answer's length does not fit its frame");
    }
    const parts = this.#takeParts(call, frame, messageEnd);
    if (parts === undefined) return true;
    if (!fragmented) {
      this.#close(call);
      call.receiveResult(buffer, view, start, messageEnd, parts.trailers);
      return true;
    }
    const total = view.getUint32(start, true);
    if (total > this.#receiver.maxBytes) this.failForPeer(call, tooLarge(total, this.#receiver.maxBytes));
    return this.#receiver.announce(call, total, false, (whole, wholeView) => {
      this.#close(call);
      if (whole === undefined || wholeView === undefined || call.isCancelled) return;
      call.receiveResult(whole, wholeView, 0, whole.length, parts.trailers);
    });
  }

  /** The end, badly. A body that cannot be read makes it INTERNAL. */
  receiveFailure(call: OutgoingCall, flags: number, buffer: Buffer, view: DataView, start: number, end: number): boolean {
    if (call.isCancelled) return this.#close(call);
    const frame = { flags, buffer, view, start, end };
    let answer: ReturnType<typeof readFailureAnswer>;
    try {
      answer = readFailureAnswer(frame);
    } catch (cause) {
      return this.#failUnreadable(call, "the failure document cannot be decoded", cause);
    }
    const { error, fault } = answer;
    const parts = this.#takeParts(call, frame, answer.end);
    if (parts === undefined) return true;
    const refused = (flags & EndFlag.refused) !== 0;
    withFacts(error, { origin: "remote", executed: refused ? "no" : "yes", method: call.method.path });
    if (parts.trailers !== undefined) Object.assign(error, { metadata: parts.trailers });
    if (refused && error.code === "UNIMPLEMENTED") this.#methods.nameAgain(call.method);
    this.#close(call);
    call.receiveFailure(error, fault);
    return true;
  }

  #failUnreadable(call: OutgoingCall, message: string, cause?: unknown): true {
    if (call.isCancelled) return this.#close(call);
    this.#fail(call, unreadable(message, cause), false);
    return true;
  }

  receiveLeading(call: OutgoingCall, buffer: Buffer, view: DataView, start: number, end: number): void {
    call.hasLeading = true;
    if (call.isCancelled) return;
    try {
      call.receiveLeading(decodeMetadata(buffer, view, start, end, this.#maxMetadataBytes).metadata);
    } catch (error) {
      this.#fail(call, badAnswer(error), true);
    }
  }

  /** Leading metadata is handed on, trailers are answered. Undefined: they were bad and the call has failed. */
  #takeParts(call: OutgoingCall, frame: AnswerFrame, at: number): { trailers: Metadata | undefined } | undefined {
    try {
      const { leading, trailers } = readAnswerParts(frame, at, this.#maxMetadataBytes);
      if (leading !== undefined) {
        if (!call.isCancelled && !call.hasLeading) call.receiveLeading(leading);
        call.hasLeading = true;
      }
      return { trailers };
    } catch (error) {
      this.#fail(call, badAnswer(error), false);
      return undefined;
    }
  }

  /** Ends a call for its user because of what the peer sent. `tellPeer`: the peer believes it is still open. */
  #fail(call: OutgoingCall, error: RpcError, tellPeer: boolean): void {
    withFacts(error, { method: call.method.path, executed: "yes" });
    if (tellPeer) this.cancel(call, CancelReason.badAnswer);
    else this.#close(call);
    call.receiveFailure(error, undefined);
  }

  /** The peer has sent what cannot be used: the user is told, the peer too. */
  failForPeer(call: OutgoingCall, error: RpcError): void {
    if (!call.isCancelled) this.#fail(call, error, true);
  }

  /** No more frames can come for it. */
  #close(call: OutgoingCall): true {
    if (!this.table.delete(call)) return true;
    call.isOpen = false;
    if (call.flow !== undefined) {
      this.#receiver.forget(call);
      this.#sender.abandonSending(call);
    }
    if ((call.kindFlags & streamFlags) !== 0) this.#openStreams -= 1;
    if (call.isCancelled) this.#cancels.forget(call.id);
    else this.awaited.remove();
    this.onRoom();
    return true;
  }

  /** Ends what is due at `now`; answers with the earliest deadline left. */
  expire(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const call of [...this.#waiting, ...this.table.all()]) {
      if (call.isCancelled) continue;
      if (call.deadlineAt > now) next = Math.min(next, call.deadlineAt);
      else {
        this.cancel(call, CancelReason.deadline);
        call.expire();
      }
    }
    return next;
  }

  /** The peer accepts nothing above `lastAccepted`: those calls are safe to send elsewhere. */
  goingAway(lastAccepted: number, error: () => RpcError): void {
    this.#ids.endAt(lastAccepted);
    this.#failWaiting(error);
    for (const call of this.table.all()) if (this.#ids.isBeyondEnd(call.id)) this.#lose(call, error, "no");
  }

  /** Nothing of these has left. */
  #failWaiting(error: () => RpcError): void {
    const calls = [...this.#waiting];
    // All have left before the first is told: what one gives up is no other's to begin with.
    for (const call of calls) {
      this.#waiting.delete(call);
      this.awaited.remove();
      this.#sender.abandonSending(call);
    }
    for (const call of calls) this.#lose(call, error, "no");
  }

  /** An error of its own for each call that somebody waits for. */
  #lose(call: OutgoingCall, error: () => RpcError, executed: "no" | "maybe"): void {
    this.#close(call);
    if (!call.isCancelled) call.receiveFailure(withFacts(error(), { executed, method: call.method.path }), undefined);
  }

  /** The connection is gone. What is tried again must not come back here. */
  closeAll(error: () => RpcError): void {
    this.#places = 0;
    this.#cancels.stop();
    this.#failWaiting(error);
    for (const call of this.table.all()) {
      this.#lose(call, error, this.#ids.isBeyondEnd(call.id) || call.isRequestUnderWay ? "no" : "maybe");
    }
  }
}
