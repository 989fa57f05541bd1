/**
 * Which number stands for which method name on this connection. PROTOCOL.md: "Calls".
 *
 * A name is bound in the frame that is written first, after its message was encoded: a call that never leaves consumes no number.
 * Bounded by the peer's `maxMethods`; further names travel unbound.
 */

import { unboundMethod } from "../wire/frame.ts";
import type { MethodKey } from "./outgoing-call.ts";

/** Above every method number: the name has to be sent again. */
const nameAgain = 0x10000;

export class MethodNumbers {
  readonly #maxMethods: number;
  readonly #numbers = new Map<MethodKey, number>();
  /** The answer of last time: most calls are of the method before. */
  #lastMethod: MethodKey | undefined;
  #lastNumber = 0;

  constructor(maxMethods: number) {
    this.#maxMethods = maxMethods;
  }

  /** The number alone says it; undefined: the frame has to carry the name, see `bind`. */
  known(method: MethodKey): number | undefined {
    if (method === this.#lastMethod) return this.#lastNumber;
    const number = this.#numbers.get(method);
    if (number === undefined || number > unboundMethod) return undefined;
    this.#lastMethod = method;
    this.#lastNumber = number;
    return number;
  }

  /** The number that a name is sent with: the one it has, a new one, or none when all are used up. */
  bind(method: MethodKey): number {
    const present = this.#numbers.get(method);
    if (present === undefined && this.#numbers.size >= this.#maxMethods) return unboundMethod;
    const number = present === undefined ? this.#numbers.size : present & unboundMethod;
    this.#numbers.set(method, number);
    return number;
  }

  /** The peer binds no names that it does not serve: the number means nothing to it. */
  nameAgain(method: MethodKey): void {
    if (method === this.#lastMethod) this.#lastMethod = undefined;
    const number = this.#numbers.get(method);
    if (number !== undefined) this.#numbers.set(method, number | nameAgain);
  }
}
