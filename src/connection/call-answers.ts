/**
 * How a callee ends its calls: result and failure frames with their metadata, whole or in fragments. PROTOCOL.md: "Ends".
 *
 * Writes frames and nothing else: which calls are open, and what closing one means, is its owner's affair.
 */

import { RpcError } from "../errors/rpc-error.ts";
import type { Metadata } from "../metadata/metadata.ts";
import { EndFlag, FrameKind, headerBytes, headerWord } from "../wire/frame.ts";
import { encodeInto, encodeOwned, type Outgoing } from "./call.ts";
import { encodeFailure, maxErrorTextBytes } from "./failure-document.ts";
import type { FrameOutput } from "./frame-output.ts";
import type { IncomingCall } from "./incoming-call.ts";
import { leastFailureBytes } from "./limits.ts";
import type { MessageSender } from "./message-sender.ts";
import { encodeMetadata } from "./metadata-document.ts";

/** What a failure document without details takes at most: its text and the few other fields. */
const leastFailureRoom = maxErrorTextBytes + 1_024;

const resultWord = headerWord(FrameKind.result, EndFlag.message, 0);

export class CallAnswers {
  readonly #output: FrameOutput;
  readonly #sender: MessageSender;
  readonly #maxMetadataBytes: number;
  readonly #fragmentBytes: number;
  readonly #close: (call: IncomingCall) => void;
  /** Failure document and fault data together. */
  readonly maxFailureBytes: number;

  /**
   * @param limits what the peer takes
   * @param close runs when the end frame was written
   */
  constructor(
    output: FrameOutput,
    sender: MessageSender,
    limits: { maxMetadataBytes: number; fragmentBytes: number },
    close: (call: IncomingCall) => void,
  ) {
    this.#output = output;
    this.#sender = sender;
    this.#maxMetadataBytes = limits.maxMetadataBytes;
    this.#fragmentBytes = limits.fragmentBytes;
    this.maxFailureBytes = Math.max(limits.fragmentBytes, leastFailureBytes);
    this.#close = close;
  }

  /** Leading metadata ahead of the first message of a stream. */
  sendLeading(call: IncomingCall): void {
    if (call.leading === undefined || !call.isOpen) return;
    const bytes = encodeMetadata(call.leading, this.#maxMetadataBytes);
    call.leading = undefined;
    if (bytes !== undefined) this.#output.writeFrame(FrameKind.leading, 0, call.id, bytes);
  }

  /** The end of a call that went well. Throws what encoding throws; then nothing was sent and the call is still open. */
  sendResult(call: IncomingCall, message: Outgoing | undefined): void {
    if (!call.isOpen) return;
    if (call.oneWayCost > 0) return this.#close(call);
    if (message === undefined) {
      call.hasAnswered = true;
      return this.#sender.whenSent(call, () => this.#writeEnd(call, FrameKind.result, 0, undefined));
    }
    const bound = message.bound();
    if (bound > this.#fragmentBytes) return this.#sendLargeResult(call, message, bound);
    const arena = this.#output.arena;
    arena.reserve(headerBytes + bound);
    const { buffer, position: at, view } = arena;
    const end = encodeInto(arena, at + headerBytes, message, bound);
    const length = end - at - headerBytes;
    if (length > this.#sender.maxBytes) this.#sender.checkLength(length);
    if (call.leading !== undefined || call.trailers !== undefined || arena.buffer !== buffer) {
      const bytes = Buffer.from(buffer.subarray(at + headerBytes, end));
      return this.#writeEnd(call, FrameKind.result, EndFlag.message, bytes);
    }
    // A getter has closed the server.
    if (!call.isOpen) return;
    view.setUint32(at, length, true);
    view.setUint32(at + 4, resultWord, true);
    view.setUint32(at + 8, call.id, true);
    arena.position = end;
    this.#output.scheduleFlush();
    this.#close(call);
  }

  #sendLargeResult(call: IncomingCall, message: Outgoing, bound: number): void {
    const bytes = encodeOwned(message, bound, this.#output.arena);
    this.#sender.checkLength(bytes.length);
    if (bytes.length <= this.#fragmentBytes) {
      this.#writeEnd(call, FrameKind.result, EndFlag.message, bytes);
      return this.#output.arena.giveMessageMemory(bytes);
    }
    if (!call.isOpen) return;
    const parts = this.#metadataParts(call);
    call.hasAnswered = true;
    const begin = (): void => {
      const total = Buffer.allocUnsafe(4);
      total.writeUInt32LE(bytes.length);
      const flags = EndFlag.message | EndFlag.fragmented | parts.flags;
      this.#output.writeFrame(FrameKind.result, flags, call.id, Buffer.concat([total, ...parts.bytes]));
    };
    this.#sender.sendFragmented(call, bytes, begin, () => this.#close(call));
  }

  /**
   * The end of a call that failed. `executed: "no"` on the error tells the caller that a retry is safe. Messages that were handed over
   * go first, unless the call was aborted. Throws RESOURCE_EXHAUSTED when the fault's data is too large for a frame.
   * @param fault the declared fault's name and data document
   */
  sendFailure(call: IncomingCall, error: RpcError, fault?: { type: string; bytes: Buffer }): void {
    if (!call.isOpen) return;
    if (call.oneWayCost > 0) return this.#close(call);
    const faultBytes = fault?.bytes.length ?? 0;
    const room = this.maxFailureBytes - leastFailureRoom;
    if (faultBytes > room) {
      throw new RpcError({
        code: "RESOURCE_EXHAUSTED",
        message: `data of fault ${fault?.type} of ${faultBytes.toLocaleString("en")} bytes exceeds ${room.toLocaleString("en")}`,
      });
    }
    const flags = (error.executed === "no" ? EndFlag.refused : 0) | (fault === undefined ? 0 : EndFlag.fault);
    const failure = encodeFailure(error, fault?.type, this.maxFailureBytes - faultBytes);
    const body = fault === undefined ? failure : Buffer.concat([failure, fault.bytes]);
    if (call.endedBy === undefined && !call.hasAnswered) {
      call.hasAnswered = true;
      this.#sender.whenSent(call, () => this.#writeEnd(call, FrameKind.failure, flags, body));
      return;
    }
    this.#writeEnd(call, FrameKind.failure, flags, body);
  }

  #writeEnd(call: IncomingCall, kind: number, flags: number, body: Buffer | undefined): void {
    if (!call.isOpen) return;
    const parts = this.#metadataParts(call);
    const all = body === undefined ? parts.bytes : [body, ...parts.bytes];
    this.#output.writeFrame(kind, flags | parts.flags, call.id, all.length === 1 ? all[0] : Buffer.concat(all));
    this.#close(call);
  }

  /** Leading metadata and trailers that go with an end frame. What does not fit the limits is left out: the end itself must arrive. */
  #metadataParts(call: IncomingCall): { flags: number; bytes: Buffer[] } {
    let flags = 0;
    const bytes: Buffer[] = [];
    for (const [metadata, flag] of [
      [call.leading, EndFlag.leading],
      [call.trailers, EndFlag.trailers],
    ] as const) {
      const encoded = metadata === undefined ? undefined : this.#encodeOrDrop(metadata);
      if (encoded === undefined) continue;
      flags |= flag;
      bytes.push(encoded);
    }
    call.leading = undefined;
    return { flags, bytes };
  }

  #encodeOrDrop(metadata: Metadata): Buffer | undefined {
    try {
      return encodeMetadata(metadata, this.#maxMetadataBytes);
    } catch {
      return undefined;
    }
  }
}
