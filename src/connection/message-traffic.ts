/**
 * Messages of streams and messages in fragments, both ways: windows, fair interleaving, reassembly. PROTOCOL.md: "Messages and
 * fragments", "Credits". Small unary messages never come here: their call frames carry them whole and cost no credit.
 *
 * Sending: a call hands over one message at a time. It leaves at once when the windows allow, otherwise it is held (encoded) until
 * credit arrives; `canSend` tells whether to pull the next. Larger ones leave in fragments, the calls taking turns, at most eight
 * under way; further ones wait their turn. Fragments pause while the output is full, so small frames pass between them.
 *
 * Receiving: whole messages debit length + 64, of the stream and of the connection, until they are consumed. Fragments debit their
 * bytes of their call's window alone and get them back as they arrive, but for the last quarter window of a stream's message, which
 * comes back when it is consumed (the connection's window pays it with the announcement). So a message may be larger than the window; one that was announced can always be completed, so
 * streams that nobody reads do not hold the eight places; and no stream holds more than a message beyond its window.
 */

import { RpcError } from "../errors/rpc-error.ts";
import { FrameKind, headerBytes, headerWord, MessageFlag } from "../wire/frame.ts";
import type { Call, Flow, Outgoing } from "./call.ts";
import { type DeliverMessage, FragmentedMessage } from "./fragmented-message.ts";
import type { FrameOutput } from "./frame-output.ts";
import { type ConnectionSettings, maxFragmentedMessages, messageOverheadBytes } from "./limits.ts";
import { ReceiveWindow, SendWindow } from "./windows.ts";

/** An empty document. */
const leastDocumentBytes = 5;

/** What the peer told in its hello, as far as sending to it goes. */
export interface PeerSettings {
  readonly maxMessageBytes: number;
  readonly maxMetadataBytes: number;
  readonly maxCalls: number;
  readonly maxStreams: number;
  readonly maxMethods: number;
  readonly fragmentBytes: number;
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
}

export class MessageTraffic {
  readonly #output: FrameOutput;
  readonly #settings: ConnectionSettings;
  readonly #peer: PeerSettings;
  /** A rule of the protocol was broken by the peer: the connection ends. */
  readonly #violation: (message: string) => void;

  readonly #sendWindow: SendWindow;
  readonly #receiveWindow: ReceiveWindow;

  /** Calls whose message leaves in fragments, in turn; then those that wait for one of the eight places, not yet announced. */
  readonly #sending: Call[] = [];
  readonly #waiting: Call[] = [];
  #turn = 0;
  /** Calls that wait for the connection's window or for the output to drain. */
  #blocked = new Set<Call>();
  #fragmentedIncoming = 0;
  /** Bytes of messages that leave in fragments and have not left. */
  queuedBytes = 0;

  readonly maxSendBytes: number;
  readonly maxReceiveBytes: number;

  constructor(output: FrameOutput, settings: ConnectionSettings, peer: PeerSettings, violation: (message: string) => void) {
    this.#output = output;
    this.#settings = settings;
    this.#peer = peer;
    this.#violation = violation;
    this.#sendWindow = new SendWindow(peer.connectionWindowBytes);
    this.#receiveWindow = new ReceiveWindow(settings.connectionWindowBytes);
    this.maxReceiveBytes = settings.limits.maxMessageBytes;
    this.maxSendBytes = Math.min(settings.limits.maxMessageBytes, peer.maxMessageBytes);
  }

  // ---------------------------------------------------------------- sending

