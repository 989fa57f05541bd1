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
  const secure = address.kind === "tls" || options.tls !== undefined;
  let fail: (error: RpcError) => void = () => {};
  const transport = new Promise<Transport>((resolve, reject) => {
    let made: SocketTransport | undefined;
    let socket: net.Socket;
    try {
      socket = secure ? openTls(address, options.tls) : openTcp(address, options.readBuffer, (bytes) => made?.receive(bytes));
    } catch (error) {
      // A certificate that is none, an option of node:tls of the wrong type.
      return reject(cannotConnect(name, describeSocketError(error), error));
    }
    const late = (): void =>
      fail(dialError("UNAVAILABLE", `${name} did not connect within connectTimeoutMs ${Math.round(options.timeoutMs)}`));
    const timer = options.clock.startTimer(late, options.timeoutMs, false);
    // Calls that wait hold the process; an attempt that nobody waits for any more does not.
    socket.unref();
    const settle = (): void => {
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
    const onError = (error: Error): void => fail(cannotConnect(name, describeSocketError(error), error));
    const onClose = (): void => fail(cannotConnect(name, "closed while connecting"));
    socket.on("error", onError);
    socket.on("close", onClose);
    socket.once("lookup", () => {
      timings.resolve = options.clock.now() - startedAt;
    });
    socket.once(secure ? "secureConnect" : "connect", () => {
      timings.connect = options.clock.now() - startedAt;
      const refusal = secure ? refusalOf(socket as tls.TLSSocket, options.tls) : undefined;
      if (refusal !== undefined) return fail(cannotConnect(name, describeSocketError(refusal), refusal));
      settle();
      made = transportOf(socket, address, secure);
      resolve(made);
    });
  });
  return { transport, timings, abort: () => fail(dialError("CANCELLED", `connecting to ${name} was given up`)) };
}

function targetOf(address: Address): { path: string } | { host: string; port: number } {
  return address.kind === "unix" ? { path: address.path } : { host: address.host, port: address.port };
}

function openTcp(address: Address, buffer: Buffer, receive: (bytes: Buffer) => void): net.Socket {
  const callback = (bytes: number): boolean => {
    receive(buffer.subarray(0, bytes));
    return true;
  };
  return net.connect({ ...targetOf(address), onread: { buffer, callback }, noDelay: true } as net.NetConnectOpts);
}

function openTls(address: Address, tls: object | undefined): net.Socket {
  return loadTls().connect({ ...targetOf(address), ...serverName(address), ...tls });
}

/** Why the server is not trusted, if it is not. */
function refusalOf(socket: tls.TLSSocket, tls: tls.ConnectionOptions | undefined): Error | undefined {
  if (socket.authorized || tls?.rejectUnauthorized === false) return undefined;
  return socket.authorizationError ?? new Error("its certificate was not checked");
}

function transportOf(socket: net.Socket, address: Address, secure: boolean): SocketTransport {
  const kind = secure ? "tls" : address.kind === "unix" ? "unix" : "tcp";
  if (address.kind === "unix") return new SocketTransport(socket, kind, address.path);
  return new SocketTransport(socket, kind, socket.remoteAddress ?? address.host, socket.remotePort ?? address.port);
}

/** The name goes into SNI and is what the certificate must be for; RFC 6066 forbids literal addresses there. */
function serverName(address: Address): { servername?: string } {
  if (address.kind === "unix") return {};
  const name = address.kind === "dns" ? address.host : (address.name ?? address.host);
  return net.isIP(name) === 0 ? { servername: name } : {};
}

function cannotConnect(name: string, why: string, cause?: unknown): RpcError {
  return dialError("UNAVAILABLE", `cannot connect to ${name}: ${why}`, cause);
}

function dialError(code: RpcError["code"], message: string, cause?: unknown): RpcError {
  return withFacts(new RpcError(cause === undefined ? { code, message } : { code, message, cause }), {
    scope: "connection",
    executed: "no",
  });
}
