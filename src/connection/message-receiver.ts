/**
 * Receives messages of streams and messages in fragments. PROTOCOL.md: "Messages and fragments", "Credits".
 *
 * Whole messages debit length + 64, of the stream and of the connection, until they are consumed. Fragments debit their bytes of their
 * call's window alone and get them back as they arrive, but for the last quarter window of a stream's message, which comes back when
 * it is consumed (the connection's window pays it with the announcement). So a message may be larger than the window; one that was
 * announced can always be completed, so streams that nobody reads do not hold the eight places; and no stream holds more than a
 * message beyond its window.
 */

import type { Call, Flow } from "./call.ts";
import { type Flows, keptOf } from "./flows.ts";
import { type DeliverMessage, FragmentedMessage } from "./fragmented-message.ts";
import type { FrameOutput } from "./frame-output.ts";
import { type ConnectionSettings, maxFragmentedMessages, messageOverheadBytes } from "./limits.ts";
import type { ReceiveWindow } from "./windows.ts";

/** An empty document. */
const leastDocumentBytes = 5;

export class MessageReceiver {
  readonly #output: FrameOutput;
  readonly #settings: ConnectionSettings;
  readonly #flows: Flows;
  /** A rule of the protocol was broken by the peer: the connection ends. */
  readonly #violation: (message: string) => void;
  /** The connection's window. */
  readonly #window: ReceiveWindow;
  /** Announced messages that are incomplete. */
  #fragmentedIncoming = 0;
  readonly maxBytes: number;

  constructor(
    output: FrameOutput,
    flows: Flows,
    options: { settings: ConnectionSettings; violation: (message: string) => void; window: ReceiveWindow },
  ) {
    this.#output = output;
    this.#flows = flows;
    this.#settings = options.settings;
    this.#violation = options.violation;
    this.#window = options.window;
    this.maxBytes = options.settings.limits.maxMessageBytes;
  }

  /** A whole stream message. False: the connection is ending. */
  receiveMessage(call: Call | undefined, buffer: Buffer, view: DataView, start: number, end: number): boolean {
    const cost = end - start + messageOverheadBytes;
    if (!this.#window.take(cost)) return this.#overrun("the connection's window");
    if (call === undefined) {
      this.#releaseConnection(cost);
      return true;
    }
    const flow = this.#flows.of(call);
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
    const flow = this.#flows.of(call);
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
      kept = keptOf(total, flow.receive, this.#window);
      const cost = messageOverheadBytes + kept;
      if (!this.#window.take(cost)) return this.#overrun("the connection's window");
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
      const cost = messageOverheadBytes + Math.min(total, this.#settings.streamWindowBytes >>> 2, this.#window.initial >>> 2);
      if (!this.#window.take(cost)) return this.#overrun("the connection's window");
      this.#releaseConnection(cost);
      return true;
    }
    return this.announce(call, total, true, (buffer, view) => {
      if (buffer === undefined || view === undefined) return;
      const cost = messageOverheadBytes + keptOf(total, this.#flows.of(call).receive, this.#window);
      call.receiveMessage(buffer, view, 0, buffer.length, cost, true);
    });
  }

  /** Fragments of calls that are over are not this class's affair: they debited nothing that is still there. */
  receiveFragment(call: Call, buffer: Buffer, start: number, end: number): boolean {
    const flow = this.#flows.of(call);
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
    const flow = this.#flows.of(call);
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
    return this.#window.take(bytes) || this.#overrun("the connection's window");
  }

  releaseConnection(bytes: number): void {
    this.#releaseConnection(bytes);
  }

  #releaseConnection(bytes: number): void {
    const grant = this.#window.release(bytes);
    if (grant > 0) this.#output.writeCredit(0, grant);
  }

  #releaseStream(call: Call, flow: Flow, bytes: number): void {
    if (bytes === 0 || !call.isOpen) return;
    const grant = flow.receive.release(bytes);
    if (grant > 0) this.#output.writeCredit(call.id, grant);
  }

  #overrun(which: string): boolean {
    this.#violation(`the peer sent beyond ${which}`);
    return false;
  }
}
