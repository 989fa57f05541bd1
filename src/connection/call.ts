/**
 * One call as its connection sees it, whichever side opened it. Client and server extend it with what a call means to them:
 * one object a call instead of two saves an allocation on the hot path.
 *
 * The connection owns `id`, `flow` and `isOpen`; the subclass owns the rest.
 */

import { documentRoom } from "../bson/document-room.ts";
import { CodecError } from "../errors/codec-error.ts";
import type { OutputArena } from "../wire/output-arena.ts";
import type { FragmentedMessage } from "./fragmented-message.ts";
import type { ReceiveWindow, SendWindow } from "./windows.ts";

/** A message to be written: the codec behind it is none of the connection's business. */
export interface Outgoing {
  /** At least as many bytes as `write` needs. May throw, as `write` may. */
  bound(): number;
  write(buffer: Buffer, view: DataView, at: number): number;
}

/** What a call needs once it streams or sends in fragments; small unary calls never make one. */
export interface Flow {
  readonly send: SendWindow;
  readonly receive: ReceiveWindow;
  /** Encoded and waiting for window: at most one message. */
  held: Buffer | undefined;
  /** Bytes of a message that leaves in fragments, `sent` of them gone; `begin` announces it once it has a place. */
  outgoing: { readonly bytes: Buffer; sent: number; readonly begin: () => void } | undefined;
  /** What follows when held message and fragments are gone: the call's end. */
  afterSent: (() => void) | undefined;
  /** A message that arrives in fragments. */
  incoming: FragmentedMessage | undefined;
  /** This side has given up on the call: what still arrives is counted and dropped. */
  discarding: boolean;
  /** What the connection's window holds for messages that wait for the consumer. */
  unconsumed: number;
}

export abstract class Call {
  id = 0;
  isOpen = false;
  /** On the clock's `now()` scale; Infinity for none. */
  deadlineAt = Number.POSITIVE_INFINITY;
  flow: Flow | undefined = undefined;

  /**
   * A message of the stream that this side receives. `cost` is to be given back by `Connection.release` once it was consumed.
   * `owned`: the buffer belongs to this message alone.
   */
  abstract receiveMessage(buffer: Buffer, view: DataView, start: number, end: number, cost: number, owned: boolean): void;

  /** There is room to send again. */
  abstract sendReady(): void;
}

/**
 * Encodes into memory of its own: for messages that wait or leave in fragments.
 * @param arena lends memory for large ones, to be retired there once it was appended; whoever drops the message need not
 */
export function encodeOwned(message: Outgoing, bound: number, arena?: OutputArena): Buffer {
  const buffer = arena?.takeMessageMemory(bound) ?? documentRoom(bound, "message");
  const end = message.write(buffer, new DataView(buffer.buffer, buffer.byteOffset, buffer.length), 0);
  if (end > bound) throw changedError();
  return buffer.subarray(0, end);
}

/**
 * Encodes at `at` of an arena that has room for `bound`; answers where it ends. Getters are user code: what they have sent meanwhile
 * shows by another `arena.buffer`, and the bytes must be copied behind it.
 */
export function encodeInto(arena: OutputArena, at: number, message: Outgoing, bound: number): number {
  let end: number;
  arena.isLent = true;
  try {
    end = message.write(arena.buffer, arena.view, at);
  } finally {
    arena.isLent = false;
  }
  if (end - at > bound) throw changedError();
  return end;
}

/** For a message that took more bytes than it asked room for: a getter has answered otherwise the second time. */
function changedError(): CodecError {
  return new CodecError("message", [{ path: "", rule: "changed", message: "changed while it was encoded" }]);
}
