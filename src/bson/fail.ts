/**
 * How hot code gives up: one preallocated signal without text, path or stack.
 *
 * Writers and readers never build an error. They throw this, the codec's outermost function catches it, and a second, slow pass
 * over the same value or bytes finds every violation with its path. Whatever else is thrown (by a getter of the user's value)
 * passes untouched, which is why the signal is compared by identity.
 */

const signal: unique symbol = Symbol("taut.codec.fail");

/** Leaves the hot path: something is wrong with the value or the bytes; the explaining pass will say what. */
export function fail(): never {
  throw signal;
}

export function isFailure(thrown: unknown): boolean {
  return thrown === signal;
}
