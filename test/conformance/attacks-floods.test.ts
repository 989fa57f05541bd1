/** Floods and lies on open connections: FL, ID, LN, SL, MD, JS, FR of the attack and case lists, over real sockets. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AttackedServer, boundCall, plainCall } from "../support/attacked-server.ts";
import { eventually } from "../support/plain-service.ts";
import { pause } from "../support/raw-peer.ts";
import { encodeFrame, rawFrame, u32 } from "../support/wire-frames.ts";

let attacked: AttackedServer;

beforeEach(async () => {
  attacked = await AttackedServer.start();
});
afterEach(async () => {
  await attacked.end();
});

const empty = Buffer.from([5, 0, 0, 0, 0]);

/** What an honest client's echo may take during an attack: a bound against starvation, wide enough for a machine that does other work. */
const slowestEchoMs = 5_000;

/** Many frames in few writes, as fast as the kernel takes them. */
function flood(count: number, frame: (i: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, i) => frame(i)));
}

describe("floods", () => {
  it("FL-1 requests with their cancels are closed above maxCancelsPerSecond, and nobody else notices", async () => {
    const peer = await attacked.peer();
    peer.ignores = new Set(["failure", "credit"]);
    peer.sendFrame(plainCall(1, "hang", { method: 0 }), { kind: "cancel", id: 1, value: 0 });
    const slowest = await attacked.during(async () => {
      peer.send(flood(60_000, (i) => Buffer.concat([boundCall(3 + 2 * i, empty), rawFrame({ kind: 9, id: 3 + 2 * i }, u32(0))])));
      // Whichever bound is met first: the rate, or 1,024 answers that wait because the peer was busy sending.
      await peer.expectClose(/maxCancelsPerSecond 2,000|refusals without reading them/, 20_000);
    });
    expect(slowest).toBeLessThan(slowestEchoMs);
    attacked.expectReported(/maxCancelsPerSecond|refusals without reading them/);
    await eventually(() => attacked.server.stats().open === 0, "every handler has ended");
    // Each that began was ended.
    expect(attacked.plain.endedBy.every((reason) => reason === "cancel" || reason === "connection")).toBe(true);
  });

  it("FL-1 a cancelled call keeps its place until its handler has ended", async () => {
    await attacked.end();
    attacked = await AttackedServer.start({ limits: { maxCalls: 3 } });
    const peer = await attacked.peer();
    for (let i = 0; i < 3; i += 1) peer.sendFrame(plainCall(1 + 2 * i, "block", { message: { ms: 0 } }));
    for (let i = 0; i < 3; i += 1) await peer.expectFrame({ kind: "result" });
    for (let i = 0; i < 3; i += 1) peer.sendFrame(plainCall(7 + 2 * i, "sleep", { message: { ms: 100_000 } }));
    peer.sendFrame(plainCall(13, "echo"));
    expect(await peer.expectFrame({ kind: "failure", id: 13 })).toMatchObject({ failure: { code: 8 } });
    peer.sendFrame({ kind: "cancel", id: 7, value: 0 });
    await peer.expectFrame({ kind: "failure", id: 7 });
    peer.sendFrame(plainCall(15, "echo"));
    await peer.expectFrame({ kind: "result", id: 15 });
  });

  it.each([
    ["documents that are none", (i: number) => boundCall(3 + 2 * i, Buffer.from([9, 9, 9, 9, 9]))],
    [
      "documents that do not decode",
      (i: number) => boundCall(3 + 2 * i, Buffer.from([12, 0, 0, 0, 0x7f, 0x61, 0, 0, 0, 0, 0, 0])),
    ],
    [
      "metadata that is none",
      (i: number) => encodeFrame({ kind: "call", id: 3 + 2 * i, message: {}, metadata: { "bad key!": 1 } }),
    ],
    ["requests beyond the limit", (i: number) => encodeFrame({ kind: "call", id: 3 + 2 * i, total: 2 ** 31 })],
    [
      "messages behind the end",
      (i: number) => Buffer.concat([boundCall(3 + 2 * i, empty), encodeFrame({ kind: "message", id: 3 + 2 * i, message: {} })]),
    ],
  ])("FL-2 %s are refused one by one, and closed above maxRefusalsPerSecond", async (name, frame) => {
    const peer = await attacked.peer();
    peer.ignores = new Set(["credit"]);
    peer.sendFrame(plainCall(1, name.startsWith("messages") ? "hang" : "echo", { method: 0 }));
    peer.send(frame(0));
    const refused = await (async () => {
      for (;;) {
        const next = await peer.expectFrame({});
        if (next.id === 3) return next;
      }
    })();
    expect(refused).toMatchObject({ kind: "failure" });
    peer.ignores = new Set(["failure", "credit", "result"]);
    peer.send(flood(15_000, (i) => frame(i + 1)));
    // Whichever bound is met first: the rate, or 1,024 refusals that wait in one turn.
    await peer.expectClose(/maxRefusalsPerSecond 1,000|refusals without reading them/, 10_000);
    attacked.expectReported(/maxRefusalsPerSecond|refusals without reading them/);
  });

  it("FL-3 pings whose replies nobody reads are closed, and their replies never queue up", async () => {
    const peer = await attacked.peer();
    peer.stopReading();
    const ping = rawFrame({ kind: 13 }, Buffer.from("12345678"));
    peer.send(flood(300_000, () => ping));
    await eventually(() => attacked.errors.length > 0, "the flood is reported", 10_000);
    attacked.expectReported(/pings without reading the replies|maxControlFramesPerSecond/);
  });

  it("FL-3 pings whose replies are read are closed above maxControlFramesPerSecond, all answered until then", async () => {
    const peer = await attacked.peer();
    peer.ignores = new Set(["pong"]);
    const ping = rawFrame({ kind: 13 }, Buffer.from("12345678"));
    const batch = flood(1_000, () => ping);
    const frameBytes = ping.length;
    let sent = 0;
    while (!peer.isClosed && sent < 200_000) {
      peer.send(batch);
      sent += 1_000;
      await pause(0);
    }
    await peer.expectClose(/maxControlFramesPerSecond 5,000/);
    expect(peer.received.length / frameBytes).toBeGreaterThan(49_000);
  });

  it.each([
    ["tiny credits of the connection", rawFrame({ kind: 12 }, u32(1))],
    ["credits of nothing", rawFrame({ kind: 12 }, u32(0))],
    ["credits of a call that is over", rawFrame({ kind: 12, id: 1 }, u32(1))],
    ["going away", encodeFrame({ kind: "goingAway", value: 0, message: { code: 14, message: "" } })],
    ["optional frames", rawFrame({ kind: 0x90 })],
    ["pongs", rawFrame({ kind: 14 }, Buffer.alloc(8))],
    ["cancels of nobody's call", rawFrame({ kind: 9, id: 1 }, u32(0))],
    ["ends of a stream that has ended", rawFrame({ kind: 6, id: 1 })],
  ])("FL-4 %s, each legal, are closed above maxControlFramesPerSecond", async (_name, frame) => {
    const peer = await attacked.peer();
    peer.sendFrame(plainCall(1, "echo"));
    await peer.expectFrame({ kind: "result" });
    peer.send(flood(120_000, () => frame));
    await peer.expectClose(/maxControlFramesPerSecond|overflows/, 10_000);
  });

  it("FL-4 ID-5 a second hello is closed at once", async () => {
    const peer = await attacked.peer();
    peer.sendFrame({ kind: "hello", message: { versions: [1, 1], limits: { maxCalls: 1_000_000 } } });
    await peer.expectClose(/a second handshake/);
  });

  it("FL-5 empty messages debit their overhead: a stream that nobody reads holds no more than its window", async () => {
    const peer = await attacked.peer();
    peer.sendFrame(plainCall(1, "sum", { flags: 0x20, message: undefined as never, metadata: { "wait-ms": "400" } }));
    await peer.expectFrame({ kind: "accept" });
    const message = rawFrame({ kind: 4, id: 1 }, empty);
    peer.send(flood(Math.floor(262_144 / 69), () => message));
    await pause(50);
    expect(peer.isClosed).toBe(false);
    peer.send(message);
    await peer.expectClose(/beyond the window of call 1/);
  });

  it("FL-6 unknown methods are refused in constant time and leave nothing behind", async () => {
    const peer = await attacked.peer();
    peer.ignores = new Set(["failure"]);
    const before = process.memoryUsage().heapUsed;
    const slowest = await attacked.during(async () => {
      for (let round = 0; round < 10; round += 1) {
        peer.send(
          flood(2_000, (i) =>
            encodeFrame({
              kind: "call",
              id: 1 + 2 * (round * 2_000 + i),
              message: {},
              method: 0xffff,
              name: `x.${"y".repeat(190)}/${round}-${i}`,
            }),
          ),
        );
        await pause(1);
      }
      peer.ignores = new Set();
      peer.sendFrame(plainCall(1_000_001, "echo"));
      await peer.expectFrame({}, 5_000);
    });
    expect(slowest).toBeLessThan(slowestEchoMs);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100e6);
    expect(attacked.errors).toEqual([]);
  });
});

