/**
 * Opens a socket to an address, within one deadline over name resolution, TCP and TLS. The connection's handshake has its share of
 * the same time: the caller passes on what is left.
 *
 * Resolves with a transport or rejects with an RpcError that names the address and what failed; the socket is gone then.
 */

import net from "node:net";
import type tls from "node:tls";
import { RpcError, withFacts } from "../errors/rpc-error.ts";
import type { Clock } from "../time/clock.ts";
import { type Address, formatAddress } from "./address.ts";
import { loadTls } from "./late-modules.ts";
import { describeSocketError } from "./socket-errors.ts";
import { SocketTransport } from "./socket-transport.ts";
import type { Transport } from "./transport.ts";

export interface DialOptions {
  readonly clock: Clock;
  /** Milliseconds for everything up to the connected (and secured) socket. */
  readonly timeoutMs: number;
  /** node:tls options; makes any address TLS. */
  readonly tls?: object;
  /** Where the kernel reads to, shared by all sockets of a channel: what is read is used up before the next read. */
  readonly readBuffer: Buffer;
}

export interface Dialing {
  readonly transport: Promise<Transport>;
  /** Filled in as it goes on. */
  readonly timings?: DialTimings;
  /** Gives up; the promise rejects. */
  abort(): void;
}

/** Where the time of dialling went, for timeout errors: milliseconds from the beginning until the name had an address, and a socket. */
export interface DialTimings {
  resolve?: number;
  connect?: number;
}

export function dial(address: Address, options: DialOptions): Dialing {
  const timings: DialTimings = {};
  const name = formatAddress(address);
  const startedAt = options.clock.now();
  let fail: (error: RpcError) => void = () => {};
  const transport = new Promise<Transport>((resolve, reject) => {
    const secure = address.kind === "tls" || options.tls !== undefined;
    let made: SocketTransport | undefined;
    const onread = {
      buffer: options.readBuffer,
      callback: (bytes: number): boolean => {
        made?.receive(options.readBuffer.subarray(0, bytes));
        return true;
      },
    };
    const target: { path: string } | { host: string; port: number } =
      address.kind === "unix" ? { path: address.path } : { host: address.host, port: address.port };
    let socket: net.Socket;
    try {
      socket = secure
        ? loadTls().connect({ ...target, ...serverName(address), ...options.tls })
        : net.connect({ ...target, onread, noDelay: true } as net.NetConnectOpts);
    } catch (error) {
      // A certificate that is none, an option of node:tls of the wrong type.
      return reject(dialError("UNAVAILABLE", `cannot connect to ${name}: ${describeSocketError(error)}`, error));
    }
    const timer = options.clock.startTimer(
      () => fail(dialError("UNAVAILABLE", `${name} did not connect within connectTimeoutMs ${Math.round(options.timeoutMs)}`)),
      options.timeoutMs,
      false,
    );
    // Calls that wait hold the process; an attempt that nobody waits for any more does not.
    socket.unref();
    const settle = () => {
      timer.cancel();
      socket.removeListener("error", onError);
      socket.removeListener("close", onClose);
    };
    fail = (error) => {
      settle();
      socket.on("error", () => {});
      socket.destroy();
      reject(error);
    };
    const onError = (error: Error) =>
      fail(dialError("UNAVAILABLE", `cannot connect to ${name}: ${describeSocketError(error)}`, error));
    const onClose = () => fail(dialError("UNAVAILABLE", `cannot connect to ${name}: closed while connecting`));
    socket.on("error", onError);
    socket.on("close", onClose);
    socket.once("lookup", () => {
      timings.resolve = options.clock.now() - startedAt;
    });
    socket.once(secure ? "secureConnect" : "connect", () => {
      timings.connect = options.clock.now() - startedAt;
      const tlsSocket = socket as tls.TLSSocket;
      if (secure && !tlsSocket.authorized && (options.tls as tls.ConnectionOptions | undefined)?.rejectUnauthorized !== false) {
        return fail(
          dialError(
            "UNAVAILABLE",
            `cannot connect to ${name}: ${describeSocketError(tlsSocket.authorizationError)}`,
            tlsSocket.authorizationError,
          ),
        );
      }
      settle();
      const kind = secure ? "tls" : address.kind === "unix" ? "unix" : "tcp";
      made =
        address.kind === "unix"
          ? new SocketTransport(socket, kind, address.path)
          : new SocketTransport(socket, kind, socket.remoteAddress ?? address.host, socket.remotePort ?? address.port);
      resolve(made);
    });
  });
  return { transport, timings, abort: () => fail(dialError("CANCELLED", `connecting to ${name} was given up`)) };
}

/** The name goes into SNI and is what the certificate must be for; RFC 6066 forbids literal addresses there. */
function serverName(address: Address): { servername?: string } {
  if (address.kind === "unix") return {};
  const name = address.kind === "dns" ? address.host : (address.name ?? address.host);
  return net.isIP(name) === 0 ? { servername: name } : {};
}

function dialError(code: RpcError["code"], message: string, cause?: unknown): RpcError {
  return withFacts(new RpcError(cause === undefined ? { code, message } : { code, message, cause }), {
    scope: "connection",
    executed: "no",
  });
}
