/** The state of a channel, and those who watch it. Every change reaches every watcher, in order. */

import type { ChannelState } from "../contract/channel.ts";

/** States that a watcher may have unread; the oldest go first. A channel that is down changes a few times a second. */
const maxUnread = 1_000;

export class ChannelStates {
  #now: ChannelState = "idle";
  readonly #watchers = new Set<(state: ChannelState) => void>();

  get now(): ChannelState {
    return this.#now;
  }

  set(next: ChannelState): void {
    if (next === this.#now) return;
    this.#now = next;
    for (const watcher of [...this.#watchers]) watcher(next);
  }

  /** Calls `watcher` for every change until the function that it answers is called. */
  watch(watcher: (state: ChannelState) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Starts with the present state; ends after "closed". */
  all(): AsyncIterableIterator<ChannelState> {
    return new StateReader(this);
  }
}

const done: IteratorResult<never> = Object.freeze({ value: undefined, done: true }) as IteratorResult<never>;

/** Watches from its first `next()` on. No generator: one that waits for the next change would hear of `return()` only then. */
class StateReader implements AsyncIterableIterator<ChannelState> {
  readonly #states: ChannelStates;
  #unread: ChannelState[] = [];
  #waiting: ((result: IteratorResult<ChannelState>) => void)[] = [];
  #stop: (() => void) | undefined;
  #isOver = false;

  constructor(states: ChannelStates) {
    this.#states = states;
  }

  next(): Promise<IteratorResult<ChannelState>> {
    if (this.#stop === undefined && !this.#isOver) {
      this.#unread.push(this.#states.now);
      this.#stop = this.#states.watch((state) => this.#changed(state));
    }
    const state = this.#unread.shift();
    if (state !== undefined) return Promise.resolve(this.#resultOf(state));
    if (this.#isOver) return Promise.resolve(done);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #changed(state: ChannelState): void {
    const waiter = this.#waiting.shift();
    if (waiter !== undefined) return waiter(this.#resultOf(state));
    this.#unread.push(state);
    if (this.#unread.length > maxUnread) this.#unread.shift();
  }

  #resultOf(state: ChannelState): IteratorResult<ChannelState> {
    if (state === "closed") this.#end();
    return { value: state, done: false };
  }

  #end(): void {
    this.#isOver = true;
    this.#unread = [];
    this.#stop?.();
    for (const resolve of this.#waiting.splice(0)) resolve(done);
  }

  return(): Promise<IteratorResult<ChannelState>> {
    this.#end();
    return Promise.resolve(done);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
