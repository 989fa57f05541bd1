/**
 * Sends messages of streams and messages in fragments. PROTOCOL.md: "Messages and fragments", "Credits". Small unary messages never
 * come here: their call frames carry them whole and cost no credit.
 *
 * A call hands over one message at a time. It leaves at once when the windows allow, otherwise it is held (encoded) until credit
 * arrives; `canSend` tells whether to pull the next. Larger ones leave in fragments, the calls taking turns, at most eight under way;
 * further ones wait their turn. Fragments pause while the output is full, so small frames pass between them.
 */

import { RpcError } from "../errors/rpc-error.ts";
import { FrameKind, headerBytes, headerWord, MessageFlag } from "../wire/frame.ts";
import { type Call, encodeInto, encodeOwned, type Flow, type Outgoing } from "./call.ts";
import { type Flows, keptOf } from "./flows.ts";
import type { FrameOutput } from "./frame-output.ts";
import { type ConnectionSettings, maxFragmentedMessages, messageOverheadBytes } from "./limits.ts";
import type { PeerSettings } from "./peer-settings.ts";
import type { SendWindow } from "./windows.ts";

export class MessageSender {
  readonly #output: FrameOutput;
  readonly #settings: ConnectionSettings;
  readonly #peer: PeerSettings;
  readonly #flows: Flows;
  /** A rule of the protocol was broken by the peer: the connection ends. */
  readonly #violation: (message: string) => void;
  /** The connection's window. */
  readonly #window: SendWindow;

  /** Calls whose message leaves in fragments, in turn; then those that wait for one of the eight places, not yet announced. */
  readonly #sending: Call[] = [];
  readonly #waiting: Call[] = [];
  #turn = 0;
  /** Calls that wait for the connection's window or for the output to drain. */
  #blocked = new Set<Call>();
  /** Bytes of messages that leave in fragments and have not left. */
  queuedBytes = 0;
  readonly maxBytes: number;

  constructor(
    output: FrameOutput,
    flows: Flows,
    options: { settings: ConnectionSettings; peer: PeerSettings; violation: (message: string) => void; window: SendWindow },
  ) {
    this.#output = output;
    this.#flows = flows;
    this.#settings = options.settings;
    this.#peer = options.peer;
    this.#violation = options.violation;
    this.#window = options.window;
    this.maxBytes = Math.min(options.settings.limits.maxMessageBytes, options.peer.maxMessageBytes);
  }

  /** Nothing waits to be sent. */
  get isQuiet(): boolean {
    return this.#sending.length === 0 && this.#waiting.length === 0 && this.#blocked.size === 0;
  }

  /** Whether another message may be handed over: the last one has left and there is window for more. */
  canSend(call: Call): boolean {
    const flow = this.#flows.of(call);
    if (flow.held !== undefined || flow.outgoing !== undefined || flow.send.available <= 0) return false;
    if (this.#window.available > 0 && !this.#output.isFull) return true;
    this.#blocked.add(call);
    return false;
  }

  /** Takes one stream message. Throws what encoding throws, and RESOURCE_EXHAUSTED for one beyond the limits; then nothing was sent. */
  sendMessage(call: Call, message: Outgoing): void {
    const flow = this.#flows.of(call);
    const bound = message.bound();
    const cost = bound + messageOverheadBytes;
    if (bound <= this.#peer.fragmentBytes && cost <= flow.send.available && cost <= this.#window.available) {
      this.#writeMessage(call, flow, message, bound);
      return;
    }
    const bytes = encodeOwned(message, bound, this.#output.arena);
    this.checkLength(bytes.length);
    this.#sendEncoded(call, flow, bytes);
  }

  #sendEncoded(call: Call, flow: Flow, bytes: Buffer): void {
    // A getter of the message has ended its call.
    if (!call.isOpen || flow.discarding) return;
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
    const flow = this.#flows.of(call);
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
    if (length <= this.maxBytes) return;
    const whose = this.maxBytes === this.#settings.limits.maxMessageBytes ? "" : "the peer's ";
    throw new RpcError({
      code: "RESOURCE_EXHAUSTED",
      message: `message of ${length.toLocaleString("en")} bytes exceeds ${whose}maxMessageBytes ${this.maxBytes.toLocaleString("en")}`,
    });
  }

  #writeMessage(call: Call, flow: Flow, message: Outgoing, bound: number): void {
    const arena = this.#output.arena;
    arena.reserve(headerBytes + bound);
    const { buffer, position: at, view } = arena;
    const end = encodeInto(arena, at + headerBytes, message, bound);
    const length = end - at - headerBytes;
    this.checkLength(length);
    if (arena.buffer !== buffer) return this.#sendEncoded(call, flow, Buffer.from(buffer.subarray(at + headerBytes, end)));
    view.setUint32(at, length, true);
    view.setUint32(at + 4, FrameKind.message, true);
    view.setUint32(at + 8, call.id, true);
    arena.position = end;
    flow.send.take(length + messageOverheadBytes);
    this.#window.take(length + messageOverheadBytes);
    this.#output.scheduleFlush();
  }

