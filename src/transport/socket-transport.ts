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

export class SocketTransport implements Transport {
  readonly kind: TransportKind;
  readonly peerAddress: string;
  readonly certificate?: object;
  readonly #socket: Socket;
  #listener: TransportListener | undefined;
  #error: Error | undefined;
  #isClosed = false;
  /** What came before anybody listened. */
  #early: Buffer[] = [];
  #earlyEnd = false;

  /** @param peerAddress what to call the peer; sockets forget it once they are closed */
  constructor(socket: Socket, kind: TransportKind, peerAddress: string) {
    this.#socket = socket;
    this.kind = kind;
    this.peerAddress = peerAddress;
    if (kind === "tls") {
      const certificate = (socket as TLSSocket).getPeerCertificate(true) as object | null;
      if (certificate !== null && Object.keys(certificate).length > 0) this.certificate = certificate;
    }
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.receive(chunk));
    socket.on("drain", () => {
      if (socket.writableLength === 0) this.#listener?.drained();
    });
    socket.on("end", () => {
      // A TLS alert comes as an error, and the end behind it says nothing: "closed" will tell.
      if (this.#error !== undefined) return;
      if (this.#listener === undefined) this.#earlyEnd = true;
      else this.#listener.receiveEnd();
    });
    socket.on("error", (error) => {
      this.#error ??= described(error);
    });
    socket.on("close", () => {
      this.#isClosed = true;
      this.#listener?.closed(this.#error);
    });
  }

  /** Bytes that were read: from the "data" event, or straight from an `onread` buffer. */
  receive(chunk: Buffer): void {
    if (this.#listener === undefined) this.#early.push(Buffer.from(chunk));
    else this.#listener.receiveBytes(chunk);
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  attach(listener: TransportListener): void {
    this.#listener = listener;
    for (const chunk of this.#early.splice(0)) listener.receiveBytes(chunk);
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

/** The socket's error in words, with its code. */
function described(error: Error): Error {
  const { code } = error as NodeJS.ErrnoException;
  return Object.assign(new Error(describeSocketError(error), { cause: error }), code === undefined ? {} : { code });
}
