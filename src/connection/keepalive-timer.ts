/**
 * Finds peers that have died without a word: a ping after a silence, the end when nothing comes back.
 *
 * One timer a connection that is moved at most once an idle period, never on traffic: receiving only notes the time. A peer is dead
 * no later than `idleMs + timeoutMs` (and a timer's lag) after its last byte. PROTOCOL.md: "Keepalive".
 */

import type { Clock, Timer } from "../time/clock.ts";
import type { Keepalive } from "./limits.ts";

export interface KeepaliveOwner {
  lastReceivedAt(): number;
  ping(payload: Buffer): void;
  dead(silentMs: number): void;
}

export class KeepaliveTimer {
  readonly #clock: Clock;
  readonly #keepalive: Keepalive;
  readonly #owner: KeepaliveOwner;
  #timer: Timer | undefined;
  /** When the ping went out that has not been answered by any byte. */
  #pingedAt: number | undefined;
  #pings = 0;

  constructor(clock: Clock, keepalive: Keepalive, owner: KeepaliveOwner) {
    this.#clock = clock;
    this.#keepalive = keepalive;
    this.#owner = owner;
    this.#wait(keepalive.idleMs);
  }

  /** Asks now, whatever the silence: before a connection is used that has been quiet for long. */
  probe(): void {
    if (this.#pingedAt !== undefined) return;
    this.#ping(this.#clock.now());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #wait(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.startTimer(() => this.#check(), Math.max(1, Math.ceil(ms)), false);
  }

  #check(): void {
    const now = this.#clock.now();
    const last = this.#owner.lastReceivedAt();
    const { idleMs, timeoutMs } = this.#keepalive;
    if (this.#pingedAt !== undefined && last >= this.#pingedAt) this.#pingedAt = undefined;
    if (this.#pingedAt !== undefined) {
      if (now - this.#pingedAt >= timeoutMs) return this.#owner.dead(now - last);
      return this.#wait(this.#pingedAt + timeoutMs - now);
    }
    if (now - last < idleMs) return this.#wait(last + idleMs - now);
    this.#ping(now);
  }

  #ping(now: number): void {
    this.#pingedAt = now;
    this.#pings += 1;
    const payload = Buffer.alloc(8);
    payload.writeUInt32LE(this.#pings >>> 0);
    this.#owner.ping(payload);
    this.#wait(this.#keepalive.timeoutMs);
  }
}
