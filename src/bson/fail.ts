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

function thrownBy(store: () => void): string {
  try {
    store();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

/** The platform gives these errors no code, and has changed their texts before: asked once what they are. */
const overruns: readonly string[] = [
  thrownBy(() => new DataView(new ArrayBuffer(0)).setInt8(0, 0)),
  thrownBy(() => new Uint8Array(0).set([0])),
  thrownBy(() => (Buffer.alloc(0) as Buffer & { utf8Write(text: string, at: number): number }).utf8Write("a", 1)),
];

/** A writer has stored beyond the room that it was given: the value takes more bytes than it said it would. */
export function isOverrun(thrown: unknown): boolean {
  return thrown instanceof RangeError && overruns.includes(thrown.message);
}