  flowOf(call: Call): Flow {
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

  /** Whether another message may be handed over: the last one has left and there is window for more. */
  canSend(call: Call): boolean {
    const flow = this.flowOf(call);
    if (flow.held !== undefined || flow.outgoing !== undefined || flow.send.available <= 0) return false;
    if (this.#sendWindow.available > 0 && !this.#output.isFull) return true;
    this.#blocked.add(call);
    return false;
  }

  /** Takes one stream message. Throws what encoding throws, and RESOURCE_EXHAUSTED for one beyond the limits; then nothing was sent. */
  sendMessage(call: Call, message: Outgoing): void {
    const flow = this.flowOf(call);
    const bound = message.bound();
    const cost = bound + messageOverheadBytes;
    if (bound <= this.#peer.fragmentBytes && cost <= flow.send.available && cost <= this.#sendWindow.available) {
      this.#writeMessage(call, flow, message, bound);
      return;
    }
    const bytes = encodeOwned(message, bound);
    this.checkLength(bytes.length);
    flow.held = bytes;
    this.#sendHeld(call, flow);
  }

  /** Runs `then` when everything handed over has been written: the end of a stream must not overtake its messages. */
  whenSent(call: Call, then: () => void): void {
    const flow = call.flow;
    if (flow === undefined || (flow.held === undefined && flow.outgoing === undefined)) then();
    else flow.afterSent = then;
  }

  /**
   * Sends a large message in fragments.
   * @param begin writes the frame that announces it, once one of the eight places is free
   * @param then runs when the last fragment was written
   */
  sendFragmented(call: Call, bytes: Buffer, begin: () => void, then?: () => void): void {
    const flow = this.flowOf(call);
    flow.outgoing = { bytes, sent: 0, begin };
    this.queuedBytes += bytes.length;
    flow.afterSent = then;
    if (this.#sending.length < maxFragmentedMessages) {
      this.#sending.push(call);
      begin();
      this.#sendTurns();
    } else {
      this.#waiting.push(call);
    }
  }

  checkLength(length: number): void {
    if (length <= this.maxSendBytes) return;
    const whose = this.maxSendBytes === this.#settings.limits.maxMessageBytes ? "" : "the peer's ";
    throw new RpcError({
      code: "RESOURCE_EXHAUSTED",
      message: `message of ${length.toLocaleString("en")} bytes exceeds ${whose}maxMessageBytes ${this.maxSendBytes.toLocaleString("en")}`,
    });
  }

  #writeMessage(call: Call, flow: Flow, message: Outgoing, bound: number): void {
    const arena = this.#output.arena;
    arena.reserve(headerBytes + bound);
    const at = arena.position;
    const view = arena.view;
    const end = message.write(arena.buffer, view, at + headerBytes);
    const length = end - at - headerBytes;
    this.checkLength(length);
    view.setUint32(at, length, true);
    view.setUint32(at + 4, FrameKind.message, true);
    view.setUint32(at + 8, call.id, true);
    arena.position = end;
    flow.send.take(length + messageOverheadBytes);
    this.#sendWindow.take(length + messageOverheadBytes);
    this.#output.scheduleFlush();
  }

  /** Sends the held message, whole or as fragments, if the windows allow. */
  #sendHeld(call: Call, flow: Flow): void {
    const bytes = flow.held;
    if (bytes === undefined) return;
    const cost = bytes.length + messageOverheadBytes;
    const whole = bytes.length <= this.#peer.fragmentBytes && flow.send.canEverTake(cost) && this.#sendWindow.canEverTake(cost);
    // What is announced must be sure to get through without the consumer's help: it holds one of the eight places.
    if (flow.send.available < cost && (whole || !flow.send.isNearlyFull)) return;
    const connectionDebit = whole ? cost : messageOverheadBytes + keptOf(bytes.length, flow.send, this.#sendWindow);
    if (this.#sendWindow.available < connectionDebit) {
      this.#blocked.add(call);
      return;
    }
    flow.held = undefined;
    flow.send.take(whole ? cost : messageOverheadBytes);
    this.#sendWindow.take(connectionDebit);
    if (whole) {
      this.#output.writeFrame(FrameKind.message, 0, call.id, bytes);
      this.#sent(call, flow);
      return;
    }
    const begin = () => this.#output.writeWord(headerWord(FrameKind.message, MessageFlag.fragmented, 0), call.id, bytes.length);
    this.sendFragmented(call, bytes, begin, flow.afterSent);
  }

  /** Everything handed over is gone: what was to follow follows, or the call may send more. */
  #sent(call: Call, flow: Flow): void {
    const then = flow.afterSent;
    if (then === undefined) {
      if (this.canSend(call)) call.sendReady();
      return;
    }
    flow.afterSent = undefined;
    then();
  }

