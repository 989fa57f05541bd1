/**
 * The endpoints of a channel: those it was given and those that names resolve to. Answers which connection a call goes to: the less
 * loaded of two random ones that are ready.
 *
 * Endpoints that fail call after call are left out for a while, never more than half of them. Knows nothing of calls but their kind.
 */

import type { Connection } from "../connection/connection.ts";
import type { ChannelState } from "../contract/channel.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { Timer } from "../time/clock.ts";
import { type Address, formatAddress } from "../transport/address.ts";
import type { Resolver } from "../transport/resolve-name.ts";
import type { ConnectionWorld } from "./client-connection.ts";
import { Ejection } from "./ejection.ts";
import { Endpoint, type EndpointOwner } from "./endpoint.ts";
import { NamedTarget } from "./named-target.ts";

export interface EndpointSetOwner {
  readonly world: ConnectionWorld;
  readonly resolve: Resolver;
  /** Calls wait for a connection, or somebody for readiness. */
  readonly isWanted: boolean;
  /** Rises with every call. */
  readonly startedCalls: number;
  endpointsChanged(): void;
}

interface Member {
  readonly endpoint: Endpoint;
  readonly ejection: Ejection;
  /** `startedCalls` when it was last connected to. */
  callsAtAttempt: number;
}

export class EndpointSet implements EndpointOwner {
  readonly world: ConnectionWorld;
  readonly #owner: EndpointSetOwner;
  readonly #given: readonly Address[];
  readonly #names: readonly NamedTarget[];
  /** By address as text. */
  readonly #members = new Map<string, Member>();
  /** What calls choose from: rebuilt when a connection comes or goes, read for every call. */
  #ready: Connection[] = [];
  #callsAtQuestion = -1;
  /** Those that names no longer stand for: their calls go on to the end. */
  readonly #retired = new Set<Endpoint>();
  #pastBytes = { in: 0, out: 0 };
  /** Until endpoints that are left out come back. */
  readonly #returns = new Set<Timer>();
  #isClosed = false;

  constructor(addresses: readonly Address[], owner: EndpointSetOwner) {
    this.#owner = owner;
    this.world = owner.world;
    this.#given = addresses.filter(({ kind }) => kind !== "dns");
    const { clock, options } = owner.world;
    this.#names = addresses
      .filter((address) => address.kind === "dns")
      .map(
        (address) =>
          new NamedTarget(address, {
            clock,
            resolve: owner.resolve,
            timeoutMs: options.connectTimeoutMs,
            isSecure: options.tls !== undefined,
            isInUse: () => this.#isInUse(),
            changed: () => this.#nameChanged(),
          }),
      );
    for (const address of this.#given) this.#add(address);
  }

  /** Where a call of these kind bits goes. Undefined: it has to wait. */
  pick(kindFlags: number): Connection | undefined {
    const ready = this.#ready;
    if (ready.length > 1) return this.#pickOfSeveral(ready, kindFlags);
    const only = ready[0];
    return only?.outgoing.hasRoom(kindFlags) === true ? only : undefined;
  }

  #pickOfSeveral(ready: readonly Connection[], kindFlags: number): Connection | undefined {
    const { clock } = this.world;
    const first = Math.floor(clock.random() * ready.length);
    const other = (first + 1 + Math.floor(clock.random() * (ready.length - 1))) % ready.length;
    const [a, b] = [ready[first] as Connection, ready[other] as Connection];
    const less = a.outgoing.table.size <= b.outgoing.table.size ? a : b;
    return less.outgoing.hasRoom(kindFlags) ? less : ready.find(({ outgoing }) => outgoing.hasRoom(kindFlags));
  }

  get hasReady(): boolean {
    return this.#ready.length > 0;
  }

