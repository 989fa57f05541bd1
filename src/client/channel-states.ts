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
  async *all(): AsyncIterable<ChannelState> {
    const unread: ChannelState[] = [this.#now];
    let wake: () => void = () => {};
    const stop = this.watch((state) => {
      unread.push(state);
      if (unread.length > maxUnread) unread.shift();
      wake();
    });
    try {
      for (;;) {
        const state = unread.shift();
        if (state === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        yield state;
        if (state === "closed") return;
      }
    } finally {
      stop();
    }
  }
}
