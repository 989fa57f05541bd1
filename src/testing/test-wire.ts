/**
 * The wire between a test's channel and its server, and what may happen to it. Connections come and go; faults stay until
 * `heal()`, and hold for connections that are made later as well.
 */

import { RpcError, withFacts } from "../errors/rpc-error.ts";
import type { ServerState } from "../server/server.ts";
import type { Clock } from "../time/clock.ts";
import type { Dialing } from "../transport/dial.ts";
import type { Transport } from "../transport/transport.ts";
import { Lane, type LaneFaults, noFaults } from "./lane.ts";
import { MemoryTransport } from "./memory-transport.ts";

/** Which way bytes go. */
export type Direction = "to-server" | "to-client" | "both";

/** A server as the wire sees it. */
export interface WiredServer {
  readonly state: ServerState;
  accept(transport: Transport): void;
}

/** What lies between the two ends: perfect until it is told otherwise. */
export class TestWire {
  readonly #clock: Clock;
  readonly #server: WiredServer;
  readonly #toServer: LaneFaults = noFaults();
  readonly #toClient: LaneFaults = noFaults();
  readonly #pairs = new Set<{ lanes: readonly Lane[]; cut(): void }>();
  #refusal: string | undefined;
  /** Connections that were asked for, refused ones too. */
  attempts = 0;
  /** Connections that were made, broken ones too. */
  dialed = 0;

  constructor(clock: Clock, server: WiredServer) {
    this.#clock = clock;
    this.#server = server;
  }

  /** Bytes arrive so much later. */
  delay(ms: number, direction: Direction = "both"): void {
    for (const faults of this.#faults(direction)) faults.delayMs = ms;
  }

  /** Bytes wait where they are until `release()`: the sender sees a peer that does not read. */
  hold(direction: Direction = "both"): void {
    for (const faults of this.#faults(direction)) faults.isHeld = true;
  }

  /** Bytes that were held go on their way, and later ones are not held. */
  release(direction: Direction = "both"): void {
    for (const faults of this.#faults(direction)) faults.isHeld = false;
    this.#schedule();
  }

  /** Bytes vanish and nobody is told: a cable that was pulled. */
  drop(direction: Direction = "both"): void {
    for (const faults of this.#faults(direction)) faults.isDropping = true;
  }

  /** Bytes arrive in pieces of at most so many. 1 finds whoever believes that a chunk is a frame. */
  split(bytes: number, direction: Direction = "both"): void {
    for (const faults of this.#faults(direction)) faults.pieceBytes = Math.max(1, bytes);
  }

  /** Damages one byte: the one `after` so many from now. */
  corrupt(after = 0, direction: "to-server" | "to-client" = "to-server"): void {
    for (const faults of this.#faults(direction)) faults.corruptIn = after;
  }

  /** Breaks all connections: now, or the one that carries the byte `after` so many from now. */
  cut(after?: number, direction: "to-server" | "to-client" = "to-server"): void {
    if (after === undefined) {
      for (const pair of [...this.#pairs]) pair.cut();
      return;
    }
    for (const faults of this.#faults(direction)) faults.cutIn = after;
  }

  /** New connections are refused, as where nobody listens. */
  refuse(): void {
    this.#refusal = "refused by the test";
  }

  /** Everything works again. What was dropped stays lost. */
  heal(): void {
    this.#refusal = undefined;
    Object.assign(this.#toServer, noFaults());
    Object.assign(this.#toClient, noFaults());
    this.#schedule();
  }

  /** Connections that stand. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** How the channel opens a connection. */
  dial(): Dialing {
    this.attempts += 1;
    const refusal = this.#refusal ?? (isListening(this.#server) ? undefined : "nobody listens there");
    if (refusal !== undefined) {
      const error = new RpcError({ code: "UNAVAILABLE", message: `cannot connect to the test's server: ${refusal}` });
      return { transport: Promise.reject(withFacts(error, { scope: "connection", executed: "no" })), abort: () => {} };
    }
    this.dialed += 1;
    return { transport: Promise.resolve(this.#join()), abort: () => {} };
  }

  #join(): Transport {
    const cut = (): void => {
      const error = Object.assign(new Error("cut by the test (ECONNRESET)"), { code: "ECONNRESET" });
      client.lose(error);
      server.lose(error);
      this.#pairs.delete(pair);
    };
    const toServer = new Lane(this.#toServer, this.#clock, cut);
    const toClient = new Lane(this.#toClient, this.#clock, cut);
    const pair = { lanes: [toServer, toClient], cut };
    const client = new MemoryTransport("memory:server", { out: toServer, in: toClient });
    const server = new MemoryTransport("memory:client", { out: toClient, in: toServer });
    // A destroyed end resets the other one, unless the wire swallows everything: then nobody learns of it.
    client.onGone = () => this.#reset(pair, server, this.#toServer);
    server.onGone = () => this.#reset(pair, client, this.#toClient);
    this.#pairs.add(pair);
    this.#server.accept(server);
    return client;
  }

  #reset(pair: { lanes: readonly Lane[]; cut(): void }, other: MemoryTransport, faults: LaneFaults): void {
    this.#pairs.delete(pair);
    if (!faults.isDropping) setImmediate(() => other.lose(undefined));
  }

  #faults(direction: Direction): LaneFaults[] {
    if (direction === "both") return [this.#toServer, this.#toClient];
    return [direction === "to-server" ? this.#toServer : this.#toClient];
  }

  #schedule(): void {
    for (const { lanes } of this.#pairs) for (const lane of lanes) lane.schedule();
  }
}

/** Whether a server that listened would still do so. */
function isListening({ state }: WiredServer): boolean {
  return state === "serving" || state === "leaving";
}