  /** Calls wait: connects wherever there is no connection. */
  connect(): void {
    for (const name of this.#names) name.start();
    for (const { endpoint } of this.#members.values()) endpoint.connect();
  }

  /** Calls wait although connections are ready: they may be full. */
  grow(kindFlags: number): void {
    if (this.#ready.length === 0) return;
    for (const { endpoint } of this.#members.values()) endpoint.grow(kindFlags);
  }

  /** A call that was open on `connection` has failed. */
  callFailed(connection: Connection | undefined, error: RpcError): void {
    if (connection === undefined || this.#members.size < 2) return;
    for (const { endpoint, ejection } of this.#members.values()) {
      for (const usable of endpoint.usable()) {
        if (usable.connection !== connection) continue;
        const pauseMs = ejection.failed(connection, error, this.world.clock.now());
        if (pauseMs === 0) return;
        this.world.options.onError(error, {
          where: "endpoint left out",
          address: formatAddress(endpoint.address),
          forMs: pauseMs,
        });
        this.#watchReturn(pauseMs);
        return this.#rebuild();
      }
    }
  }

  get state(): Exclude<ChannelState, "closed"> {
    const states = new Set([...this.#members.values()].map(({ endpoint }) => endpoint.state));
    if (states.has("ready")) return "ready";
    if (states.has("connecting") || this.#names.some(({ state }) => state === "asking")) return "connecting";
    if (states.has("backoff") || this.#names.some(({ state }) => state === "failed")) return "unavailable";
    return [...this.#members.values()].some(({ endpoint }) => endpoint.isDraining) ? "draining" : "idle";
  }

  get lastError(): RpcError | undefined {
    for (const { endpoint } of this.#members.values()) if (endpoint.lastError !== undefined) return endpoint.lastError;
    return this.#names.find(({ lastError }) => lastError !== undefined)?.lastError;
  }

  /** How long the connection that a call went to took to make, if the call waited for it. */
  connectTimingsOf(connection: Connection | undefined, waitedSince: number): { resolve?: number; connect?: number } {
    for (const endpoint of this.#all()) {
      for (const one of endpoint.connections()) {
        const isIt = connection === undefined ? one === endpoint.attempt : one.connection === connection;
        if (isIt && (one.readyAt ?? Number.POSITIVE_INFINITY) > waitedSince) return one.timings;
      }
    }
    return {};
  }

  get traffic(): { connections: number; bytesIn: number; bytesOut: number } {
    const sum = { connections: 0, bytesIn: this.#pastBytes.in, bytesOut: this.#pastBytes.out };
    for (const endpoint of this.#all()) {
      const bytes = endpoint.traffic();
      sum.bytesIn += bytes.in;
      sum.bytesOut += bytes.out;
      sum.connections += endpoint.connectionCount;
    }
    return sum;
  }

  close(error: RpcError): void {
    this.#isClosed = true;
    for (const timer of this.#returns) timer.cancel();
    for (const name of this.#names) name.stop();
    for (const endpoint of this.#all()) endpoint.close(error);
    this.#ready = [];
  }

  *#all(): Iterable<Endpoint> {
    for (const { endpoint } of this.#members.values()) yield endpoint;
    yield* this.#retired;
  }

  // ---------------------------------------------------------------- told by endpoints and names

  get isShared(): boolean {
    return this.#members.size > 1;
  }

  isWanted(endpoint: Endpoint): boolean {
    if (this.#owner.isWanted) return true;
    const member = this.#members.get(formatAddress(endpoint.address));
    return this.isShared && member !== undefined && this.#owner.startedCalls !== member.callsAtAttempt;
  }

  endpointChanged(endpoint: Endpoint): void {
    if (this.#isClosed) return;
    const { state } = endpoint;
    const member = this.#members.get(formatAddress(endpoint.address));
    if (member !== undefined && state === "connecting") member.callsAtAttempt = this.#owner.startedCalls;
    this.#rebuild();
    if (state === "idle" || state === "backoff")
      for (const name of this.#names) if (name.state === "known" && this.#isInUse()) name.refresh();
    // While its calls go elsewhere, an endpoint that was lost comes back by itself: at once, or with the calls that come later.
    if (state === "idle" && this.isWanted(endpoint)) endpoint.connect();
    else if (state === "idle" && this.isShared && this.hasReady) endpoint.watchDemand();
    this.#owner.endpointsChanged();
  }

  /** Endpoints come back one after the other: each look finds those whose time is over. */
  #watchReturn(pauseMs: number): void {
    const timer = this.world.clock.startTimer(
      () => {
        this.#returns.delete(timer);
        this.#rebuild();
      },
      pauseMs,
      false,
    );
    this.#returns.add(timer);
  }

  #isInUse(): boolean {
    const isInUse = this.#owner.isWanted || this.#owner.startedCalls !== this.#callsAtQuestion;
    this.#callsAtQuestion = this.#owner.startedCalls;
    return isInUse;
  }

  #rebuild(): void {
    if (this.#isClosed) return;
    const now = this.world.clock.now();
    const members = [...this.#members.values()];
    const out = members.filter(({ ejection }) => ejection.isOut(now)).sort((a, b) => a.ejection.until - b.ejection.until);
    // Those that come back first are let in again where more than half would be left out.
    const left = new Set(out.slice(Math.max(0, out.length - Math.floor(members.length / 2))));
    const usable = (some: readonly Member[]): Connection[] =>
      some.flatMap(({ endpoint }) =>
        [...endpoint.usable()].flatMap(({ connection }) => (connection === undefined ? [] : [connection])),
      );
    this.#ready = usable(members.filter((member) => !left.has(member)));
    if (this.#ready.length === 0) this.#ready = usable(members);
  }

  #nameChanged(): void {
    if (this.#isClosed) return;
    const wanted = new Map(
      [{ found: this.#given, waitedSince: undefined }, ...this.#names].flatMap(({ found, waitedSince }) =>
        found.map((address) => [formatAddress(address), { address, waitedSince }]),
      ),
    );
    for (const [key, { endpoint }] of [...this.#members]) {
      if (wanted.has(key)) continue;
      this.#members.delete(key);
      this.#retired.add(endpoint);
      endpoint.retire();
    }
    this.#buryRetired();
    for (const [key, { address, waitedSince }] of wanted) {
      if (this.#members.has(key)) continue;
      const connects = this.#owner.isWanted || this.#ready.length > 0;
      // An attempt that begins later has nothing to do with what the answer took.
      const { endpoint } = this.#add(address, connects ? waitedSince : undefined);
      if (connects) endpoint.connect();
    }
    this.#rebuild();
    this.#owner.endpointsChanged();
  }

  #buryRetired(): void {
    for (const endpoint of this.#retired) {
      if (endpoint.connectionCount > 0) continue;
      this.#retired.delete(endpoint);
      const bytes = endpoint.traffic();
      this.#pastBytes.in += bytes.in;
      this.#pastBytes.out += bytes.out;
    }
  }

  #add(address: Address, waitedSince?: number): Member {
    const member: Member = { endpoint: new Endpoint(address, this, waitedSince), ejection: new Ejection(), callsAtAttempt: -1 };
    this.#members.set(formatAddress(address), member);
    return member;
  }
}
