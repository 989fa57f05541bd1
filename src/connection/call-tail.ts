/**
 * Writes what stands behind the message in a call frame. PROTOCOL.md: "Calls".
 *
 *     | u32 deadline | u64 fingerprint, u16 length, name | metadata document |
 */

import { CallFlag } from "../wire/frame.ts";
import type { OutgoingCall } from "./outgoing-call.ts";

/** `(now + 2000) - now` may be a little more than 2000 and must not become 2001. */
const roundingErrorMs = 1e-3;
/** What a u32 holds; a later deadline is none on the wire. */
const maxDeadlineMs = 2 ** 32 - 1;

/** At least as many bytes as the tail of this call needs. */
export function callTailBound(call: OutgoingCall): number {
  return 14 + call.method.path.length * 3 + (call.metadataBytes?.length ?? 0);
}

/** The flags that tell the tail's parts. */
export function callTailFlags(call: OutgoingCall, isNamed: boolean): number {
  return (
    (millisecondsLeft(call) <= maxDeadlineMs ? CallFlag.deadline : 0) |
    (isNamed ? CallFlag.name : 0) |
    (call.metadataBytes === undefined ? 0 : CallFlag.metadata)
  );
}

/** Writes the parts that `flags` tell at `at`; answers where they end. */
export function writeCallTail(
  arena: { readonly buffer: Buffer; readonly view: DataView },
  at: number,
  call: OutgoingCall,
  flags: number,
): number {
  const { buffer, view } = arena;
  let end = at;
  if ((flags & CallFlag.deadline) !== 0) {
    view.setUint32(end, Math.max(1, Math.ceil(millisecondsLeft(call))), true);
    end += 4;
  }
  if ((flags & CallFlag.name) !== 0) {
    view.setBigUint64(end, BigInt(`0x${call.method.fingerprint}`), true);
    const length = buffer.write(call.method.path, end + 10, "utf8");
    view.setUint16(end + 8, length, true);
    end += 10 + length;
  }
  if (call.metadataBytes !== undefined) end += call.metadataBytes.copy(buffer, end);
  return end;
}

function millisecondsLeft(call: OutgoingCall): number {
  return call.deadlineAt - call.openedAt - roundingErrorMs;
}
