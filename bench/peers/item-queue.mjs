/**
 * An async iterable that is pushed to: for peers whose own API hands over stream items by events, or takes an iterable where the
 * benchmark has single items. Unbounded: what is pushed here has been sent already, or is one item of a ping-pong.
 */
export class ItemQueue {
  #items = [];
  #at = 0;
  #hasEnded = false;
  #error;
  #waiting;

  push(value) {
    if (this.#waiting !== undefined) {
      const { resolve } = this.#waiting;
      this.#waiting = undefined;
      resolve({ done: false, value });
    } else this.#items.push(value);
  }

  end() {
    this.#hasEnded = true;
    this.#waiting?.resolve({ done: true, value: undefined });
    this.#waiting = undefined;
  }

  fail(error) {
    this.#error = error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  next() {
    if (this.#at < this.#items.length) {
      const value = this.#items[this.#at++];
      if (this.#at === this.#items.length) {
        this.#items = [];
        this.#at = 0;
      }
      return Promise.resolve({ done: false, value });
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#hasEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  return() {
    this.#hasEnded = true;
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error) {
    this.#hasEnded = true;
    return Promise.reject(error);
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}
