/** FR-1: what arrives is what was sent, wherever the network cuts it. A session of frames of all kinds, in every two pieces. */

import { describe, expect, it } from "vitest";
import { bidi, openServer, requestStream } from "../support/connection-ends.ts";
import { encodeFrame, type Frame } from "../support/wire-frames.ts";

const large = Buffer.alloc(300, 7);
const message = { n: 1, body: large };

const session: Frame[] = [
  { kind: "call", id: 1, message, name: "t/a", method: 0, deadline: 5_000 },
  { kind: "call", id: 3, message: { second: true }, method: 0 },
  { kind: "call", id: 5, message: { metadata: true }, name: "t/b", method: 1, metadata: { key: "value" } },
  { kind: "ping", bytes: Buffer.from("12345678") },
  { kind: "call", id: 7, flags: bidi, name: "t/chat", method: 2 },
  { kind: "message", id: 7, message: { m: 1 } },
  { kind: "message", id: 7, message: {} },
  { kind: "message", id: 7, total: 12 },
  { kind: "fragment", id: 7, bytes: Buffer.from("0c00000010", "hex") },
  { kind: "fragment", id: 7, bytes: Buffer.from("6d000200000000", "hex") },
  { kind: "credit", id: 7, value: 70_000 },
  { kind: "finish", id: 7 },
  { kind: "call", id: 9, flags: requestStream, name: "t/sum", method: 3 },
  { kind: "cancel", id: 9, value: 0 },
  { kind: "credit", value: 70_000 },
  { kind: 0xc0, bytes: Buffer.from("an optional kind that nobody knows") },
  { kind: "pong", bytes: Buffer.from("87654321") },
  { kind: "call", id: 11, message: { unbound: true }, method: 900 },
  { kind: "call", id: 13, message: { last: true }, method: 1 },
  { kind: "goingAway", value: 0 },
];

const whole = Buffer.concat(session.map(encodeFrame));

/** What a server makes of these pieces, each in memory that is overwritten once it was delivered. */
function receive(pieces: readonly Buffer[]): unknown {
  const end = openServer();
  for (const piece of pieces) {
    const lent = Buffer.from(piece);
    end.transport.receive(lent);
    lent.fill(0xa5);
  }
  return {
    calls: end.accepted.map(({ id, path, request, messages, queue, endedBy, metadata, attempt }) => {
      const queued = queue.waiting.map((one) => one.document);
      return { id, path, request, messages, queued, endedBy, metadata: [...(metadata ?? [])], attempt };
    }),
    answers: end.frames(),
    closedWith: end.closedWith?.message,
  };
}

describe("FR-1 a session of frames of all kinds", () => {
  const expected = receive([whole]);

  it("is understood in one piece", () => {
    expect(expected).toMatchObject({ closedWith: undefined });
    expect((expected as { calls: unknown[] }).calls).toHaveLength(6);
  });

  it("is the same one byte at a time", () => {
    expect(receive([...whole].map((byte) => Buffer.from([byte])))).toEqual(expected);
  });

  it("is the same cut in two at every place", () => {
    for (let at = 1; at < whole.length; at += 1) {
      expect([at, receive([whole.subarray(0, at), whole.subarray(at)])]).toEqual([at, expected]);
    }
  });
});
