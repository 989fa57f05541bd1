/**
 * Two joined ends in one process: real bytes, no kernel. What one end writes the other receives in a later turn, copied, so that
 * memory is lent exactly as by a socket.
 */

import type { Transport, TransportListener } from "./transport.ts";

export class MemoryTransport implements Transport {
  readonly kind = "memory";
  readonly peerAddress: string;
  #other: MemoryTransport | undefined;
  #listener: TransportListener | undefined;
  #inbox: Buffer[] = [];
  #ended = false;
  #closed = false;
  #delivering = false;
  #keepAlive: NodeJS.Timeout | undefined;
  /** Bytes written that the other end has not received. */
  bufferedBytes = 0;

  private constructor(peerAddress: string) {
    this.peerAddress = peerAddress;
  }

  /** @returns the client's end, then the server's */
  static pair(): [MemoryTransport, MemoryTransport] {
    const client = new MemoryTransport("memory:server");
    const server = new MemoryTransport("memory:client");
    client.#other = server;
    server.#other = client;
    return [client, server];
  }

  attach(listener: TransportListener): void {
    this.#listener = listener;
    this.#schedule();
  }

  write(chunk: Buffer): void {
    const other = this.#other;
    if (this.#closed || this.#ended || other === undefined) return;
    this.bufferedBytes += chunk.length;
    other.#inbox.push(Buffer.from(chunk));
    other.#schedule();
  }

  writeAll(chunks: readonly Buffer[]): void {
    for (const chunk of chunks) this.write(chunk);
  }

  end(): void {
    if (this.#ended || this.#closed) return;
    this.#ended = true;
    this.#wakeOther();
  }

  destroy(): void {
    if (this.#closed) return;
    this.#close();
    this.#wakeOther();
  }

  /** A pending call keeps the process alive as a socket would. */
  setRef(ref: boolean): void {
    clearInterval(this.#keepAlive);
    this.#keepAlive = ref && !this.#closed ? setInterval(() => {}, 2 ** 30) : undefined;
  }

  #wakeOther(): void {
    const other = this.#other;
    if (other !== undefined) other.#schedule();
  }

  #schedule(): void {
    if (this.#delivering || this.#listener === undefined) return;
    this.#delivering = true;
    setImmediate(() => this.#deliver());
  }

  #deliver(): void {
    this.#delivering = false;
    const other = this.#other;
    const chunks = this.#inbox;
    this.#inbox = [];
    for (const chunk of chunks) {
      if (other !== undefined) other.bufferedBytes -= chunk.length;
      if (!this.#closed) this.#listener?.receiveBytes(chunk);
    }
    if (chunks.length > 0 && other !== undefined && !other.#closed && other.bufferedBytes === 0) other.#listener?.drained();
    if (this.#closed || this.#inbox.length > 0) return;
    if (other === undefined || other.#closed || other.#ended) {
      if (other === undefined || !other.#closed) this.#listener?.receiveEnd();
      this.#close();
    }
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.setRef(false);
    setImmediate(() => this.#listener?.closed(undefined));
  }
}