describe("lies about length", () => {
  it("LN-3 FR-15 a frame longer than its document fails its call alone, and the tail goes nowhere", async () => {
    const peer = await attacked.peer();
    peer.sendFrame(plainCall(1, "echo", { method: 0 }));
    await peer.expectFrame({ kind: "result" });
    peer.send(boundCall(3, Buffer.concat([empty, Buffer.from("tail".repeat(25))])));
    const failure = await peer.expectFrame({ kind: "failure", id: 3 });
    expect(JSON.stringify(failure)).not.toContain("tail");
    peer.sendFrame(plainCall(5, "echo"));
    await peer.expectFrame({ kind: "result", id: 5 });
  });

  it.each([
    ["a string of length 0", "0d00000002610000000000000000"],
    ["a string of length -1", "0f00000002610 0ffffffff780000".replaceAll(" ", "")],
    ["a string longer than its document", "0f00000002610 0f0000000780000".replaceAll(" ", "")],
    ["a string without its NUL", "0f0000000261000200000078780000"],
    ["a nested document longer than its parent", "0d000000036100640000000000"],
    ["a binary of negative length", "0f0000000561 00ffffffff00 000000".replaceAll(" ", "")],
  ])("LN-4 LN-5 %s fails its call alone", async (_name, hex) => {
    const body = Buffer.from(hex, "hex");
    body.writeInt32LE(body.length);
    const peer = await attacked.peer();
    peer.sendFrame(plainCall(1, "echo", { method: 0 }));
    await peer.expectFrame({ kind: "result" });
    peer.send(boundCall(3, body));
    await peer.expectFrame({ kind: "failure", id: 3 });
    peer.sendFrame(plainCall(5, "echo"));
    await peer.expectFrame({ kind: "result", id: 5 });
  });

  it("LN-6 every strict prefix of a call, then FIN or RST, is dropped without a trace", async () => {
    const frame = encodeFrame(plainCall(1, "echo", { message: { text: "x" } }));
    for (let length = 1; length < frame.length; length += 3) {
      for (const end of ["fin", "rst"] as const) {
        const peer = await attacked.peer();
        peer.send(frame.subarray(0, length));
        await pause(0);
        peer[end]();
      }
    }
    await eventually(() => attacked.server.stats().connections === 1, "all are gone");
    expect(attacked.plain.begun.get("echo")).toBe(1);
  });
});

