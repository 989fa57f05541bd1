/**
 * What the peer's method numbers stand for on this connection. PROTOCOL.md: "Calls".
 *
 * A binding is the dispatcher's opaque value. Bounded by `maxMethods`; names that are not served leave no state.
 */

import { RpcError } from "../errors/rpc-error.ts";
import { unboundMethod } from "../wire/frame.ts";
import { type CallFrame, FrameFault } from "./call-frame.ts";
import type { Dispatcher } from "./incoming-call.ts";

export class MethodBindings {
  readonly #dispatcher: Dispatcher;
  readonly #maxMethods: number;
  #bindings: (object | undefined)[] = [];

  constructor(dispatcher: Dispatcher, maxMethods: number) {
    this.#dispatcher = dispatcher;
    this.#maxMethods = maxMethods;
  }

  /** An array that has grown has room for more than it holds. */
  compact(): void {
    this.#bindings = this.#bindings.slice();
  }

  get isEmpty(): boolean {
    return this.#bindings.length === 0;
  }

  bound(number: number): object | undefined {
    return this.#bindings[number];
  }

  /** What the frame's number or name stands for, or the RpcError that refuses the call. Throws what ends the connection. */
  resolve(number: number, { name, fingerprint }: CallFrame): object {
    const binds = number !== unboundMethod;
    if (number >= this.#maxMethods && (binds || name === undefined)) {
      throw new FrameFault(`method number ${number} is not below maxMethods ${this.#maxMethods}`, true);
    }
    const present = this.#bindings[number];
    if (name === undefined) {
      const message = `method number ${number} is not bound to a name that is served here`;
      return present ?? new RpcError({ code: "UNIMPLEMENTED", message });
    }
    const binding = this.#dispatcher.resolve(name, fingerprint);
    if (!binds) return binding;
    if (present !== undefined && present !== binding) {
      throw new FrameFault(`method number ${number} is bound to another name`, true);
    }
    if (!(binding instanceof RpcError)) this.#bindings[number] = binding;
    return binding;
  }
}
