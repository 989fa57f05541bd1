/**
 * Calls with a stream on either side. Responses wait in an inbox for the user's loop; requests are pulled by a pump.
 *
 * The call starts when the method is called; its errors wait for the iterator (or the promise of a client stream). Requests beyond
 * the first are not pulled before the server has accepted, so that a refused call loses nothing of the user's iterable.
 */

import type { Outgoing } from "../connection/call.ts";
import { Inbox } from "../connection/inbox.ts";
import { MessagePump } from "../connection/message-pump.ts";
import { CallFlag, CancelReason } from "../connection/wire-terms.ts";
import type { CallOptions } from "../contract/call-options.ts";
import type { MethodDescription } from "../contract/service.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { Metadata } from "../metadata/metadata.ts";
import { type CallHost, ClientCall, cancelled } from "./client-call.ts";

export interface StreamCallInit {
  readonly host: CallHost;
  readonly method: MethodDescription;
  readonly options: CallOptions | undefined;
  /** The one request of a server stream. */
  readonly request?: unknown;
  /** The requests of a client or bidirectional stream. */
  readonly requests?: AsyncIterable<unknown> | Iterable<unknown>;
  /** Messages stay wire documents: an interceptor unwraps them later. */
  readonly raw: boolean;
  /** Where the result of a client stream goes. */
  readonly resolve?: (value: unknown) => void;
  readonly reject?: (error: unknown) => void;
  /** Called at its end, in whatever way. */
  readonly settled?: () => void;
}

export class StreamCall extends ClientCall implements Outgoing {
  readonly kindFlags: number;
  readonly inbox: Inbox<unknown> | undefined;
  readonly #init: StreamCallInit;
  readonly #pump: MessagePump | undefined;
  /** The first request message: kept until the server has accepted, for a retry. */
  #first: { readonly item: unknown } | undefined;
  /** The iterable ended or was pulled beyond its first message. */
  #firstOnly = true;
  #requestsEnded = false;
  /** What `write` writes next. */
  #outgoing: unknown;
  #hasReceived = false;
  #isGivenUp = false;

