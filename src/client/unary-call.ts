/**
 * One request, one answer: the hot path. The call is its own outgoing message, so that opening it allocates nothing more.
 */

import type { Outgoing } from "../connection/call.ts";
import { CancelReason } from "../connection/wire-terms.ts";
import type { CallOptions } from "../contract/call-options.ts";
import type { MethodDescription } from "../contract/service.ts";
import { RpcError, withFacts } from "../errors/rpc-error.ts";
import { Metadata } from "../metadata/metadata.ts";
import { type CallHost, ClientCall } from "./client-call.ts";

export class UnaryCall extends ClientCall implements Outgoing {
  private readonly request: unknown;
  /** How its promise settles; set before it starts. */
  resolve: (value: unknown) => void = unset;
  rejectWith: (error: unknown) => void = unset;
  /** The answer stays a wire document: an interceptor unwraps it later. */
  isRaw = false;

  constructor(host: CallHost, method: MethodDescription, request: unknown, options: CallOptions | undefined) {
    super(host, method, options);
    this.request = request;
  }

  get kindFlags(): number {
    return 0;
  }

  get isRepeatable(): boolean {
    return true;
  }

  bound(): number {
    return this.method.request.bound(this.request, this.host.codecLimits);
  }

  write(buffer: Buffer, view: DataView, at: number): number {
    return this.method.request.write(buffer, view, at, this.request, this.host.codecLimits);
  }

  receiveResult(buffer: Buffer, view: DataView, start: number, end: number, trailers: Metadata | undefined): void {
    if (this.isSettled) return;
    let message: unknown;
    try {
      if (start === end) throw noAnswer();
      message = this.method.response.read(buffer, view, start, end, this.host.codecLimits);
    } catch (error) {
      return this.fail(this.localFailure(error, "INTERNAL", "yes"));
    }
    this.settle(undefined);
    if (this.options?.onMetadata !== undefined) this.endLeading();
    if (this.options?.onTrailers !== undefined) this.tell(() => this.options?.onTrailers?.(trailers ?? new Metadata()));
    if (!this.isRaw && this.method.result !== "document") {
      message = this.method.result === "value" ? (message as { value: unknown }).value : undefined;
    }
    this.resolve(message);
  }

  /** A unary call has no messages but its result. */
  receiveMessage(_buffer: Buffer, _view: DataView, _start: number, _end: number, cost: number): void {
    this.connection?.release(this, cost);
    this.abort(
      withFacts(new RpcError({ code: "INTERNAL", message: "the peer answered a unary call with a stream" }), { executed: "yes" }),
      CancelReason.badAnswer,
    );
  }

  sendReady(): void {}

  protected reject(error: unknown): void {
    this.rejectWith(error);
  }

  protected reset(): void {}
}

function unset(): void {}

function noAnswer(): RpcError {
  return new RpcError({ code: "INTERNAL", message: "the call succeeded without a message" });
}
