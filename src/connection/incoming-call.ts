/**
 * One call that the peer has opened, as its connection sees it. The server's calls extend it. PROTOCOL.md: "Calls", the callee's half.
 *
 *     ADMITTED --start()--> RUNNING --the handler has settled--> answered, closed
 *         |                    |
 *         +---- cancel, deadline, loss, a broken rule: abort() once; it stays open until its end frame was sent
 */

import { RpcError, withFacts } from "../errors/rpc-error.ts";
import type { Metadata } from "../metadata/metadata.ts";
import { Call } from "./call.ts";

/** Why a call ended before its handler did. */
export type AbortReason = "cancel" | "deadline" | "connection" | "shutdown";

export abstract class IncomingCall extends Call {
  /** Kind bits of its call frame. */
  kindFlags = 0;
  /** Request metadata, where some came. */
  metadata: Metadata | undefined = undefined;
  attempt = 1;
  endedBy: AbortReason | undefined = undefined;
  /** The handler was given the request. */
  hasStarted = false;
  /** No further request message may come: after `finish`, and from the beginning where requests are no stream. */
  requestsEnded = false;
  /** Set by the handler, not yet on the wire. */
  leading: Metadata | undefined = undefined;
  trailers: Metadata | undefined = undefined;
  /** The handler is done and its end handed over: it waits for the messages before it, or leaves in fragments. */
  hasAnswered = false;
  /** The error that ends it in place of what the handler says: a message of the peer's was beyond the limits. */
  refusedWith: RpcError | undefined = undefined;
  /** What a one-way call holds of the connection's window. */
  oneWayCost = 0;

  /** The request is here: whole, or an empty range for a request stream. Begins the handler. */
  abstract start(buffer: Buffer, view: DataView, start: number, end: number): void;
  /** The requests are complete. */
  abstract receiveFinish(): void;
  /** The caller, the clock or the connection has ended it. Called once. */
  abstract abort(reason: AbortReason): void;
}

/** What the caller of an aborted call is told; it has usually gone. */
export function abortError(reason: AbortReason): RpcError {
  switch (reason) {
    case "deadline":
      return new RpcError({ code: "DEADLINE_EXCEEDED", message: "the deadline passed while the handler was running" });
    case "cancel":
      return new RpcError({ code: "CANCELLED", message: "the caller cancelled the call" });
    case "connection":
      return withFacts(new RpcError({ code: "CANCELLED", message: "the connection to the caller was lost" }), {
        scope: "connection",
      });
    case "shutdown":
      return new RpcError({ code: "UNAVAILABLE", message: "the server has ended the connection, which it was leaving" });
    default:
      return reason satisfies never;
  }
}

/** Whom a connection hands calls to. */
export interface Dispatcher {
  /** What a method name stands for, or the error that refuses it. Must leave no state for unknown names. */
  resolve(path: string, fingerprint: string): object | RpcError;
  /** Makes the call; the connection then adds it and calls `start`. Or the error that refuses it. */
  accept(binding: object, kindFlags: number): IncomingCall | RpcError;
}