  constructor(init: StreamCallInit) {
    super(init.host, init.method, init.options);
    this.#init = init;
    const { kind } = init.method;
    const responds = kind === "server-stream" || kind === "bidi";
    const requests = kind === "client-stream" || kind === "bidi";
    this.kindFlags = (responds ? CallFlag.responseStream : 0) | (requests ? CallFlag.requestStream : 0);
    this.#outgoing = init.request;
    if (responds) {
      this.inbox = new Inbox<unknown>({
        release: (cost) => this.connection?.release(this, cost),
        leave: () => this.#leave(),
      });
    }
    if (requests) {
      this.#pump = new MessagePump(init.requests as Iterable<unknown>, {
        send: (item) => this.#send(item),
        canSend: () => this.#canSend(),
        finish: () => this.#finishRequests(),
        fail: (error, from) => this.#requestsFailed(error, from),
      });
    }
  }

  get isRepeatable(): boolean {
    return !this.#hasReceived && !this.isAccepted && this.#firstOnly;
  }

  protected override get hasRun(): boolean {
    return this.#hasReceived || super.hasRun;
  }

  /** The call frame is on its way: requests may flow. */
  opened(): void {
    if (this.#pump === undefined) return;
    // Another attempt repeats what was pulled already: at most one message, and the end.
    if (this.#first !== undefined) this.#transmit(this.#first.item);
    if (this.#requestsEnded) this.connection?.outgoing.finishRequests(this);
    else if (this.#first === undefined) this.#pump.resume();
  }

  bound(): number {
    return this.method.request.bound(this.#outgoing, this.host.codecLimits);
  }

  write(buffer: Buffer, view: DataView, at: number): number {
    return this.method.request.write(buffer, view, at, this.#outgoing, this.host.codecLimits);
  }

  // ---------------------------------------------------------------- requests

  #send(item: unknown): void {
    const wrapped = this.method.requestItem === "value" && !this.#init.raw ? { value: item } : item;
    if (!this.isAccepted) {
      if (this.#first === undefined) this.#first = { item: wrapped };
      else this.#firstOnly = false;
    }
    this.#transmit(wrapped);
  }

  #transmit(document: unknown): void {
    if (this.connection === undefined || !this.isOpen) return;
    this.#outgoing = document;
    this.connection.sender.sendMessage(this, this);
  }

  #canSend(): boolean {
    return this.isAccepted && this.isOpen && this.connection?.sender.canSend(this) === true;
  }

  #finishRequests(): void {
    this.#requestsEnded = true;
    this.connection?.outgoing.finishRequests(this);
  }

  #requestsFailed(error: unknown, from: "iterable" | "send"): void {
    if (from === "send") return this.abort(this.localFailure(error, "INVALID_ARGUMENT", "yes"), CancelReason.requestFailed);
    this.abort(error, CancelReason.requestFailed);
  }

  override receiveAccept(): void {
    this.#first = undefined;
    if (this.#canSend()) this.#pump?.resume();
  }

  sendReady(): void {
    if (this.isAccepted) this.#pump?.resume();
  }

  // ---------------------------------------------------------------- responses

  receiveMessage(buffer: Buffer, view: DataView, start: number, end: number, cost: number): void {
    if (!this.#hasReceived && this.options?.onMetadata !== undefined) this.endLeading();
    this.#hasReceived = true;
    if (this.inbox === undefined) {
      this.connection?.release(this, cost);
      const error = new RpcError({ code: "INTERNAL", message: "the peer answered a call for one result with a stream" });
      return this.abort(error, CancelReason.badAnswer);
    }
    let message: unknown;
    try {
      message = this.#unwrap(this.method.response.read(buffer, view, start, end, this.host.codecLimits));
    } catch (error) {
      this.connection?.release(this, cost);
      return this.abort(this.localFailure(error, "INTERNAL", "yes"), CancelReason.badAnswer);
    }
    this.inbox.push(message, cost);
  }

  receiveResult(buffer: Buffer, view: DataView, start: number, end: number, trailers: Metadata | undefined): void {
    if (this.isSettled) return;
    let message: unknown;
    if (this.inbox === undefined) {
      try {
        if (start === end) throw new RpcError({ code: "INTERNAL", message: "the call succeeded without a message" });
        message = this.#unwrap(this.method.response.read(buffer, view, start, end, this.host.codecLimits));
      } catch (error) {
        return this.fail(this.localFailure(error, "INTERNAL", "yes"));
      }
    } else if (start !== end) {
      const error = new RpcError({ code: "INTERNAL", message: "the peer ended a stream with a message" });
      return this.fail(this.localFailure(error, "INTERNAL", "yes"));
    }
    this.settle(undefined);
    this.#pump?.drop();
    if (!this.#hasReceived && this.options?.onMetadata !== undefined) this.endLeading();
    if (this.options?.onTrailers !== undefined) this.tell(() => this.options?.onTrailers?.(trailers ?? new Metadata()));
    if (this.inbox === undefined) this.#init.resolve?.(message);
    else this.inbox.end();
  }

  #unwrap(document: unknown): unknown {
    if (this.#init.raw || this.method.result === "document") return document;
    return this.method.result === "value" ? (document as { value: unknown }).value : undefined;
  }

  /** The user has left the loop. */
  #leave(): void {
    this.abort(cancelled(undefined));
  }

  protected override givesUp(): void {
    this.#isGivenUp = true;
  }

  protected reject(error: unknown): void {
    this.#pump?.drop();
    if (this.inbox === undefined) this.#init.reject?.(error);
    // What had arrived before an error comes first, unless the reader itself has given up.
    else if (this.#isGivenUp || this.host.isClosed) this.inbox.abort(error);
    else this.inbox.fail(error);
  }

  protected override settle(error: unknown): void {
    super.settle(error);
    this.#init.settled?.();
  }

  protected reset(): void {
    this.#outgoing = this.#init.request;
  }
}
