/** A call that is not answered. Its promise resolves once it was written; it fails only if it was not sent. */

import type { Outgoing } from "../connection/call.ts";
import { CallFlag } from "../connection/wire-terms.ts";
import type { CallOptions } from "../contract/call-options.ts";
import type { MethodDescription } from "../contract/service.ts";
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

  receiveMessage(): void {}
  receiveResult(): void {}
  sendReady(): void {}
  protected reset(): void {}
}
