/** A call that is not answered. Its promise resolves once it was written; it fails only if it was not sent. */

import type { Outgoing } from "../connection/call.ts";
import { CallFlag, CancelReason } from "../connection/wire-terms.ts";
import type { CallOptions } from "../contract/call-options.ts";
import type { MethodDescription } from "../contract/service.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { type CallHost, ClientCall } from "./client-call.ts";

export class OneWayCall extends ClientCall implements Outgoing {
  readonly kindFlags = CallFlag.oneWay;
  readonly #request: unknown;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    host: CallHost,
    method: MethodDescription,
    request: unknown,
    settle: { resolve(): void; reject(error: unknown): void; options: CallOptions | undefined },
  ) {
    super(host, method, settle.options);
    this.#request = request;
    this.#resolve = settle.resolve;
    this.#reject = settle.reject;
  }

  get isRepeatable(): boolean {
    return true;
  }

  bound(): number {
    return this.method.request.bound(this.#request, this.host.codecLimits);
  }

  write(buffer: Buffer, view: DataView, at: number): number {
    return this.method.request.write(buffer, view, at, this.#request, this.host.codecLimits);
  }

  /** It has left, below the high-water mark. */
  override written(): void {
    if (this.isSettled) return;
    this.settle(undefined);
    this.#resolve();
  }

  protected reject(error: unknown): void {
    this.#reject(error);
  }

  /** Until a large request is written, a peer that breaks the rules may answer it. */
  receiveMessage(_buffer: Buffer, _view: DataView, _start: number, _end: number, cost: number): void {
    this.connection?.release(this, cost);
    this.abort(answered(), CancelReason.badAnswer);
  }

  receiveResult(): void {
    this.fail(answered());
  }

  sendReady(): void {}
  protected reset(): void {}
}

function answered(): RpcError {
  return new RpcError({ code: "INTERNAL", message: "the peer answered a one-way call" });
}
