/**
 * The connections of a server: how many may be in the handshake, how many may be open, and a look at each now and then.
 *
 * Half-open ones have a bound of their own, and above it the oldest goes: honest peers finish their handshake in milliseconds, so
 * whoever only holds places loses them, and nobody else does. One timer for all; it runs while there are connections.
 */

import { connectionError } from "../connection/connection-error.ts";
import type { Clock, Timer } from "../time/clock.ts";
import type { ServerConnection } from "./server-connection.ts";
import type { CompleteServerOptions } from "./server-options.ts";

/** Looks at all connections are at most this far apart, and at least. 10,000 connections take under a millisecond. */
const longestPauseMs = 15_000;
const shortestPauseMs = 10;
/** While connections leave, what holds them up is looked at this often. */
const leavingPauseMs = 20;
/**
 * Connections that were used are looked at this often until they rest, less often when there are many: a look takes some 20 ns each.
 * Soon, so that a thousand peers that come together do not all hold memory for calls at once.
 */
const restPauseMs = (awake: number): number => Math.max(25, awake / 40);

export class ConnectionTable {
  readonly #options: CompleteServerOptions;
  readonly #clock: Clock;
  /** In order of their coming. */
  readonly #handshaking = new Set<ServerConnection>();
  readonly #open = new Set<ServerConnection>();
  /** Those that hold memory for calls. */
  readonly #awake = new Set<ServerConnection>();
  #timer: Timer | undefined;
  #restTimer: Timer | undefined;
  readonly #pauseMs: number;
  #bytesIn = 0;
  #bytesOut = 0;
  /** Told when the last connection is gone: each drain that waits. */
  readonly emptied = new Set<() => void>();

  constructor(options: CompleteServerOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    const { idleTimeoutMs, maxConnectionAgeMs, maxConnectionAgeGraceMs } = options;
    const grain = Math.min(idleTimeoutMs / 4, maxConnectionAgeMs / 20, maxConnectionAgeGraceMs / 10, longestPauseMs);
    this.#pauseMs = Math.max(shortestPauseMs, grain);
  }

  get size(): number {
    return this.#handshaking.size + this.#open.size;
  }

  get openCalls(): number {
    let calls = 0;
    for (const { openCalls } of this.#open) calls += openCalls;
    return calls;
  }

  /** A copy: they may end while it is walked. */
  all(): ServerConnection[] {
    return [...this.#handshaking, ...this.#open];
  }

  /** A peer has connected and says who it is. */
  add(one: ServerConnection): void {
    if (one.isClosed || one.isOpen) return;
    this.#handshaking.add(one);
    const { maxHandshakes } = this.#options;
    if (this.#handshaking.size <= maxHandshakes) return;
    for (const oldest of this.#handshaking) {
      oldest.connection.close(
        connectionError(
          "UNAVAILABLE",
          `more than maxHandshakes ${maxHandshakes.toLocaleString("en")} connections in the handshake`,
        ),
      );
      return;
    }
  }

  /** Throws when no further connection may open. */
  checkRoom(): void {
    const { maxConnections } = this.#options;
    if (this.#open.size < maxConnections) return;
    throw connectionError("UNAVAILABLE", `more than maxConnections ${maxConnections.toLocaleString("en")} connections`);
  }

  opened(one: ServerConnection): void {
    this.#handshaking.delete(one);
    this.#open.add(one);
    if (this.#timer === undefined) this.#schedule(this.#pauseMs);
  }

  /** It was used: once nothing comes any more it is to rest. */
  woke(one: ServerConnection): void {
    this.#awake.add(one);
    this.#restTimer ??= this.#clock.startTimer(() => this.#letRest(), restPauseMs(this.#awake.size), false);
  }

  #letRest(): void {
    this.#restTimer = undefined;
    for (const one of this.#awake) if (one.connection.rest()) this.#awake.delete(one);
    if (this.#awake.size > 0)
      this.#restTimer = this.#clock.startTimer(() => this.#letRest(), restPauseMs(this.#awake.size), false);
  }

  closed(one: ServerConnection): void {
    this.#awake.delete(one);
    const isKnown = this.#handshaking.delete(one) || this.#open.delete(one);
    this.#bytesIn += one.connection?.bytesReceived ?? 0;
    this.#bytesOut += one.connection?.bytesSent ?? 0;
    if (this.#open.size === 0) {
      this.#timer?.cancel();
      this.#timer = undefined;
      this.#restTimer?.cancel();
      this.#restTimer = undefined;
    }
    if (isKnown && this.size === 0) for (const tell of [...this.emptied]) tell();
  }

  /** All go in peace: `look` more often until they have. */
  leave(reason: string, graceMs: number): void {
    for (const one of this.all()) one.leave(reason, graceMs);
    if (this.#open.size > 0) this.#schedule(leavingPauseMs);
  }

  close(reason: string): void {
    for (const one of this.all()) one.close(reason);
  }

  /** Bytes of present and past connections. */
  traffic(): { connections: number; bytesIn: number; bytesOut: number } {
    const sum = { connections: this.size, bytesIn: this.#bytesIn, bytesOut: this.#bytesOut };
    for (const { connection } of this.all()) {
      sum.bytesIn += connection.bytesReceived;
      sum.bytesOut += connection.bytesSent;
    }
    return sum;
  }

  #schedule(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.startTimer(
      () => {
        this.#timer = undefined;
        const now = this.#clock.now();
        for (const one of [...this.#open]) one.look(now);
        if (this.#open.size > 0) this.#schedule(ms);
      },
      ms,
      false,
    );
  }
}
