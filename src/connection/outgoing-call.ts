/** A call that this side opens, as the connection sees it. The client's calls extend it. */

import type { RpcError } from "../errors/rpc-error.ts";
import type { Metadata } from "../metadata/metadata.ts";
import { CallFlag } from "../wire/frame.ts";
import { Call } from "./call.ts";
import type { FaultBytes } from "./failure-document.ts";

/** What a method is to the connection: a name to bind, and the kind bits of its call frame. */
export interface MethodKey {
  readonly path: string;
  readonly fingerprint: string;
}

export abstract class OutgoingCall extends Call {
  abstract readonly method: MethodKey;
  /** Kind bits of the call frame: `CallFlag.requestStream`, `responseStream`, `oneWay`. */
  abstract readonly kindFlags: number;
  /** When it is being opened, on the clock's scale: read once a call (30 ns), by whoever opens it. */
  openedAt = 0;
  /** Encoded metadata, if any. */
  metadataBytes: Buffer | undefined = undefined;
  /** Given up by the caller: what arrives is dropped. */
  isCancelled = false;
  /** The callee has said that it has begun. */
  isAccepted = false;
  /** Leading metadata has come. */
  hasLeading = false;

  /** Its one request has not left whole: no handler can have begun. */
  get isRequestUnderWay(): boolean {
    return (this.kindFlags & CallFlag.requestStream) === 0 && this.flow?.outgoing !== undefined;
  }

  /** One-way: the whole request was handed to the output. */
  written(): void {}

  /** The callee has begun. */
  abstract receiveAccept(): void;
  abstract receiveLeading(leading: Metadata): void;
  /** The end, well. Without a message the range is empty. */
  abstract receiveResult(buffer: Buffer, view: DataView, start: number, end: number, trailers: Metadata | undefined): void;
  /** Its deadline has passed; the peer was told already. */
  abstract expire(): void;
  /** The end, badly. `fault` is the range of the declared fault's data document, if the failure names one. */
  abstract receiveFailure(error: RpcError, fault: FaultBytes | undefined): void;
}