  /** Sends the held message, whole or as fragments, if the windows allow. */
  #sendHeld(call: Call, flow: Flow): void {
    const bytes = flow.held;
    if (bytes === undefined) return;
    const cost = bytes.length + messageOverheadBytes;
    const whole = bytes.length <= this.#peer.fragmentBytes && flow.send.canEverTake(cost) && this.#window.canEverTake(cost);
    // What is announced must be sure to get through without the consumer's help: it holds one of the eight places.
    if (flow.send.available < cost && (whole || !flow.send.isNearlyFull)) return;
    const connectionDebit = whole ? cost : messageOverheadBytes + keptOf(bytes.length, flow.send, this.#window);
    if (this.#window.available < connectionDebit) {
      this.#blocked.add(call);
      return;
    }
    flow.held = undefined;
    flow.send.take(whole ? cost : messageOverheadBytes);
    this.#window.take(connectionDebit);
    if (whole) {
      this.#output.writeFrame(FrameKind.message, 0, call.id, bytes);
      this.#output.arena.giveMessageMemory(bytes);
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
        this.#output.arena.retire(outgoing.bytes);
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

  /** True when it had one of the eight places, which the next has by now. */
  #leaveTurns(call: Call): boolean {
    const at = this.#sending.indexOf(call);
    if (at < 0) {
      const queued = this.#waiting.indexOf(call);
      if (queued >= 0) this.#waiting.splice(queued, 1);
      return false;
    }
    this.#sending.splice(at, 1);
    if (at < this.#turn) this.#turn -= 1;
    const next = this.#waiting.shift();
    if (next !== undefined) {
      this.#sending.push(next);
      next.flow?.outgoing?.begin();
    }
    return true;
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
    const window = call === undefined ? this.#window : this.#flows.of(call).send;
    return bytes * 4 < window.initial;
  }

  /** Credit arrived; `call` is undefined for the connection's. False: the connection is ending. */
  receiveCredit(call: Call | undefined, bytes: number): boolean {
    const window = call === undefined ? this.#window : this.#flows.of(call).send;
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
      // Whoever has only waited for a place gives none up.
      if (this.#leaveTurns(call)) this.resume();
    }
    this.#blocked.delete(call);
  }

  /** For one-way calls: is there window? Throws RESOURCE_EXHAUSTED for more than is ever certain to be there. */
  canSpend(bytes: number): boolean {
    if (this.#window.canEverTake(bytes)) return this.#window.available >= bytes;
    throw new RpcError({
      code: "RESOURCE_EXHAUSTED",
      message: `one-way message of ${bytes.toLocaleString("en")} bytes is too large for the connection's window of ${this.#window.initial.toLocaleString("en")}`,
    });
  }

  spend(bytes: number): void {
    this.#window.take(bytes);
  }
}
