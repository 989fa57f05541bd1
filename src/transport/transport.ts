/**
 * What a connection needs of a socket. `socket-transport.ts` gives it over node:net and node:tls, `testing/memory-transport.ts` between
 * two ends in one process, tests script their own.
 */

export type TransportKind = "tcp" | "tls" | "unix" | "memory";

export interface TransportListener {
  /** The chunk is valid during the call alone: transports read into one buffer again and again. */
  receiveBytes(chunk: Buffer): void;
  /** Everything handed over has left: `bufferedBytes` is 0 again. */
  drained(): void;
  /** The peer has ended its side (FIN). */
  receiveEnd(): void;
  /** Last of all, exactly once. */
  closed(error: Error | undefined): void;
}

export interface Transport {
  readonly kind: TransportKind;
  /** "127.0.0.1:4242", or the path of a unix socket. */
  readonly peerAddress: string;
  /** The peer's certificate as node:tls gives it. */
  readonly certificate?: object;
  /** Bytes handed over that have not left the process. 0 right after `write`: the memory may be used again. */
  readonly bufferedBytes: number;
  /** From now on events go there. A transport made by a listener or connector is silent until this is called. */
  attach(listener: TransportListener): void;
  /** Must not be changed until `bufferedBytes` is 0. */
  write(chunk: Buffer): void;
  writeAll(chunks: readonly Buffer[]): void;
  /** Sends what is buffered, then FIN. */
  end(): void;
  /** Closes at once. `reset`: with RST, so that a peer that is gone leaves nothing in the kernel. */
  destroy(reset?: boolean): void;
  /** Whether the socket keeps the process alive. */
  setRef(ref: boolean): void;
}
