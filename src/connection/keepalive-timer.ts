/**
 * Finds peers that have died without a word: a ping after a silence, the end when nothing comes back.
 *
 *     QUIET --idleMs of silence--> PROBING (a ping is out) --any byte--> QUIET
 *                                     | timeoutMs without a byte
 *                                     v
 *                                   dead
 *
 * One timer a connection that is moved at most once an idle period, never on traffic: receiving only notes the time. A peer is dead
 * no later than `idleMs + timeoutMs` (and a timer's lag) after its last byte. While a probe is out the owner is told, so that new
 * calls can wait for the proof instead of being lost with the connection.
 *
 * A process that was suspended, or a machine that slept, has not listened: what looks like the peer's silence was its own. It shows
 * as a timer far too late or as calendar time ahead of monotonic time; then the peer is asked anew and gets its full time.
 * PROTOCOL.md: "Keepalive".
 */

import type { Clock, Timer } from "../time/clock.ts";
import type { Keepalive } from "./limits.ts";

export interface KeepaliveOwner {
  /** On the clock's scale. */
  readonly lastReceivedAt: number;
  ping(payload: Buffer): void;
  /** Whether a ping waits for its answer. Told at each change. */
  probing(isOut: boolean): void;
  dead(silentMs: number): void;
}

/** A timer this late, or a calendar this far ahead, was not lag but sleep. Milliseconds; half the time for an answer if that is less. */
const leastSleepMs = 2_000;

export class KeepaliveTimer {
  readonly #clock: Clock;
  readonly #keepalive: Keepalive;
  readonly #owner: KeepaliveOwner;
  readonly #sleepMs: number;
  #timer: Timer | undefined;
  #dueAt = 0;
  /** Calendar less monotonic time: constant unless the machine sleeps or its calendar is set. */
  #calendarOffset = 0;
  /** When the ping went out that has not been answered by any byte. */
  #pingedAt: number | undefined;
  #pings = 0;

  constructor(clock: Clock, keepalive: Keepalive, owner: KeepaliveOwner) {
    this.#clock = clock;
    this.#keepalive = keepalive;
    this.#owner = owner;
    this.#sleepMs = Math.min(leastSleepMs, keepalive.timeoutMs / 2);
    this.#wait(keepalive.idleMs);
  }

  /** A pong has come. */
  answered(): void {
    if (this.#pingedAt === undefined) return;
    this.#pingedAt = undefined;
    this.#owner.probing(false);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #wait(ms: number): void {
    this.#timer?.cancel();
    const waitMs = Math.max(1, Math.ceil(ms));
    const now = this.#clock.now();
    this.#dueAt = now + waitMs;
    this.#calendarOffset = this.#clock.epochNow() - now;
    this.#timer = this.#clock.startTimer(() => this.#check(), waitMs, false);
  }

  #check(): void {
    const now = this.#clock.now();
    const last = this.#owner.lastReceivedAt;
    const { idleMs, timeoutMs } = this.#keepalive;
    const hasSlept = now - this.#dueAt > this.#sleepMs || this.#clock.epochNow() - now - this.#calendarOffset > this.#sleepMs;
    if (this.#pingedAt !== undefined && last > this.#pingedAt) this.answered();
    if (hasSlept) return this.#ping(now);
    if (this.#pingedAt !== undefined) {
      if (now - this.#pingedAt >= timeoutMs) return this.#owner.dead(now - last);
      return this.#wait(this.#pingedAt + timeoutMs - now);
    }
    if (now - last < idleMs) return this.#wait(last + idleMs - now);
    this.#ping(now);
  }

  #ping(now: number): void {
    const isFirst = this.#pingedAt === undefined;
    this.#pingedAt = now;
    this.#pings += 1;
    const payload = Buffer.alloc(8);
    payload.writeUInt32LE(this.#pings >>> 0);
    this.#owner.ping(payload);
    this.#wait(this.#keepalive.timeoutMs);
    if (isFirst) this.#owner.probing(true);
  }
}
