/**
 * The user's abort signals and the calls that follow them: one listener a signal, however many calls share it.
 *
 * A signal for a batch of calls is usual, and Node 20 warns of a leak from the eleventh listener on. Removes its listener with the last call;
 * knows nothing of what a call does when it is told.
 */

export interface Follower {
  signalAborted(reason: unknown): void;
}

interface Followed {
  readonly followers: Set<Follower>;
  readonly onAbort: () => void;
}

export class FollowedSignals {
  readonly #signals = new WeakMap<AbortSignal, Followed>();

  follow(signal: AbortSignal, follower: Follower): void {
    let followed = this.#signals.get(signal);
    if (followed === undefined) {
      const followers = new Set<Follower>();
      const onAbort = (): void => {
        this.#signals.delete(signal);
        for (const one of [...followers]) one.signalAborted(signal.reason);
      };
      followed = { followers, onAbort };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#signals.set(signal, followed);
    }
    followed.followers.add(follower);
  }

  /** The follower has settled. */
  leave(signal: AbortSignal, follower: Follower): void {
    const followed = this.#signals.get(signal);
    if (followed === undefined) return;
    followed.followers.delete(follower);
    if (followed.followers.size > 0) return;
    this.#signals.delete(signal);
    signal.removeEventListener("abort", followed.onAbort);
  }
}
