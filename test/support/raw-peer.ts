/**
 * A peer that does as it is told, over a real TCP socket: bytes and frames out, expectations in. Knows the protocol from PROTOCOL.md
 * alone (`wire-frames.ts`), so it can be as wrong as a test wants.
 */

import net from "node:net";
import { isDeepStrictEqual } from "node:util";
import { decodeFrame, encodeFrame, type Frame, FrameSplitter, type KindName, magicBytes } from "./wire-frames.ts";

const patienceMs = 3_000;

/** Every field but the version; see PROTOCOL.md, "Handshake". */
export const plainHello: Frame = { kind: "hello", message: { versions: [1, 1] } };

export class RawPeer {
  readonly socket: net.Socket;
  readonly #splitter = new FrameSplitter();
  readonly #frames: Frame[] = [];
  #raw: Buffer[] = [];
  #wake: () => void = () => {};
  /** FIN or RST has come. */
  isClosed = false;
  error: Error | undefined;
  /** Frames of these kinds are left out: what a test does not look at. */
  ignores: ReadonlySet<KindName | number> = new Set(["credit"]);
  isReading = true;

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", (error) => {
      this.error = error;
    });
    const close = (): void => {
      this.isClosed = true;
      this.#wake();
    };
    socket.on("end", close);
    socket.on("close", close);
  }

  static async connect(port: number, host = "127.0.0.1"): Promise<RawPeer> {
    const socket = net.connect({ port, host, allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new RawPeer(socket);
  }

  /** A client whose handshake is done. */
  static async open(port: number, hello: Frame = plainHello): Promise<RawPeer> {
    const peer = await RawPeer.connect(port);
    peer.send(magicBytes);
    peer.sendFrame(hello);
    await peer.expectFrame({ kind: "hello" });
    return peer;
  }

  #receive(chunk: Buffer): void {
    this.#raw.push(Buffer.from(chunk));
    try {
      for (const bytes of this.#splitter.push(chunk)) {
        const frame = decodeFrame(bytes);
        if (!this.ignores.has(frame.kind)) this.#frames.push(frame);
      }
    } catch {
      // Bytes that are no frames (an HTTP answer) are read from `received`.
    }
    this.#wake();
  }

  /** Everything that has come, as it came. */
  get received(): Buffer {
    this.#raw = [Buffer.concat(this.#raw)];
    return this.#raw[0] as Buffer;
  }

  get hasMagic(): boolean {
    return this.#splitter.sawMagic;
  }

  /** Frames that came and were not expected yet. */
  get pending(): readonly Frame[] {
    return this.#frames;
  }

  send(bytes: Buffer | string): void {
    this.socket.write(bytes);
  }

  sendFrame(...frames: Frame[]): void {
    this.send(Buffer.concat(frames.map(encodeFrame)));
  }

  /** Sends byte by byte, each in a packet of its own. */
  async sendSlowly(bytes: Buffer, pauseMs: number): Promise<void> {
    for (const byte of bytes) {
      this.socket.write(Buffer.of(byte));
      await pause(pauseMs);
    }
  }

  /** Stops reading: the other side's output fills up. */
  stopReading(): void {
    this.socket.pause();
  }

  /** The next frame, which must have these fields. */
  async expectFrame(expected: Partial<Frame>, withinMs = patienceMs): Promise<Frame> {
    await this.#until(() => this.#frames.length > 0 || this.isClosed, withinMs, `frame ${JSON.stringify(expected)}`);
    const frame = this.#frames.shift();
    if (frame === undefined) throw new Error(`closed (${this.error?.message ?? "FIN"}) instead of ${JSON.stringify(expected)}`);
    for (const [field, value] of Object.entries(expected)) {
      const actual = frame[field as keyof Frame];
      if (!matches(actual, value)) {
        throw new Error(`expected ${field} ${JSON.stringify(value)}, not ${JSON.stringify(actual)}, in ${JSON.stringify(frame)}`);
      }
    }
    return frame;
  }

  /** The connection's end; with a reason, after a `close` frame whose message matches. Other frames before it are dropped. */
  async expectClose(reason?: RegExp, withinMs = patienceMs): Promise<Frame | undefined> {
    await this.#until(() => this.isClosed, withinMs, `the connection's end (${String(reason)})`);
    const frame = this.#frames.findLast(({ kind }) => kind === "close");
    if (reason !== undefined) {
      const text = String(frame?.message?.message);
      if (!reason.test(text)) throw new Error(`expected to be closed for ${String(reason)}, not ${JSON.stringify(frame)}`);
    }
    this.#frames.length = 0;
    return frame;
  }

  /** Nothing comes for a while, and the connection stands. */
  async expectSilence(ms = 50): Promise<void> {
    await pause(ms);
    if (this.isClosed) throw new Error("the connection was closed");
    if (this.#frames.length > 0) throw new Error(`unexpected ${JSON.stringify(this.#frames[0])}`);
  }

  fin(): void {
    this.socket.end();
  }

  rst(): void {
    this.socket.resetAndDestroy();
  }

  destroy(): void {
    this.socket.destroy();
  }

  async #until(holds: () => boolean, withinMs: number, what: string): Promise<void> {
    const end = performance.now() + withinMs;
    while (!holds()) {
      const left = end - performance.now();
      if (left <= 0) throw new Error(`not within ${withinMs} ms: ${what}; pending ${JSON.stringify(this.#frames)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** A server that answers as the test says; one connection after another. */
export class RawServer {
  readonly #server: net.Server;
  readonly #peers: RawPeer[] = [];
  #waiting: ((peer: RawPeer) => void)[] = [];
  readonly port: number;

  private constructor(server: net.Server) {
    this.#server = server;
    this.port = (server.address() as net.AddressInfo).port;
    server.on("connection", (socket) => {
      const peer = new RawPeer(socket);
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#peers.push(peer);
      else waiting(peer);
    });
  }

  static async listen(): Promise<RawServer> {
    const server = net.createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new RawServer(server);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The next connection. */
  accept(): Promise<RawPeer> {
    const peer = this.#peers.shift();
    return peer === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(peer);
  }

  /** The next connection, with the handshake done. */
  async open(hello: Frame = plainHello): Promise<RawPeer> {
    const peer = await this.accept();
    await peer.expectFrame({ kind: "hello" });
    peer.send(magicBytes);
    peer.sendFrame(hello);
    return peer;
  }

  async close(): Promise<void> {
    for (const peer of this.#peers.splice(0)) peer.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** Documents need only the fields that are expected of them; regular expressions match texts. */
function matches(actual: unknown, expected: unknown): boolean {
  if (expected instanceof RegExp) return typeof actual === "string" && expected.test(actual);
  if (isPlain(expected) && isPlain(actual)) return Object.entries(expected).every(([key, value]) => matches(actual[key], value));
  return isDeepStrictEqual(actual, expected);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
