/**
 * Listens on an address and hands out transports. The only other place with node:net and node:tls besides `dial.ts`.
 *
 * Errors while accepting (no descriptors left) are reported and survived; errors of binding reject `listen`.
 */

import net from "node:net";
import type tls from "node:tls";
import { type Address, formatAddress } from "./address.ts";
import { loadFs, loadTls } from "./late-modules.ts";
import { SocketTransport } from "./socket-transport.ts";
import type { Transport } from "./transport.ts";

export interface ListenerOptions {
  readonly address: Address;
  /** node:tls options; makes any address TLS. */
  readonly tls?: object;
  /** Milliseconds that a TLS handshake may take. */
  readonly handshakeTimeoutMs: number;
  /** TLS handshakes under way; above it the oldest is ended. */
  readonly maxHandshakes: number;
  onTransport(transport: Transport): void;
  onError(error: unknown, where: { readonly where: string; readonly peer?: string }): void;
}

export interface Listener {
  readonly url: string;
  readonly host?: string;
  readonly port?: number;
  /** Accepts no more; transports that were handed out go on. */
  close(): Promise<void>;
  /** New certificates for connections from now on. */
  setTls(options: object): void;
}

export async function listen(options: ListenerOptions): Promise<Listener> {
  const { address } = options;
  if (address.kind === "dns") throw new TypeError("a server listens on tcp, tls or unix addresses, not on dns:///");
  const secure = address.kind === "tls" || options.tls !== undefined;
  if (secure) checkCertificate(options.tls ?? {});
  const accept = (socket: net.Socket): void => {
    const kind = secure ? "tls" : address.kind === "unix" ? "unix" : "tcp";
    const { host, port } = address.kind === "unix" ? { host: address.path } : peerOf(socket);
    options.onTransport(new SocketTransport(socket, kind, host, port));
  };
  const server = secure
    ? loadTls().createServer({ handshakeTimeout: options.handshakeTimeoutMs, ...options.tls }, accept)
    : net.createServer({ noDelay: true }, accept);
  const handshakes = secure ? new TlsHandshakes(server as tls.Server, options.maxHandshakes) : undefined;
  // Sockets that fail before they are handed out: TLS handshakes above all.
  server.on("tlsClientError", (error: Error, socket: tls.TLSSocket) => {
    const { host, port } = peerOf(socket);
    const peer = address.kind === "unix" ? address.path : `${host}:${port}`;
    socket.on("error", () => {});
    socket.destroy();
    options.onError(error, { where: "tls handshake", peer });
  });
  if (address.kind === "unix") await removeStaleSocket(address.path);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    const listening = (): void => {
      server.removeListener("error", reject);
      resolve();
    };
    if (address.kind === "unix") server.listen(address.path, listening);
    else server.listen(address.port, address.host, listening);
  });
  server.on("error", (error) => options.onError(error, { where: "accept" }));
  const closed = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      handshakes?.close();
    });
  const setTls = (next: object): void => {
    if (secure) (server as tls.Server).setSecureContext(next as tls.SecureContextOptions);
  };
  if (address.kind === "unix") return { url: formatAddress(address), close: closed, setTls };
  const bound = server.address() as net.AddressInfo;
  const url = formatAddress({ kind: secure ? "tls" : "tcp", host: address.host, port: bound.port });
  return { url, host: address.host, port: bound.port, close: closed, setTls };
}

/** All that node:tls can take a server's identity from. Without any it listens, and fails each handshake. */
const identities = ["cert", "pfx", "secureContext", "SNICallback", "pskCallback"] as const;

function checkCertificate(tls: Partial<Record<(typeof identities)[number], unknown>>): void {
  if (identities.some((name) => tls[name] !== undefined)) return;
  throw new TypeError("a TLS address needs a certificate: createServer({ tls: { cert, key } })");
}

/** Of a TLS socket that Node has destroyed already only the TCP socket below it knows, if it was asked before. */
function peerOf(socket: net.Socket & { readonly _parent?: net.Socket }): { host: string; port?: number } {
  const known = socket.remoteAddress === undefined ? socket._parent : socket;
  return { host: known?.remoteAddress ?? "?", port: known?.remotePort ?? 0 };
}

/**
 * TCP connections of a TLS server that are not secured yet: bounded, the oldest goes first. A server that closes ends them: nobody
 * else knows of them.
 */
class TlsHandshakes {
  readonly #sockets = new Set<net.Socket>();

  constructor(server: tls.Server, most: number) {
    server.on("connection", (socket: net.Socket) => {
      // Asked now, it is known when the handshake has failed.
      void socket.remoteAddress;
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      if (this.#sockets.size <= most) return;
      const [oldest] = this.#sockets;
      oldest?.destroy();
    });
    server.on("secureConnection", (secured: tls.TLSSocket & { readonly _parent?: net.Socket }) => {
      const { _parent: below } = secured;
      if (below !== undefined && this.#sockets.delete(below)) return;
      for (const socket of this.#sockets) {
        if (socket.remotePort !== secured.remotePort || socket.remoteAddress !== secured.remoteAddress) continue;
        this.#sockets.delete(socket);
        return;
      }
    });
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** A socket file that nobody answers is what a killed process left behind. */
async function removeStaleSocket(path: string): Promise<void> {
  const { lstatSync, unlinkSync } = loadFs();
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return;
  const isAlive = await new Promise<boolean>((resolve) => {
    const probe = net.connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "ECONNREFUSED"));
  });
  if (!isAlive) unlinkSync(path);
}
