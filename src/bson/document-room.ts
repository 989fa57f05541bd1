/** Memory for a document that is to be written by itself. */

import { CodecError } from "../errors/codec-error.ts";

/** What the int32 at a document's start can say. */
const mostBytes = 0x7fff_ffff;

/** Memory for a document of at most `bound` bytes. CodecError where no document can be so long. */
export function documentRoom(bound: number, what: string): Buffer {
  if (bound > mostBytes) {
    const message = `may take ${bound.toLocaleString("en")} bytes where a BSON document holds at most ${mostBytes.toLocaleString("en")}`;
    throw new CodecError(what, [{ path: "", rule: "size", message }]);
  }
  return Buffer.allocUnsafeSlow(bound);
}
