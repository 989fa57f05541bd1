/**
 * The messages of a stream, each changed on its way: what stands between interceptors and handler or caller.
 *
 * An async generator would say the same in three lines, but one that waits for its next message hears of `return()` only when that has
 * come: an iterable that waits for good would hold its call for good. Here `return()` goes through at once. Knows nothing of messages.
 */

const done: IteratorResult<never> = Object.freeze({ value: undefined, done: true }) as IteratorResult<never>;

/**
 * Nothing is asked of `items` before the first `next()`.
 * @param change makes another message of each; what it throws ends the stream, and `items` gets its `return()`
 * @param ended runs once, when the stream is over in whatever way; gets what `items` returned at its own end, and may throw in its place
 */
export function mapStream(
  items: AsyncIterable<unknown> | Iterable<unknown>,
  change: (item: unknown) => unknown,
  ended: (returned?: unknown) => void = () => {},
): AsyncIterableIterator<unknown> {
  let iterator: AsyncIterator<unknown> | Iterator<unknown> | undefined;
  let isOver = false;
  const end = (returned?: unknown): void => {
    if (isOver) return;
    isOver = true;
    ended(returned);
  };
  const stop = async (): Promise<void> => {
    if (isOver) return;
    isOver = true;
    try {
      await iterator?.return?.();
    } finally {
      ended();
    }
  };
  return {
    async next() {
      if (isOver) return done;
      let item: unknown;
      try {
        iterator ??= open(items);
        const result = await iterator.next();
        if (result.done === true) {
          end(result.value);
          return done;
        }
        // Of a synchronous iterable the item itself may be a promise.
        item = await result.value;
      } catch (error) {
        end();
        throw error;
      }
      try {
        return { done: false, value: change(item) };
      } catch (error) {
        await stop().catch(() => {});
        throw error;
      }
    },
    async return() {
      await stop();
      return done;
    },
    async throw(error) {
      await stop();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function open(items: AsyncIterable<unknown> | Iterable<unknown>): AsyncIterator<unknown> | Iterator<unknown> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}
