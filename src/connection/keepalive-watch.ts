/**
 * Finds peers that have died without a word: a ping after a silence, the end when nothing comes back.
 *
 *     QUIET --idleMs of silence--> PROBING (a ping is out) --any byte--> QUIET
 *                                     | timeoutMs without a byte
 *                                     v
 *                                   dead
 *
 * One for all connections of a channel or server, with one timer: a connection that rests costs a place in a map, traffic only notes the
 * time. A peer is dead no later than `idleMs + timeoutMs` after its last byte, the timer's lag and, where connections are many, a
 * few hundredths more. While a probe is out the owner is told, so that new calls can wait for the proof instead of being lost with
 * the connection.
 *
 * A process that was suspended, or a machine that slept, has not listened: what looks like the peers' silence was its own. It shows
 * as a timer far too late or as calendar time ahead of monotonic time; then peers are asked anew and get their full time.
 * PROTOCOL.md: "Keepalive".
 */

import type { Clock, Timer } from "../time/clock.ts";
import type { Keepalive } from "./limits.ts";

/** A connection whose peer is looked after. */
export interface KeepaliveMember {
  /** What both ends have agreed on. */
  readonly keepalive: Keepalive;
  /** On the clock's scale. */
  readonly lastReceivedAt: number;
  ping(payload: Buffer): void;
  /** Whether a ping waits for its answer. Told at each change. */
  probing(isOut: boolean): void;
  dead(silentMs: number): void;
}

/** A timer this late, or a calendar this far ahead, was not lag but sleep. Milliseconds; half of the shortest time if that is less. */
const leastSleepMs = 2_000;
/** Between two rounds there are so many milliseconds a member (looking at one takes 20 ns), but at most this part of the shortest time. */
const pauseMsPerMember = 0.05;
const longestPause = 1 / 32;

export class KeepaliveWatch {
  readonly #clock: Clock;
  /** When the ping went out that has not been answered by any byte; undefined for the quiet ones. */
  readonly #members = new Map<KeepaliveMember, number | undefined>();
  #timer: Timer | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  /** Calendar less monotonic time: constant unless the machine sleeps or its calendar is set. */
  #calendarOffset = 0;
  /** The shortest time that any member has had to wait for. */
  #shortestMs = Number.POSITIVE_INFINITY;
  #pings = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(member: KeepaliveMember): void {
    const { idleMs, timeoutMs } = member.keepalive;
    this.#shortestMs = Math.min(this.#shortestMs, idleMs, timeoutMs);
    if (this.#members.size === 0) this.#calendarOffset = this.#clock.epochNow() - this.#clock.now();
    this.#members.set(member, undefined);
    const dueAt = this.#clock.now() + idleMs;
    if (dueAt < this.#dueAt) this.#wait(dueAt);
  }

  remove(member: KeepaliveMember): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    this.#timer?.cancel();
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.#shortestMs = Number.POSITIVE_INFINITY;
  }

  /** A pong has come. */
  answered(member: KeepaliveMember): void {
    if (this.#members.get(member) === undefined) return;
    this.#members.set(member, undefined);
    // Sooner than what was waited for where silence may be shorter than an answer.
    const dueAt = member.lastReceivedAt + member.keepalive.idleMs;
    if (dueAt < this.#dueAt) this.#wait(dueAt);
    member.probing(false);
  }

  #wait(dueAt: number): void {
    this.#timer?.cancel();
    const now = this.#clock.now();
    const waitMs = Math.max(1, Math.ceil(dueAt - now));
    this.#dueAt = now + waitMs;
    this.#timer = this.#clock.startTimer(() => this.#lookAtAll(), waitMs, false);
  }

  #lookAtAll(): void {
    const now = this.#clock.now();
    const sleepMs = Math.min(leastSleepMs, this.#shortestMs / 2);
    const calendarOffset = this.#clock.epochNow() - now;
    const hasSlept = now - this.#dueAt > sleepMs || calendarOffset - this.#calendarOffset > sleepMs;
    this.#calendarOffset = calendarOffset;
    const sleptSince = hasSlept ? this.#dueAt : Number.NEGATIVE_INFINITY;
    let thrown: { error: unknown } | undefined;
    for (const [member, pingedAt] of this.#members) {
      try {
        this.#lookAt(member, pingedAt, now, sleptSince);
      } catch (error) {
        // The others are watched on.
        thrown ??= { error };
      }
    }
    this.#waitForNext(now);
    if (thrown !== undefined) throw thrown.error;
  }

  #waitForNext(now: number): void {
    if (this.#members.size === 0) return;
    let dueAt = Number.POSITIVE_INFINITY;
    for (const [member, pingedAt] of this.#members) {
      const { idleMs, timeoutMs } = member.keepalive;
      dueAt = Math.min(dueAt, pingedAt === undefined ? member.lastReceivedAt + idleMs : pingedAt + timeoutMs);
    }
    const pauseMs = Math.min(this.#members.size * pauseMsPerMember, this.#shortestMs * longestPause);
    this.#wait(Math.max(dueAt, now + pauseMs));
  }

  #lookAt(member: KeepaliveMember, pingedAt: number | undefined, now: number, sleptSince: number): void {
    const silentMs = now - member.lastReceivedAt;
    const isProbing = pingedAt !== undefined && member.lastReceivedAt <= pingedAt;
    if (pingedAt !== undefined && !isProbing) this.answered(member);
    // Whoever was heard since is awake, and so are we.
    if (member.lastReceivedAt <= sleptSince) this.#ping(member, now, !isProbing);
    else if (!isProbing && silentMs >= member.keepalive.idleMs) this.#ping(member, now, true);
    else if (isProbing && now - pingedAt >= member.keepalive.timeoutMs) member.dead(silentMs);
  }

  #ping(member: KeepaliveMember, now: number, isFirst: boolean): void {
    // What it was told has ended it, here and below.
    if (!this.#members.has(member)) return;
    this.#members.set(member, now);
    // First of all: sending may make room for calls, which are not to go there.
    if (isFirst) member.probing(true);
    if (!this.#members.has(member)) return;
    this.#pings += 1;
    const payload = Buffer.alloc(8);
    payload.writeUInt32LE(this.#pings >>> 0);
    member.ping(payload);
  }
}
