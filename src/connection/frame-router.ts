/**
 * What each frame does on an open connection: the table "State and frame" of PROTOCOL.md, as code.
 *
 * Finds the call, checks size and direction, counts what has a budget, and hands on. It owns nothing. Every method answers whether the
 * connection goes on; `violation` ends it.
 */

import { CallFlag, EndFlag, FrameKind, firstOptionalKind, MessageFlag } from "../wire/frame.ts";
import type { FrameSink } from "../wire/frame-reader.ts";
import { tooLarge } from "./answer-frame.ts";
import type { FrameBudgets } from "./budgets.ts";
import type { Call } from "./call.ts";
import type { IncomingCalls } from "./incoming-calls.ts";
import type { MessageReceiver } from "./message-receiver.ts";
import type { MessageSender } from "./message-sender.ts";
import type { MessageTraffic } from "./message-traffic.ts";
import type { OutgoingCalls } from "./outgoing-calls.ts";

/** What the connection does itself. */
export interface RouterOwner {
  /** False once it is ending. */
  goesOn(): boolean;
  violation(message: string): void;
  receivePing(payload: Buffer): boolean;
  receivePong(): void;
  receiveGoingAway(buffer: Buffer, view: DataView, start: number, end: number): void;
  receiveClose(buffer: Buffer, view: DataView, start: number, end: number): boolean;
}

const knownResultFlags = EndFlag.message | EndFlag.fragmented | EndFlag.leading | EndFlag.trailers;
const knownFailureFlags = EndFlag.refused | EndFlag.fault | EndFlag.leading | EndFlag.trailers;

export class FrameRouter implements Omit<FrameSink, "refuseLength"> {
  readonly #outgoing: OutgoingCalls;
  readonly #incoming: IncomingCalls;
  readonly #sender: MessageSender;
  readonly #receiver: MessageReceiver;
  readonly #budgets: FrameBudgets;
  readonly #owner: RouterOwner;
  /** The parity of ids that the peer hands out. */
  readonly #peerParity: number;

  constructor(
    parts: { outgoing: OutgoingCalls; incoming: IncomingCalls; traffic: MessageTraffic; budgets: FrameBudgets },
    owner: RouterOwner,
    peerParity: 0 | 1,
  ) {
    this.#outgoing = parts.outgoing;
    this.#incoming = parts.incoming;
    this.#sender = parts.traffic.sender;
    this.#receiver = parts.traffic.receiver;
    this.#budgets = parts.budgets;
    this.#owner = owner;
    this.#peerParity = peerParity;
  }

  receiveFrame(word: number, callId: number, buffer: Buffer, view: DataView, start: number, end: number): boolean {
    const kind = word & 0xff;
    const flags = (word >>> 8) & 0xff;
    switch (kind) {
      case FrameKind.call:
        if ((callId & 1) !== this.#peerParity || callId === 0)
          return this.#violate(`call id ${callId} is not the peer's to give`);
        return this.#incoming.receiveCall(word, callId, buffer, view, start, end) && this.#owner.goesOn();
      case FrameKind.result: {
        const call = this.#outgoing.table.get(callId);
        if (call === undefined) return this.#ignoreLateAnswer(callId);
        if ((flags & ~knownResultFlags) !== 0) return this.#violate(`unknown flags 0x${flags.toString(16)} of a result`);
        this.#outgoing.hasAnswered = true;
        return this.#outgoing.receiveResult(call, flags, buffer, view, start, end) && this.#owner.goesOn();
      }
      case FrameKind.failure: {
        const call = this.#outgoing.table.get(callId);
        if (call === undefined) return this.#ignoreLateAnswer(callId);
        if ((flags & ~knownFailureFlags) !== 0) return this.#violate(`unknown flags 0x${flags.toString(16)} of a failure`);
        this.#outgoing.hasAnswered = true;
        return this.#outgoing.receiveFailure(call, flags, buffer, view, start, end) && this.#owner.goesOn();
      }
      case FrameKind.message:
        return this.#receiveMessage(callId, flags, buffer, view, start, end) && this.#owner.goesOn();
      default:
        return this.#receiveControl(kind, callId, buffer, view, start, end) && this.#owner.goesOn();
    }
  }

  /** Part of a fragment; of a call that is over it is dropped, and has debited nothing that is still there. */
  receiveFragment(callId: number, buffer: Buffer, start: number, end: number): boolean {
    const call = this.#callOf(callId);
    if (call === undefined) return this.#isKnownId(callId) || this.#refuseUnopened(callId);
    return this.#receiver.receiveFragment(call, buffer, start, end) && this.#owner.goesOn();
  }

  #receiveMessage(callId: number, flags: number, buffer: Buffer, view: DataView, start: number, end: number): boolean {
    if ((flags & ~MessageFlag.fragmented) !== 0) return this.#violate(`unknown flags 0x${flags.toString(16)} of a message`);
    const isFragmented = flags !== 0;
    if (isFragmented && end - start !== 4) return this.#malformed(FrameKind.message);
    const length = isFragmented ? view.getUint32(start, true) : end - start;
    const call = this.#callFor(callId, length);
    if (call === undefined && !this.#isKnownId(callId)) return this.#refuseUnopened(callId);
    if (isFragmented) return this.#receiver.announceMessage(call, length);
    return this.#receiver.receiveMessage(call, buffer, view, start, end);
  }

  /** The call that a message is for; what it may not be sent has failed it by then, and the message is dropped. */
  #callFor(callId: number, length: number): Call | undefined {
    const isTooLarge = length > this.#receiver.maxBytes;
    if ((callId & 1) === this.#peerParity) {
      const call = this.#incoming.table.get(callId);
      if (call === undefined) return undefined;
      if (this.#incoming.takesRequests(call) && isTooLarge) {
        this.#incoming.refuseMessage(call, tooLarge(length, this.#receiver.maxBytes));
      }
      return call;
    }
    const call = this.#outgoing.table.get(callId);
    if (call !== undefined && isTooLarge) this.#outgoing.failForPeer(call, tooLarge(length, this.#receiver.maxBytes));
    return call;
  }