  /** Lets the fragmented messages take turns, one fragment each, while their windows and the output allow. */
  #sendTurns(): void {
    let stalled = 0;
    while (this.#sending.length > 0 && stalled < this.#sending.length && !this.#output.isFull) {
      if (this.#turn >= this.#sending.length) this.#turn = 0;
      const call = this.#sending[this.#turn] as Call;
      const flow = call.flow as Flow;
      const outgoing = flow.outgoing;
      if (outgoing === undefined) {
        this.#leaveTurns(call);
        continue;
      }
      const left = outgoing.bytes.length - outgoing.sent;
      const size = Math.min(left, this.#peer.fragmentBytes, flow.send.available);
      if (size <= 0) {
        stalled += 1;
        this.#turn += 1;
        continue;
      }
      stalled = 0;
      this.#writeFragment(call.id, outgoing.bytes.subarray(outgoing.sent, outgoing.sent + size));
      outgoing.sent += size;
      this.queuedBytes -= size;
      flow.send.take(size);
      if (size === left) {
        flow.outgoing = undefined;
        this.#leaveTurns(call);
        this.#sent(call, flow);
      } else {
        this.#turn += 1;
      }
    }
  }

  #writeFragment(callId: number, bytes: Buffer): void {
    const arena = this.#output.arena;
    arena.reserve(headerBytes);
    const at = arena.position;
    arena.view.setUint32(at, bytes.length, true);
    arena.view.setUint32(at + 4, headerWord(FrameKind.fragment, 0, 0), true);
    arena.view.setUint32(at + 8, callId, true);
    arena.position = at + headerBytes;
    arena.appendOwned(bytes);
    this.#output.scheduleFlush();
  }

  #leaveTurns(call: Call): void {
    const at = this.#sending.indexOf(call);
    if (at < 0) {
      const queued = this.#waiting.indexOf(call);
      if (queued >= 0) this.#waiting.splice(queued, 1);
      return;
    }
    this.#sending.splice(at, 1);
    if (at < this.#turn) this.#turn -= 1;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#sending.push(next);
    next.flow?.outgoing?.begin();
  }

