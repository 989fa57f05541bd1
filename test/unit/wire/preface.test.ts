import { describe, expect, it } from "vitest";
import { httpAnswer, magic, PrefaceReader } from "../../../src/wire/preface.ts";
import { magicBytes } from "../../support/wire-frames.ts";

describe("the preface", () => {
  it("is the eight bytes of PROTOCOL.md", () => {
    expect(magic).toEqual(magicBytes);
  });

  it("is recognised however it is cut, and says what it used", () => {
    const bytes = Buffer.concat([magic, Buffer.from("rest")]);
    for (let at = 0; at <= bytes.length; at += 1) {
      const reader = new PrefaceReader();
      const first = reader.receive(bytes.subarray(0, at));
      if (at >= 8) {
        expect(first).toEqual({ state: "complete", used: 8 });
        continue;
      }
      expect(first).toEqual({ state: "incomplete", used: at });
      expect(reader.receive(bytes.subarray(at))).toEqual({ state: "complete", used: 8 - at });
    }
  });

  it("is refused at the first wrong byte, wherever it stands", () => {
    for (let at = 0; at < 8; at += 1) {
      const bytes = Buffer.from(magic);
      bytes[at] = (bytes[at] as number) ^ 0x20;
      expect(new PrefaceReader().receive(bytes).state).toBe("foreign");
      const reader = new PrefaceReader();
      for (let i = 0; i < at; i += 1) expect(reader.receive(bytes.subarray(i, i + 1)).state).toBe("incomplete");
      expect(reader.receive(bytes.subarray(at, at + 1)).state).toBe("foreign");
    }
  });

  it.each([
    ["GET / HTTP/1.1\r\n", "HTTP"],
    ["POST /rpc HTTP/1.1\r\n", "HTTP"],
    ["HTTP/1.1 404 Not Found\r\n", "HTTP"],
    ["G", "HTTP"],
    ["DELE", "HTTP"],
    ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2"],
    ["\x16\x03\x01\x02\x00\x01", "TLS"],
    ["\x15\x03\x03\x00\x02", "TLS"],
    ["SSH-2.0-OpenSSH_9.6\r\n", "SSH"],
    ["PING\r\n", "Redis"],
    ["*1\r\n$4\r\nPING\r\n", "Redis"],
    ["stats\r\n", "unknown protocol"],
    ["\x3a\x00\x00\x00\xd4\x07\x00\x00", "unknown protocol"],
    ["\x00", "unknown protocol"],
    ["Getting started", "unknown protocol"],
  ])("recognises %j as %s", (text, who) => {
    expect(new PrefaceReader().receive(Buffer.from(text, "latin1"))).toMatchObject({ state: "foreign", who });
  });

  it("keeps no more than it needs of a stranger's bytes", () => {
    const result = new PrefaceReader().receive(Buffer.alloc(1_000_000, 65));
    expect(result.state === "foreign" && result.firstBytes.length).toBeLessThanOrEqual(32);
  });

  it("has a complete HTTP answer for browsers", () => {
    const [head, body] = httpAnswer.toString("latin1").split("\r\n\r\n") as [string, string];
    expect(head).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n/);
    expect(head).toContain(`Content-Length: ${body.length}\r\n`);
    expect(head).toContain("Connection: close");
    expect(body).toContain("Taut");
  });
});
