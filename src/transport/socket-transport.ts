/**
 * A node:net or node:tls socket as a Transport. TCP_NODELAY is on: frames are coalesced by the connection, and Nagle's wait would
 * stall streams.
 *
 * Owns the socket from the first moment: every event has a listener before anything can be emitted, so no socket error is ever
 * uncaught. Chunks are lent, see `TransportListener`.
 */

import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { describeSocketError } from "./socket-errors.ts";
import type { Transport, TransportKind, TransportListener } from "./transport.ts";

/** Where a socket keeps its transport. */
const transportOf = Symbol("taut.transport");

type OwnedSocket = Socket & { [transportOf]?: SocketTransport };

export class SocketTransport implements Transport {
  readonly kind: TransportKind;
  readonly #peerHost: string;
  readonly #peerPort: number | undefined;
  readonly certificate?: object;
  readonly #socket: Socket;
  #listener: TransportListener | undefined;
  #error: Error | undefined;
  #isClosed = false;
  /** What came before anybody listened. */
  #early: Buffer[] | undefined;
  #earlyEnd = false;

  /** @param peerHost or a unix socket's path; sockets forget these once they are closed */
  constructor(socket: Socket, kind: TransportKind, peerHost: string, peerPort?: number) {
    this.#socket = socket;
    this.kind = kind;
    this.#peerHost = peerHost;
    this.#peerPort = peerPort;
    if (kind === "tls") {
      const certificate = (socket as TLSSocket).getPeerCertificate(true) as object | null;
      if (certificate !== null && Object.keys(certificate).length > 0) this.certificate = certificate;
    }
    socket.setNoDelay(true);
    (socket as OwnedSocket)[transportOf] = this;
    socket.on("data", onData);
    socket.on("drain", onDrain);
    socket.on("end", onEnd);
    socket.on("error", onError);
    socket.on("close", onClose);
  }

  /** Put together when it is asked for: the text of an idle connection would be memory for nothing. */
  get peerAddress(): string {
    const host = this.#peerHost;
    if (this.#peerPort === undefined) return host;
    return host.includes(":") ? `[${host}]:${this.#peerPort}` : `${host}:${this.#peerPort}`;
  }

  /** The socket has handed over what it had. */
  drained(): void {
    if (this.#socket.writableLength === 0) this.#listener?.drained();
  }

  /** The peer has ended its side. */
  ended(): void {
    // A TLS alert comes as an error, and the end behind it says nothing: "closed" will tell.
    if (this.#error !== undefined) return;
    if (this.#listener === undefined) this.#earlyEnd = true;
    else this.#listener.receiveEnd();
  }

  failed(error: Error): void {
    this.#error ??= described(error);
  }

  closed(): void {
    this.#isClosed = true;
    this.#listener?.closed(this.#error);
  }

  /** Bytes that were read: from the "data" event, or straight from an `onread` buffer. */
  receive(chunk: Buffer): void {
    if (this.#listener !== undefined) return this.#listener.receiveBytes(chunk);
    this.#early ??= [];
    this.#early.push(Buffer.from(chunk));
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  attach(listener: TransportListener): void {
    this.#listener = listener;
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const chunk of early) listener.receiveBytes(chunk);
    if (this.#earlyEnd) listener.receiveEnd();
    if (this.#isClosed) listener.closed(this.#error);
  }

  write(chunk: Buffer): void {
    if (!this.#socket.writable) return;
    this.#socket.write(chunk);
  }

  writeAll(chunks: readonly Buffer[]): void {
    const socket = this.#socket;
    if (!socket.writable) return;
    socket.cork();
    for (const chunk of chunks) socket.write(chunk);
    socket.uncork();
  }

  end(): void {
    if (!this.#socket.destroyed) this.#socket.end();
  }

  destroy(reset = false): void {
    if (this.#socket.destroyed) return;
    // RST leaves nothing in the kernel for a peer that is gone; TLS and unix sockets have none to send.
    if (reset && this.kind === "tcp") this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  setRef(ref: boolean): void {
    if (ref) this.#socket.ref();
    else this.#socket.unref();
  }
}

// One function each for all sockets: closures are memory that every idle connection would hold.

function onData(this: OwnedSocket, chunk: Buffer): void {
  this[transportOf]?.receive(chunk);
}

function onDrain(this: OwnedSocket): void {
  this[transportOf]?.drained();
}

function onEnd(this: OwnedSocket): void {
  this[transportOf]?.ended();
}

function onError(this: OwnedSocket, error: Error): void {
  this[transportOf]?.failed(error);
}

function onClose(this: OwnedSocket): void {
  this[transportOf]?.closed();
}

/** The socket's error in words, with its code. */
function described(error: Error): Error {
  const { code } = error as NodeJS.ErrnoException;
  return Object.assign(new Error(describeSocketError(error), { cause: error }), code === undefined ? {} : { code });
}
