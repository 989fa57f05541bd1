/**
 * Writes what stands behind the message in a call frame. PROTOCOL.md: "Calls".
 *
 *     | u32 deadline | u64 fingerprint, u16 length, name | metadata document |
 */

import { CallFlag } from "../wire/frame.ts";
import type { OutgoingCall } from "./outgoing-call.ts";

/** `(now + 2000) - now` may be a little more than 2000 and must not become 2001. */
const roundingErrorMs = 1e-3;

/** At least as many bytes as the tail of this call needs. */
export function callTailBound(call: OutgoingCall): number {
  return 14 + call.method.path.length * 3 + (call.metadataBytes?.length ?? 0);
}

/** Writes the tail at `at`; answers the flags that tell its parts, and where it ends. */
export function writeCallTail(
  arena: { readonly buffer: Buffer; readonly view: DataView },
  at: number,
  call: OutgoingCall,
  isNamed: boolean,
): { flags: number; end: number } {
  const { buffer, view } = arena;
  let flags = 0;
  let end = at;
  if (call.deadlineAt !== Number.POSITIVE_INFINITY) {
    const left = Math.max(1, Math.ceil(call.deadlineAt - call.openedAt - roundingErrorMs));
    if (left < 2 ** 32) {
      flags |= CallFlag.deadline;
      view.setUint32(end, left, true);
      end += 4;
    }
  }
  if (isNamed) {
    flags |= CallFlag.name;
    view.setBigUint64(end, BigInt(`0x${call.method.fingerprint}`), true);
    const length = buffer.write(call.method.path, end + 10, "utf8");
    view.setUint16(end + 8, length, true);
    end += 10 + length;
  }
  if (call.metadataBytes !== undefined) {
    flags |= CallFlag.metadata;
    end += call.metadataBytes.copy(buffer, end);
  }
  return { flags, end };
}
