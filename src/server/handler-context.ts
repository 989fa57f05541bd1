/**
 * What a handler is given beside its request. Everything that costs something is made when it is first asked for: most handlers
 * never look at `signal`, `metadata` or `values`.
 */

import { setMaxListeners } from "node:events";

import { type AbortReason, abortError } from "../connection/incoming-call.ts";
import type { CallContext, ContextValues, Peer } from "../contract/call-context.ts";
import { ContextValueMap } from "../contract/context-values.ts";
import { type ChildCall, type Parent, parentSymbol } from "../contract/inheritance.ts";
import { Metadata, type MetadataInit } from "../metadata/metadata.ts";
import type { Clock } from "../time/clock.ts";

/** What a context shows of its call. */
export interface ContextSource {
  readonly clock: Clock;
  readonly peer: Peer;
  readonly methodPath: string;
  readonly deadlineAt: number;
  readonly attempt: number;
  readonly endedBy: AbortReason | undefined;
  metadata: Metadata | undefined;
  leading: Metadata | undefined;
  trailers: Metadata | undefined;
  /** The first message, or the end, has been sent. */
  readonly hasSent: boolean;
  /** Brings the deadline forward; on the clock's scale. */
  shortenDeadline(at: number): void;
}

export class HandlerContext implements CallContext, Parent {
  readonly #call: ContextSource;
  #abort: AbortController | undefined;
  #values: ContextValues | undefined;
  #children: Set<ChildCall> | undefined;
  /** Another signal that an interceptor has put in the place of the call's. */
  #signal: AbortSignal | undefined;
  #collected: { leading: Metadata; trailers: Metadata } | undefined;

  constructor(call: ContextSource) {
    this.#call = call;
  }

  get signal(): AbortSignal {
    if (this.#signal !== undefined) return this.#signal;
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      // A handler listens once a pause or call: Node would warn of a leak at the eleventh, though the signal ends with the call.
      setMaxListeners(0, this.#abort.signal);
      if (this.#call.endedBy !== undefined) this.#abort.abort(abortError(this.#call.endedBy));
    }
    return this.#abort.signal;
  }

  // A getter that answers undefined while the call runs: `endedBy?` of the interface.
  get endedBy(): "cancel" | "deadline" | "connection" | "shutdown" {
    return this.#call.endedBy as AbortReason;
  }

  get deadline(): number {
    const { deadlineAt, clock } = this.#call;
    return deadlineAt === Number.POSITIVE_INFINITY ? deadlineAt : Math.round(clock.epochNow() + (deadlineAt - clock.now()));
  }

  remainingMs(): number {
    const { deadlineAt, clock } = this.#call;
    return deadlineAt === Number.POSITIVE_INFINITY ? deadlineAt : Math.max(0, deadlineAt - clock.now());
  }

  get metadata(): Metadata {
    this.#call.metadata ??= new Metadata();
    return this.#call.metadata;
  }

  setMetadata(metadata: MetadataInit): void {
    if (this.#call.hasSent) throw new Error("leading metadata must be set before the first message is sent");
    if (this.#collected !== undefined) assign(this.#collected.leading, metadata);
    else this.#call.leading = assigned(this.#call.leading, metadata);
  }

  setTrailers(metadata: MetadataInit): void {
    if (this.#collected !== undefined) assign(this.#collected.trailers, metadata);
    else this.#call.trailers = assigned(this.#call.trailers, metadata);
  }

  get peer(): Peer {
    return this.#call.peer;
  }

  get method(): string {
    return this.#call.methodPath;
  }

  get attempt(): number {
    return this.#call.attempt;
  }

  get values(): ContextValues {
    this.#values ??= new ContextValueMap();
    return this.#values;
  }

  /** What interceptors have put there. */
  useValues(values: ContextValues): void {
    this.#values = values;
  }

  useMetadata(metadata: Metadata): void {
    this.#call.metadata = metadata;
  }

  useSignal(signal: AbortSignal): void {
    this.#signal = signal;
  }

  /** @param deadline epoch milliseconds */
  shorten(deadline: number): void {
    const { clock } = this.#call;
    this.#call.shortenDeadline(clock.now() + (deadline - clock.epochNow()));
  }

  /** From now on what the handler sets goes there: it is an interceptor's to pass on. */
  collect(into: { leading: Metadata; trailers: Metadata }): void {
    this.#collected = into;
  }

  /** The interceptors have let the call through. */
  get isCollected(): boolean {
    return this.#collected !== undefined;
  }

  // ---------------------------------------------------------------- for outgoing calls that inherit

  get [parentSymbol](): Parent {
    return this;
  }

  get deadlineAt(): number {
    return this.#call.deadlineAt;
  }

  get children(): Set<ChildCall> {
    this.#children ??= new Set();
    return this.#children;
  }

  /** The call has ended before its handler: signal and children are told. */
  ended(reason: AbortReason): void {
    this.#abort?.abort(abortError(reason));
    if (this.#children === undefined) return;
    for (const child of [...this.#children]) child.parentEnded(this);
  }
}

/** A first set of keys, or these in addition to those that are there. */
function assigned(target: Metadata | undefined, by: MetadataInit): Metadata {
  if (target === undefined) return new Metadata(by);
  assign(target, by);
  return target;
}

/** Each key of `by` takes the place of the key of this name; the other keys stay: who sets one need not know of the rest. */
function assign(target: Metadata, by: MetadataInit): void {
  const given = new Metadata(by);
  for (const [key] of given) target.set(key, given.getAll(key));
}