  #receiveControl(kind: number, callId: number, buffer: Buffer, view: DataView, start: number, end: number): boolean {
    const length = end - start;
    switch (kind) {
      case FrameKind.finish: {
        if (length !== 0) return this.#malformed(kind);
        const call = this.#incoming.table.get(callId);
        if (call === undefined) return this.#ignoreLateRequest(callId);
        this.#incoming.receiveFinish(call);
        return true;
      }
      case FrameKind.accept: {
        if (length !== 0) return this.#malformed(kind);
        const call = this.#outgoing.table.get(callId);
        if (call === undefined) return this.#ignoreLateAnswer(callId);
        if (call.isAccepted || (call.kindFlags & CallFlag.requestStream) === 0) return this.#budgets.countControlFrame();
        call.isAccepted = true;
        if (!call.isCancelled) call.receiveAccept();
        return true;
      }
      case FrameKind.leading: {
        const call = this.#outgoing.table.get(callId);
        if (call === undefined) return this.#ignoreLateAnswer(callId);
        if (call.hasLeading) return this.#budgets.countControlFrame();
        this.#outgoing.receiveLeading(call, buffer, view, start, end);
        return true;
      }
      case FrameKind.cancel: {
        if (length !== 4) return this.#malformed(kind);
        const call = this.#incoming.table.get(callId);
        const reason = view.getUint32(start, true);
        // It may cross the call's end, and an id that was never used harms nobody.
        if (call === undefined) return this.#budgets.countLateCancel(reason, this.#incoming.started);
        return this.#incoming.receiveCancel(call, reason);
      }
      case FrameKind.credit:
        return length === 4 ? this.#receiveCredit(callId, view.getUint32(start, true)) : this.#malformed(kind);
      case FrameKind.ping:
        if (length !== 8) return this.#malformed(kind);
        return this.#budgets.countControlFrame() && this.#owner.receivePing(buffer.subarray(start, end));
      case FrameKind.pong:
        if (length !== 8) return this.#malformed(kind);
        this.#owner.receivePong();
        return this.#budgets.countControlFrame();
      case FrameKind.goingAway:
        if (length < 4) return this.#malformed(kind);
        this.#owner.receiveGoingAway(buffer, view, start, end);
        return this.#budgets.countControlFrame();
      case FrameKind.close:
        return this.#owner.receiveClose(buffer, view, start, end);
      case FrameKind.hello:
      case FrameKind.auth:
        return this.#violate("a second handshake");
      case FrameKind.fragment:
        return this.#violate("an empty fragment");
      default:
        if (kind >= firstOptionalKind) return this.#budgets.countControlFrame();
        return this.#violate(`unknown frame kind ${kind}`);
    }
  }

  #receiveCredit(callId: number, bytes: number): boolean {
    let call: Call | undefined;
    if (callId !== 0) {
      call = this.#callOf(callId);
      if (call === undefined) return this.#ignoreLate(callId);
    }
    if (this.#sender.isSmallGrant(call, bytes) && !this.#budgets.countControlFrame()) return false;
    if (!this.#sender.receiveCredit(call, bytes)) return false;
    if (callId === 0) this.#outgoing.onRoom();
    return true;
  }

  // ---------------------------------------------------------------- calls that are not there

  #callOf(id: number): Call | undefined {
    return (id & 1) === this.#peerParity ? this.#incoming.table.get(id) : this.#outgoing.table.get(id);
  }

  #isKnownId(id: number): boolean {
    if (id === 0) return false;
    return (id & 1) === this.#peerParity ? this.#incoming.isKnownId(id) : this.#outgoing.isKnownId(id);
  }

  /** What a caller sends, for a call of its own that is over. */
  #ignoreLateRequest(id: number): boolean {
    return (id & 1) === this.#peerParity ? this.#ignoreLate(id) : this.#refuseUnopened(id);
  }

  /** What a callee sends, for a call of ours that is over. */
  #ignoreLateAnswer(id: number): boolean {
    return (id & 1) === this.#peerParity ? this.#refuseUnopened(id) : this.#ignoreLate(id);
  }

  #ignoreLate(id: number): boolean {
    return this.#isKnownId(id) ? this.#budgets.countControlFrame() : this.#refuseUnopened(id);
  }

  #refuseUnopened(id: number): false {
    return this.#violate(`frame for call ${id}, which was never opened`);
  }

  #malformed(kind: number): false {
    return this.#violate(`malformed frame of kind ${kind}`);
  }

  #violate(message: string): false {
    this.#owner.violation(message);
    return false;
  }
}
