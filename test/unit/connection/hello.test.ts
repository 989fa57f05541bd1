/** What is told in the handshake, and kept as long as the connection lives: one object for all that are told the usual. */

import { describe, expect, it } from "vitest";
import { agreeKeepalive, decodeHello, encodeHello, type Hello } from "../../../src/connection/hello.ts";
import { type SettingsInit, settingsOf } from "../../support/connection-ends.ts";

function told(settings: SettingsInit): Hello {
  const bytes = encodeHello(settingsOf(settings), { features: [] });
  return decodeHello(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
}

describe("a peer's settings", () => {
  it("are one object for all peers with the default limits", () => {
    expect(told({}).peer).toBe(told({}).peer);
    expect(told({}).peer).toMatchObject({ maxCalls: 1_000, maxStreams: 750, fragmentBytes: 65_536 });
  });

  it("are its own where it has other limits", () => {
    const peer = told({ limits: { maxMessageBytes: 1_000 } }).peer;
    expect(peer).not.toBe(told({}).peer);
    expect(peer.maxMessageBytes).toBe(1_000);
  });
});

describe("agreed keepalive", () => {
  const own = { idleMs: 30_000, timeoutMs: 10_000 };

  it("is this side's own object when the peer asks for no more", () => {
    expect(agreeKeepalive(own, { idleMs: 30_000, timeoutMs: 5_000 })).toBe(own);
    expect(agreeKeepalive(own, undefined)).toBe(own);
  });

  it("is the longer of both", () => {
    expect(agreeKeepalive(own, { idleMs: 60_000, timeoutMs: 5_000 })).toEqual({ idleMs: 60_000, timeoutMs: 10_000 });
  });
});
