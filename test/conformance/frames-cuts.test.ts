/** FR-1: sessions of all kinds of frames, delivered in single bytes and cut at every position, have the result that they have in one piece. */

import { describe, expect, it } from "vitest";
import { type CrossedFrame, record, sessions } from "./frames-sessions.ts";

/** What one side has said, but for credit: when that is paid depends on how bytes come. */
function said(frames: readonly CrossedFrame[]): Record<"client" | "server", string[]> {
  const all: Record<"client" | "server", string[]> = { client: [], server: [] };
  for (const { from, frame, bytes } of frames) {
    if (frame !== "magic" && frame.kind === "credit") continue;
    all[from].push(bytes.toString("hex"));
  }
  return all;
}

const bytesOf = (frames: readonly CrossedFrame[]): number => frames.reduce((sum, { bytes }) => sum + bytes.length, 0);

describe("FR-1", () => {
  it("all kinds of frames are among the sessions", () => {
    const kinds = new Set(
      Object.values(sessions).flatMap((session) => record(session).map(({ frame }) => (frame === "magic" ? frame : frame.kind))),
    );
    expect(kinds.size).toBeGreaterThanOrEqual(16);
  });

  it.each(Object.entries(sessions))("%s in single bytes", (_name, session) => {
    const whole = said(record(session));
    expect(said(record(session, (bytes) => Array.from(bytes, (byte) => Buffer.of(byte))))).toEqual(whole);
  });

  it.each(Object.entries(sessions))(
    "%s cut at every position",
    (_name, session) => {
      const frames = record(session);
      const whole = said(frames);
      const total = bytesOf(frames) + 700;
      // Large bodies are the same bytes again and again: around their ends each position, within them some.
      const step = total > 4_000 ? 97 : 1;
      for (let position = 1; position < total; position += position < 1_500 ? 1 : step) {
        let passed = 0;
        const cut = (bytes: Buffer): Buffer[] => {
          const at = position - passed;
          passed += bytes.length;
          return at > 0 && at < bytes.length ? [bytes.subarray(0, at), bytes.subarray(at)] : [bytes];
        };
        expect(said(record(session, cut))).toEqual(whole);
      }
    },
    120_000,
  );
});
