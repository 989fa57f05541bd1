/**
 * A TCP proxy that does to bytes what networks do: delay, throttle, split, stall, half-close, reset, corrupt, duplicate, swallow.
 *
 * Faults are fields that hold from the moment they are set, for connections that stand and that come; `heal()` ends them all. What
 * was swallowed, damaged or doubled stays so: TCP would have repaired it, a broken middlebox does not.
 */

import net from "node:net";

export type Side = "up" | "down";

interface Faults {
  /** Each chunk arrives so much later. */
  delayMs: number;
  /** Bytes a second; Infinity for all at once. */
  bytesPerSecond: number;
  /** At most so many bytes a segment. */
  pieceBytes: number;
  /** Nothing is read: the sender's buffers fill. */
  isStalled: boolean;
  /** What is read is thrown away, ends of connections as well. */
  isBlackHole: boolean;
  /** Bytes until one is damaged. */
  corruptIn: number | undefined;
  /** The next chunk arrives twice. */
  duplicatesNext: boolean;
}

const none: Faults = {
  delayMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  pieceBytes: Number.POSITIVE_INFINITY,
  isStalled: false,
  isBlackHole: false,
  corruptIn: undefined,
  duplicatesNext: false,
};

export class FaultProxy {
  readonly #server: net.Server;
  readonly #pairs = new Set<Pair>();
  readonly #mute = new Set<net.Socket>();
  readonly port: number;
  /** Client to server, and back. */
  readonly up: Faults = { ...none };
  readonly down: Faults = { ...none };
  /** New connections are reset. */
  isRefusing = false;
  /** New connections are accepted and nothing more: the server never hears of them. */
  isMute = false;
  connections = 0;

  private constructor(server: net.Server, target: { port: number; host?: string }) {
    this.#server = server;
    this.port = (server.address() as net.AddressInfo).port;
    server.on("connection", (client) => {
      client.on("error", () => {});
      this.connections += 1;
      if (this.isRefusing) return void client.resetAndDestroy();
      if (this.isMute) {
        this.#mute.add(client);
        client.resume();
        return;
      }
      const pair = new Pair(
        client,
        net.connect({ port: target.port, host: target.host ?? "127.0.0.1", allowHalfOpen: true }),
        this,
      );
      this.#pairs.add(pair);
      pair.onEnd = () => this.#pairs.delete(pair);
    });
  }

