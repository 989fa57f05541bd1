/**
 * A second attempt to connect beside one that hangs. A path that was cut while the first hello was under way may have swallowed it for
 * good; when the path works again the first attempt knows nothing of that and waits for its deadline.
 *
 *     first  |----------------------- connectTimeoutMs -----------------------|
 *     spare            |---- everyMs ----|---- everyMs ----|---- everyMs ---->|      each in the place of the one before
 *
 * The first is kept: where connecting merely takes long it is the one that arrives. Never more than these two.
 */

import { connectionError } from "../connection/connection-error.ts";
import type { Clock, Timer } from "../time/clock.ts";
import type { ClientConnection } from "./client-connection.ts";

export class SpareAttempt {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #start: () => ClientConnection | undefined;
  #timer: Timer | undefined;
  #spare: ClientConnection | undefined;

  /** @param start begins an attempt, or answers undefined where nobody wants to call */
  constructor(clock: Clock, everyMs: number, start: () => ClientConnection | undefined) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#start = start;
  }

  is(one: ClientConnection): boolean {
    return one === this.#spare;
  }

  /** The first attempt has begun. */
  watch(): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.startTimer(
      () => {
        this.#drop();
        this.#spare = this.#start();
        this.watch();
      },
      this.#everyMs,
      false,
    );
  }

  /** It has ended by itself. */
  ended(): void {
    this.#spare = undefined;
  }

  /** The race is over. The spare goes unless it has won. */
  stop(winner?: ClientConnection): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (winner !== undefined && winner === this.#spare) this.#spare = undefined;
    this.#drop();
  }

  #drop(): void {
    this.#spare?.close(connectionError("CANCELLED", "another attempt to connect takes its place", { executed: "no" }));
    this.#spare = undefined;
  }
}