  /** The output has drained, or the connection was granted more. */
  resume(): void {
    if (this.#sending.length > 0) this.#sendTurns();
    if (this.#blocked.size === 0) return;
    const blocked = this.#blocked;
    this.#blocked = new Set();
    for (const call of blocked) this.#resumeCall(call);
  }

  #resumeCall(call: Call): void {
    const flow = call.flow;
    if (!call.isOpen || flow === undefined) return;
    if (flow.held !== undefined) this.#sendHeld(call, flow);
    else if (flow.outgoing !== undefined) this.#sendTurns();
    else if (this.canSend(call)) call.sendReady();
  }

  /** Too little to be worth a frame: what floods are made of. Larger grants overflow the window before they are many. */
  isSmallGrant(call: Call | undefined, bytes: number): boolean {
    const window = call === undefined ? this.#sendWindow : this.flowOf(call).send;
    return bytes * 4 < window.initial;
  }

  /** Credit arrived; `call` is undefined for the connection's. False: the connection is ending. */
  receiveCredit(call: Call | undefined, bytes: number): boolean {
    const window = call === undefined ? this.#sendWindow : this.flowOf(call).send;
    if (!window.grant(bytes)) {
      this.#violation("credit overflows the window");
      return false;
    }
    if (call === undefined) this.resume();
    else this.#resumeCall(call);
    return true;
  }

  /** Nothing more is sent for this call: cancelled, failed or over. */
  abandonSending(call: Call): void {
    const flow = call.flow;
    if (flow === undefined) return;
    flow.held = undefined;
    flow.afterSent = undefined;
    if (flow.outgoing !== undefined) {
      this.queuedBytes -= flow.outgoing.bytes.length - flow.outgoing.sent;
      flow.outgoing = undefined;
      this.#leaveTurns(call);
      this.resume();
    }
    this.#blocked.delete(call);
  }

  // ---------------------------------------------------------------- receiving

  /** A whole stream message. False: the connection is ending. */
  receiveMessage(call: Call | undefined, buffer: Buffer, view: DataView, start: number, end: number): boolean {
    const cost = end - start + messageOverheadBytes;
    if (!this.#receiveWindow.take(cost)) return this.#overrun("the connection's window");
    if (call === undefined) {
      this.#releaseConnection(cost);
      return true;
    }
    const flow = this.flowOf(call);
    if (!flow.receive.take(cost)) return this.#overrun(`the window of call ${call.id}`);
    if (flow.incoming !== undefined) {
      this.#violation(`message inside the fragmented message of call ${call.id}`);
      return false;
    }
    if (flow.discarding) {
      this.#releaseConnection(cost);
      this.#releaseStream(call, flow, cost);
      return true;
    }
    flow.unconsumed += cost;
    call.receiveMessage(buffer, view, start, end, cost, false);
    return true;
  }

  /**
   * A message was announced that follows in fragments. False: the connection is ending.
   * @param streamed a stream's, which debits the overhead; `deliver` gets it whole
   */
  announce(call: Call, total: number, streamed: boolean, deliver: DeliverMessage): boolean {
    const flow = this.flowOf(call);
    if (flow.incoming !== undefined) {
      this.#violation(`second fragmented message inside one of call ${call.id}`);
      return false;
    }
    if (total < leastDocumentBytes) {
      this.#violation(`message of ${total} bytes announced for call ${call.id}`);
      return false;
    }
    if (!flow.discarding && this.#fragmentedIncoming >= maxFragmentedMessages) {
      this.#violation(`more than ${maxFragmentedMessages} fragmented messages under way`);
      return false;
    }
    let kept = 0;
    if (streamed) {
      kept = keptOf(total, flow.receive, this.#receiveWindow);
      const cost = messageOverheadBytes + kept;
      if (!this.#receiveWindow.take(cost)) return this.#overrun("the connection's window");
      if (!flow.receive.take(messageOverheadBytes)) return this.#overrun(`the window of call ${call.id}`);
      if (flow.discarding) {
        this.#releaseConnection(cost);
        this.#releaseStream(call, flow, messageOverheadBytes);
      } else {
        flow.unconsumed += cost;
      }
    }
    flow.incoming = new FragmentedMessage(total, kept, deliver);
    if (flow.discarding) flow.incoming.discard();
    else this.#fragmentedIncoming += 1;
    return true;
  }

  /** A stream's announced message; `call.receiveMessage` gets it whole. Undefined: the call is over, its credit goes back. */
  announceMessage(call: Call | undefined, total: number): boolean {
    if (call === undefined) {
      const cost =
        messageOverheadBytes + Math.min(total, this.#settings.streamWindowBytes >>> 2, this.#receiveWindow.initial >>> 2);
      if (!this.#receiveWindow.take(cost)) return this.#overrun("the connection's window");
      this.#releaseConnection(cost);
      return true;
    }
    return this.announce(call, total, true, (buffer, view) => {
      if (buffer === undefined || view === undefined) return;
      const cost = messageOverheadBytes + keptOf(total, this.flowOf(call).receive, this.#receiveWindow);
      call.receiveMessage(buffer, view, 0, buffer.length, cost, true);
    });
  }

  /** Fragments of calls that are over are not this class's affair: they debited nothing that is still there. */
  receiveFragment(call: Call, buffer: Buffer, start: number, end: number): boolean {
    const flow = this.flowOf(call);
    const incoming = flow.incoming;
    if (incoming === undefined) {
      this.#violation(`fragment for call ${call.id}, which has announced none`);
      return false;
    }
    if (!flow.receive.take(end - start)) return this.#overrun(`the window of call ${call.id}`);
    const before = incoming.returnable;
    if (!incoming.append(buffer, start, end)) {
      this.#violation(`fragments of call ${call.id} exceed the announced ${incoming.total} bytes`);
      return false;
    }
    if (incoming.isComplete) {
      this.#endIncoming(flow);
      incoming.finish();
    }
    this.#releaseStream(call, flow, incoming.returnable - before);
    return true;
  }

  get isReceivingFragments(): boolean {
    return this.#fragmentedIncoming > 0;
  }

  /** An announced message of this call is incomplete, and window is there for more of it. */
  isOwedFragments({ flow }: Call): boolean {
    return flow?.incoming !== undefined && !flow.incoming.discarding && !flow.receive.isExhausted;
  }

  /** The consumer has taken a message whose `receiveMessage` told this cost. */
  release(call: Call, cost: number): void {
    const flow = call.flow;
    // What a call that is over or given up had waiting went back when it ended.
    if (flow === undefined || flow.discarding) return;
    flow.unconsumed -= cost;
    this.#releaseConnection(cost);
    this.#releaseStream(call, flow, cost);
  }

  /** This side has given up on the call, while its frames may still come: they are counted and dropped. */
  discardReceiving(call: Call): void {
    const flow = this.flowOf(call);
    if (flow.discarding) return;
    flow.discarding = true;
    if (flow.unconsumed > 0) this.#releaseConnection(flow.unconsumed);
    flow.unconsumed = 0;
    const { incoming } = flow;
    if (incoming === undefined) return;
    const before = incoming.returnable;
    incoming.discard();
    this.#fragmentedIncoming -= 1;
    this.#releaseStream(call, flow, incoming.returnable - before);
  }

  /** The call's frames can no longer come: an unfinished message is forgotten, and nothing of it waits any more. */
  forget(call: Call): void {
    if (call.flow === undefined) return;
    this.discardReceiving(call);
    call.flow.incoming = undefined;
  }

  #endIncoming(flow: Flow): void {
    if (flow.incoming?.discarding === false) this.#fragmentedIncoming -= 1;
    flow.incoming = undefined;
  }

  /** One-way calls debit the connection's window alone. */
  takeConnection(bytes: number): boolean {
    return this.#receiveWindow.take(bytes) || this.#overrun("the connection's window");
  }

  releaseConnection(bytes: number): void {
    this.#releaseConnection(bytes);
  }

  /** For one-way calls: is there window? Throws RESOURCE_EXHAUSTED when there can never be so much. */
  canSpend(bytes: number): boolean {
    if (this.#sendWindow.available >= bytes) return true;
    if (this.#sendWindow.canEverTake(bytes)) return false;
    throw new RpcError({
      code: "RESOURCE_EXHAUSTED",
      message: `one-way message of ${bytes.toLocaleString("en")} bytes is too large for the connection's window of ${this.#sendWindow.initial.toLocaleString("en")}`,
    });
  }

  spend(bytes: number): void {
    this.#sendWindow.take(bytes);
  }

  #releaseConnection(bytes: number): void {
    const grant = this.#receiveWindow.release(bytes);
    if (grant > 0) this.#output.writeWord(FrameKind.credit, 0, grant);
  }

  #releaseStream(call: Call, flow: Flow, bytes: number): void {
    if (bytes === 0 || !call.isOpen) return;
    const grant = flow.receive.release(bytes);
    if (grant > 0) this.#output.writeWord(FrameKind.credit, call.id, grant);
  }

  #overrun(which: string): boolean {
    this.#violation(`the peer sent beyond ${which}`);
    return false;
  }
}

/** How much of a fragmented stream message is granted again only when it was consumed; both ends compute it. */
function keptOf(total: number, stream: { readonly initial: number }, connection: { readonly initial: number }): number {
  return Math.min(total, stream.initial >>> 2, connection.initial >>> 2);
}

/** Encodes into memory of its own: for messages that wait or leave in fragments. */
export function encodeOwned(message: Outgoing, bound: number): Buffer {
  const buffer = Buffer.allocUnsafeSlow(bound);
  const end = message.write(buffer, new DataView(buffer.buffer, buffer.byteOffset, bound), 0);
  return buffer.subarray(0, end);
}