describe("slow and broken peers", () => {
  it("SL-2 slow bodies cost the bytes that have come, not those that were announced", async () => {
    const before = process.memoryUsage().rss;
    const slowest = await attacked.during(async () => {
      for (let i = 0; i < 200; i += 1) {
        const peer = await attacked.peer();
        for (let id = 1; id <= 15; id += 2) {
          const { message: _none, ...call } = plainCall(id, "echo", { total: 4 * 1024 * 1024 });
          peer.sendFrame(call, { kind: "fragment", id, bytes: Buffer.alloc(100) });
        }
      }
      await eventually(() => attacked.server.stats().open >= 200 * 8, "all are announced", 20_000);
    });
    expect(slowest).toBeLessThan(slowestEchoMs);
    // 6.4 GB were announced, 160 KB have come; 200 connections have their cost.
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  }, 60_000);

  it("SL-5 FIN ends the connection: what was not answered is not, and nothing stays", async () => {
    const peer = await attacked.peer();
    peer.sendFrame(plainCall(1, "hang"));
    await eventually(() => attacked.plain.begun.get("hang") === 1, "the handler runs");
    peer.fin();
    await peer.expectClose();
    await eventually(() => attacked.plain.endedBy.length === 1, "the handler is told");
    expect(attacked.plain.endedBy).toEqual(["connection"]);
  });

  it("SL-6 JS-5 resets at random points under load harm nobody", async () => {
    const session = Buffer.concat(
      Array.from({ length: 20 }, (_, i) =>
        encodeFrame(plainCall(1 + 2 * i, i % 3 === 0 ? "hang" : "echo", { message: { pad: "x".repeat(i * 50) } })),
      ),
    );
    await attacked.during(async () => {
      for (let round = 0; round < 100; round += 1) {
        const peer = await attacked.peer();
        peer.send(session.subarray(0, (round * 7_919) % session.length));
        if (round % 2 === 0) await pause(1);
        peer.rst();
      }
    });
    await eventually(() => attacked.server.stats().connections === 1 && attacked.server.stats().open === 0, "all are gone");
  });

  it("SL-3 LM-7 a peer that asks and never reads gets no more work done than its bound", async () => {
    const peer = await attacked.peer();
    peer.stopReading();
    peer.sendFrame(plainCall(1, "list", { flags: 0x40, message: { size: 60_000 } }));
    for (let i = 0; i < 20; i += 1) peer.sendFrame(plainCall(3 + 2 * i, "list", { flags: 0x40, message: { size: 60_000 } }));
    await pause(300);
    const given = attacked.plain.given;
    expect(given).toBeLessThan(21 * 6);
    await pause(100);
    expect(attacked.plain.given).toBe(given);
  });
});

