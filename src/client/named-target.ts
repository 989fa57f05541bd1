/**
 * A `dns:///name:port` target: asks for the name's addresses, again every 30 s while the channel is used, and when a server is lost.
 *
 * Tells what it found; keeps no endpoints. What it knew last stays good when an answer fails to come.
 */

import { connectionError } from "../connection/connection-error.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { Clock, Timer } from "../time/clock.ts";
import type { Address } from "../transport/address.ts";
import type { Resolver } from "../transport/resolve-name.ts";

export interface NamedTargetOwner {
  readonly clock: Clock;
  readonly resolve: Resolver;
  /** Milliseconds that an answer may take. */
  readonly timeoutMs: number;
  /** Whether resolved addresses are dialled with TLS. */
  readonly isSecure: boolean;
  /** The channel was used since the last question, or calls wait. */
  isInUse(): boolean;
  /** It has asked, has been answered, or has failed. */
  changed(): void;
}

const refreshMs = 30_000;
/** After a lost server the name is asked at most this often. */
const leastGapMs = 1_000;
/** Addresses of one name that are used. */
const maxAddresses = 256;

export class NamedTarget {
  readonly address: Address & { kind: "dns" };
  readonly #owner: NamedTargetOwner;
  #timer: Timer | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #question = 0;
  /** A question waits for its answer: another one would throw that away, again and again where answers take long. */
  #isAsking = false;
  state: "idle" | "asking" | "known" | "failed" = "idle";
  /** What the name stood for last. */
  found: readonly Address[] = [];
  /** When that was asked for, if nothing was known before: what the answer took counts as part of connecting. */
  waitedSince: number | undefined;
  lastError: RpcError | undefined;

  constructor(address: Address & { kind: "dns" }, owner: NamedTargetOwner) {
    this.address = address;
    this.#owner = owner;
  }

  /** Calls wait: asks, unless it was done moments ago. */
  start(): void {
    if (this.state === "idle" || this.state === "failed") this.refresh();
  }

  /** A server that the name stood for is gone. */
  refresh(): void {
    if (this.#isAsking) return;
    const gap = this.#owner.clock.now() - this.#askedAt;
    if (gap >= leastGapMs) return void this.#ask();
    this.#wait(leastGapMs - gap);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#question += 1;
    this.#isAsking = false;
    this.state = "idle";
  }

  async #ask(): Promise<void> {
    const { clock, resolve, timeoutMs } = this.#owner;
    this.#question += 1;
    const question = this.#question;
    this.#askedAt = clock.now();
    this.#isAsking = true;
    // A known name stays usable while it is asked for again.
    if (this.state !== "known") this.state = "asking";
    this.#wait(timeoutMs, () => this.#failed(question, `no answer within connectTimeoutMs ${timeoutMs}`));
    this.#owner.changed();
    try {
      const addresses = await resolve(this.address.host);
      if (question === this.#question) this.#found(addresses);
    } catch (cause) {
      this.#failed(question, cause instanceof Error ? cause.message : String(cause), cause);
    }
  }

  #found(addresses: readonly string[]): void {
    if (!Array.isArray(addresses) || addresses.some((one) => typeof one !== "string" || one === "")) {
      return this.#failed(this.#question, "resolve() must answer an array of addresses as strings");
    }
    const hosts = [...new Set(addresses)].sort().slice(0, maxAddresses);
    if (hosts.length === 0) return this.#failed(this.#question, "it has no addresses");
    const { host: name, port } = this.address;
    const kind = this.#owner.isSecure ? "tls" : "tcp";
    this.found = hosts.map((host) => ({ kind, host, port, name }));
    this.lastError = undefined;
    this.waitedSince = this.state === "asking" ? this.#askedAt : undefined;
    this.state = "known";
    this.#isAsking = false;
    this.#waitForRefresh();
    this.#owner.changed();
  }

  #failed(question: number, why: string, cause?: unknown): void {
    if (question !== this.#question) return;
    this.#question += 1;
    this.#isAsking = false;
    this.lastError = connectionError(
      "UNAVAILABLE",
      `cannot resolve dns:///${this.address.host}: ${why}`,
      { executed: "no" },
      cause,
    );
    if (this.state !== "known") this.state = "failed";
    this.#waitForRefresh();
    this.#owner.changed();
  }

  /** With a fifth of jitter, so that clients that were started together do not ask together. */
  #waitForRefresh(): void {
    const { clock } = this.#owner;
    const ms = this.state === "failed" ? leastGapMs : refreshMs;
    this.#wait(ms * (0.9 + 0.2 * clock.random()));
  }

  #wait(ms: number, then: () => void = () => this.#again()): void {
    this.#timer?.cancel();
    this.#timer = this.#owner.clock.startTimer(then, Math.max(1, ms), false);
  }

  #again(): void {
    if (this.#owner.isInUse()) void this.#ask();
    else this.#waitForRefresh();
  }
}