  /** Listens on a port of its own in front of another. */
  static async start(target: { port: number; host?: string }): Promise<FaultProxy> {
    const server = net.createServer({ allowHalfOpen: true, noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new FaultProxy(server, target);
  }

  get url(): string {
    return `tcp://127.0.0.1:${this.port}`;
  }

  get open(): number {
    return this.#pairs.size;
  }

  /** One side, or both. */
  set(faults: Partial<Faults>, side: Side | "both" = "both"): void {
    if (side !== "down") Object.assign(this.up, faults);
    if (side !== "up") Object.assign(this.down, faults);
    for (const pair of this.#pairs) pair.update();
  }

  /** RST to both ends of every connection. */
  reset(): void {
    for (const pair of [...this.#pairs]) pair.reset();
  }

  /** FIN to the client (as if the server had ended) or to the server; the other direction stays open. */
  halfClose(side: Side): void {
    for (const pair of this.#pairs) pair.halfClose(side);
  }

  heal(): void {
    this.isRefusing = false;
    this.isMute = false;
    this.set(none);
  }

  async close(): Promise<void> {
    this.reset();
    for (const client of this.#mute) client.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

class Pair {
  readonly #client: net.Socket;
  readonly #server: net.Socket;
  readonly #up: Pump;
  readonly #down: Pump;
  onEnd: () => void = () => {};

  constructor(client: net.Socket, server: net.Socket, proxy: FaultProxy) {
    this.#client = client;
    this.#server = server;
    server.setNoDelay(true);
    this.#up = new Pump(client, server, proxy.up);
    this.#down = new Pump(server, client, proxy.down);
    // One end's reset is the other's, unless the path swallows everything.
    client.on("error", () => !proxy.up.isBlackHole && server.resetAndDestroy());
    server.on("error", () => !proxy.down.isBlackHole && client.resetAndDestroy());
    const ended = (): void => {
      if (client.destroyed && server.destroyed) this.onEnd();
    };
    client.on("close", ended);
    server.on("close", ended);
  }

  update(): void {
    this.#up.update();
    this.#down.update();
  }

  reset(): void {
    this.#up.stop();
    this.#down.stop();
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  halfClose(side: Side): void {
    (side === "down" ? this.#client : this.#server).end();
  }
}

/** What a direction holds at most before it stops reading, as a router's queue would. */
const maxHeldBytes = 256 * 1024;

/** One direction of one connection. */
class Pump {
  readonly #from: net.Socket;
  readonly #to: net.Socket;
  readonly #faults: Faults;
  /** What is under way, in order: what comes later is never sent earlier. */
  readonly #held: { readonly at: number; readonly bytes: number; readonly send: () => void }[] = [];
  #heldBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: net.Socket, to: net.Socket, faults: Faults) {
    this.#from = from;
    this.#to = to;
    this.#faults = faults;
    from.on("data", (chunk: Buffer) => this.#receive(chunk));
    from.on("end", () => {
      if (!faults.isBlackHole) this.#hold(0, () => to.end());
    });
    to.on("drain", () => this.update());
    this.update();
  }

  /** The faults are others now. Without one that takes time, what is under way arrives. */
  update(): void {
    const { isStalled, delayMs, bytesPerSecond } = this.#faults;
    if (delayMs === 0 && bytesPerSecond === Number.POSITIVE_INFINITY) this.#release(Number.POSITIVE_INFINITY);
    if (isStalled || this.#to.writableNeedDrain || this.#heldBytes > maxHeldBytes) this.#from.pause();
    else this.#from.resume();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#held.length = 0;
    this.#heldBytes = 0;
  }

  #receive(chunk: Buffer): void {
    const faults = this.#faults;
    if (faults.isBlackHole) return;
    if (faults.corruptIn !== undefined) {
      if (faults.corruptIn < chunk.length) {
        chunk[faults.corruptIn] = (chunk[faults.corruptIn] as number) ^ 0xff;
        faults.corruptIn = undefined;
      } else {
        faults.corruptIn -= chunk.length;
      }
    }
    const copies = faults.duplicatesNext ? [chunk, chunk] : [chunk];
    faults.duplicatesNext = false;
    for (const copy of copies) {
      for (let at = 0; at < copy.length; at += faults.pieceBytes) this.#send(copy.subarray(at, at + faults.pieceBytes));
    }
    if (this.#to.writableNeedDrain || this.#heldBytes > maxHeldBytes) this.#from.pause();
  }

  #send(piece: Buffer): void {
    this.#hold(piece.length, () => {
      if (this.#to.writable && !this.#faults.isBlackHole) this.#to.write(piece);
    });
  }

  #hold(bytes: number, send: () => void): void {
    const now = performance.now();
    const after = this.#held.at(-1)?.at ?? now;
    const at = Math.max(now + this.#faults.delayMs, after) + (bytes / this.#faults.bytesPerSecond) * 1_000;
    this.#held.push({ at, bytes, send });
    this.#heldBytes += bytes;
    this.#release(now);
  }

  /** Sends what is due. */
  #release(now: number): void {
    clearTimeout(this.#timer);
    let sent = 0;
    for (const { at, bytes, send } of this.#held) {
      if (at > now) break;
      sent += 1;
      this.#heldBytes -= bytes;
      send();
    }
    this.#held.splice(0, sent);
    const next = this.#held[0];
    if (next === undefined) return;
    this.#timer = setTimeout(() => {
      this.#release(performance.now());
      this.update();
    }, next.at - now);
  }
}