describe("metadata", () => {
  it.each([
    ["10,000 keys", Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, ""]))],
    ["10,000 values of one key", { k: Array.from({ length: 10_000 }, () => "v") }],
    ["a value of 20,000 bytes", { k: "x".repeat(20_000) }],
  ])("MD-1 MD-8 with %s is refused, for that call alone, before the handler", async (_name, metadata) => {
    const peer = await attacked.peer();
    const frame = encodeFrame(plainCall(1, "echo", { metadata }));
    peer.send(frame);
    if (frame.length > 147_456 + 12) await peer.expectClose(/declares \d+ bytes/);
    else expect(await peer.expectFrame({ kind: "failure", id: 1 })).toMatchObject({ failure: { code: 8 }, flags: 0x20 });
    expect(attacked.plain.begun.get("echo")).toBe(1);
  });

  it.each(["", "a b", "a\nb", "é", "K".repeat(129), "taut"])(
    "MD-5 with the key %j is refused or carried, and nothing breaks",
    async (key) => {
      const peer = await attacked.peer();
      peer.sendFrame(plainCall(1, "echo", { metadata: { [key]: "v" } }));
      const frame = await peer.expectFrame({ id: 1 });
      expect(frame.kind).toBe(key === "taut" ? "result" : "failure");
      if (frame.kind === "failure") expect(frame.failure).toMatchObject({ code: 3 });
    },
  );

  it("MD-6 with reserved keys changes nothing", async () => {
    const peer = await attacked.peer();
    peer.sendFrame(
      plainCall(1, "fail", {
        message: { code: "ABORTED", times: 0 },
        metadata: { "taut-deadline": "1", "taut-method": "x", "taut-attempt": 3 },
      }),
    );
    await peer.expectFrame({ kind: "result", id: 1, message: { attempt: 3 } });
  });

  it("MD-2 JS-1 carries whatever text as data", async () => {
    const peer = await attacked.peer();
    peer.sendFrame(
      plainCall(1, "echo", { metadata: { "x-evil": "a\r\nb\u0000\u001b[2J\u202e", ["__proto__"]: "x", constructor: "y" } }),
    );
    await peer.expectFrame({ kind: "result", id: 1 });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe("frames over a socket", () => {
  it("FR-2 a thousand small calls in one write are all handled, and timers still fire", async () => {
    const peer = await attacked.peer();
    peer.sendFrame(plainCall(1, "echo", { method: 0 }));
    await peer.expectFrame({ kind: "result" });
    let late = 0;
    const start = performance.now();
    const timer = setTimeout(() => {
      late = performance.now() - start;
    }, 5);
    peer.send(flood(999, (i) => boundCall(3 + 2 * i, empty)));
    const seen = new Set<number>();
    while (seen.size < 999) seen.add((await peer.expectFrame({ kind: "result" })).id as number);
    await eventually(() => late > 0, "the timer fires");
    clearTimeout(timer);
    expect(late).toBeLessThan(3_000);
  });

  it("FR-7 a message behind the end fails that call alone", async () => {
    const peer = await attacked.peer();
    const { message: _none, ...stream } = plainCall(1, "sum", { flags: 0x20 });
    peer.sendFrame(
      { ...stream, metadata: { "wait-ms": "200" } },
      { kind: "finish", id: 1 },
      { kind: "message", id: 1, message: {} },
      plainCall(3, "echo"),
    );
    await peer.expectFrame({ kind: "accept", id: 1 });
    await peer.expectFrame({ kind: "result", id: 3 });
    expect(await peer.expectFrame({ kind: "failure", id: 1 })).toMatchObject({ failure: { code: 3 } });
  });

  it("CA-9 a cancel for an id that was never used or has ended is ignored", async () => {
    const peer = await attacked.peer();
    peer.sendFrame({ kind: "cancel", id: 99, value: 0 }, { kind: "cancel", id: 2, value: 0 }, plainCall(1, "echo"));
    await peer.expectFrame({ kind: "result", id: 1 });
    peer.sendFrame({ kind: "cancel", id: 1, value: 0 }, plainCall(3, "echo"));
    await peer.expectFrame({ kind: "result", id: 3 });
  });

  it("CN-13 a handshake of single bytes succeeds", async () => {
    const peer = await attacked.stranger();
    await peer.sendSlowly(
      Buffer.concat([Buffer.from("89544155540d0a1a", "hex"), encodeFrame({ kind: "hello", message: { versions: [1, 1] } })]),
      1,
    );
    await peer.expectFrame({ kind: "hello" });
  });

  it("CN-14 a version that is not spoken is refused, naming both", async () => {
    const peer = await attacked.stranger();
    peer.send(Buffer.from("89544155540d0a1a", "hex"));
    peer.sendFrame({ kind: "hello", message: { versions: [7, 9] } });
    await peer.expectClose(/this side speaks taut\/1, the peer taut\/7 to 9/);
  });
});
