/** The wrong peer and the hostile server: EN, SL, ID-4, LN-6, CL, FR-9 to FR-14, CA-10, CN-11, over real sockets. */

import { isRpcError } from "taut";
import { afterEach, describe, expect, it } from "vitest";
import { AttackedClient, AttackedServer, plainCall } from "../support/attacked-server.ts";
import { collect, eventually, failureOf } from "../support/plain-service.ts";
import { pause } from "../support/raw-peer.ts";
import { encodeFrame, type Frame, magicBytes, rawFrame } from "../support/wire-frames.ts";

let ending: (() => Promise<void>) | undefined;

afterEach(async () => {
  await ending?.();
  ending = undefined;
});

async function server(options?: Parameters<typeof AttackedServer.start>[0]): Promise<AttackedServer> {
  const attacked = await AttackedServer.start(options);
  ending = () => attacked.end();
  return attacked;
}

async function client(options?: Parameters<typeof AttackedClient.start>[0]): Promise<AttackedClient> {
  const attacked = await AttackedClient.start(options);
  ending = () => attacked.end();
  return attacked;
}

describe("strangers at a server", () => {
  it.each([
    ["GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["POST /rpc HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"],
    ["GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"],
  ])("EN-1 FR-14 who speak HTTP get an answer that curl can show: %j", async (request) => {
    const attacked = await server();
    const stranger = await attacked.stranger();
    stranger.send(request);
    await stranger.expectClose();
    const answer = stranger.received.toString("latin1");
    expect(answer).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n/);
    expect(answer).toContain("This port speaks Taut");
    attacked.expectReported(/does not speak Taut: its first bytes look like HTTP/);
  });

  it.each([
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
    ["SSH", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["Redis", "*1\r\n$4\r\nPING\r\n"],
    ["unknown protocol", "\x3a\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\xd4\x07\x00\x00"],
    ["unknown protocol", "stats\r\n"],
    ["unknown protocol", "\x00\x00\x00\x85\xffSMBr\x00\x00\x00\x00"],
  ])("EN-1 EN-2 EN-4 who speak %s are closed at once, without a word", async (who, bytes) => {
    const attacked = await server();
    const stranger = await attacked.stranger();
    const start = performance.now();
    stranger.send(Buffer.from(bytes, "latin1"));
    await stranger.expectClose();
    expect(performance.now() - start).toBeLessThan(4_000);
    expect(stranger.received).toHaveLength(0);
    attacked.expectReported(new RegExp(`look like ${who}`));
  });

  it("EN-1 say nothing that reaches a log unescaped", async () => {
    const attacked = await server();
    const stranger = await attacked.stranger();
    stranger.send(Buffer.from([0x1b, 0x5b, 0x32, 0x4a, 0x9b, 0x0a, 0x00]));
    await stranger.expectClose();
    attacked.expectReported(/^[ -~]*$/);
  });

  it("EN-4 who scan, hang up and wait for a banner leave nothing", async () => {
    const attacked = await server({ handshakeTimeoutMs: 200 });
    for (let i = 0; i < 50; i += 1) {
      const stranger = await attacked.stranger();
      if (i % 3 === 0) stranger.fin();
      else if (i % 3 === 1) stranger.rst();
    }
    await eventually(() => attacked.server.stats().connections === 1, "all are gone", 2_000);
  });

  it("SL-1 CN-15 who send their hello a byte now and then are closed in time, and honest clients are served", async () => {
    const attacked = await server({ handshakeTimeoutMs: 300 });
    const bytes = Buffer.concat([magicBytes, encodeFrame({ kind: "hello", message: { versions: [1, 1] } })]);
    const slowest = await attacked.during(async () => {
      const strangers = await Promise.all(Array.from({ length: 100 }, () => attacked.stranger()));
      for (let at = 0; at < 6; at += 1) {
        for (const stranger of strangers) stranger.send(bytes.subarray(at, at + 1));
        await pause(30);
      }
      await Promise.all(strangers.map((stranger) => stranger.expectClose(undefined, 2_000)));
      for (const stranger of strangers) expect(stranger.received).toHaveLength(0);
    });
    expect(slowest).toBeLessThan(4_000);
  });

  it.each([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])(
    "ID-4 who send kind %i before their hello get nothing done",
    async (kind) => {
      const attacked = await server();
      const stranger = await attacked.stranger();
      stranger.send(Buffer.concat([magicBytes, rawFrame({ kind, id: 1 }, Buffer.alloc(8)), encodeFrame(plainCall(3, "echo"))]));
      await stranger.expectClose(/before the handshake was complete/);
      expect(attacked.plain.begun.get("echo")).toBe(1);
    },
  );

  it("ID-4 who call before they are let in get nothing done", async () => {
    let letIn: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      letIn = resolve;
    });
    let first = true;
    const attacked = await server({
      authenticate: () => {
        if (!first) return gate;
        first = false;
        return "bystander";
      },
    });
    const stranger = await attacked.stranger();
    stranger.send(magicBytes);
    stranger.sendFrame({ kind: "hello", message: { versions: [1, 1] } }, plainCall(1, "echo"));
    await stranger.expectClose(/before the handshake was complete/);
    letIn();
    await pause(20);
    expect(attacked.plain.begun.get("echo")).toBe(1);
  });

  it("LN-6 who send every prefix of a handshake and leave are forgotten", async () => {
    const attacked = await server();
    const bytes = Buffer.concat([magicBytes, encodeFrame({ kind: "hello", message: { versions: [1, 1] } })]);
    for (let length = 1; length < bytes.length; length += 2) {
      const stranger = await attacked.stranger();
      stranger.send(bytes.subarray(0, length));
      if (length % 4 === 1) stranger.fin();
      else stranger.rst();
    }
    await eventually(() => attacked.server.stats().connections === 1, "all are gone");
  });
});

describe("hostile servers at a client", () => {
  it("FR-14 CL-2 that speak HTTP fail the call with what they are", async () => {
    const attacked = await client({ reconnect: { minMs: 5_000, maxMs: 5_000 } });
    const call = failureOf(attacked.client.echo());
    const peer = await attacked.accept();
    peer.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    expect(await call).toMatchObject({ code: "UNAVAILABLE", executed: "no", message: expect.stringContaining("look like HTTP") });
  });

  it("CL-2 that never speak are given up in connectTimeoutMs", async () => {
    const attacked = await client({ connectTimeoutMs: 200 });
    const start = performance.now();
    const error = await failureOf(attacked.client.echo());
    expect(error).toMatchObject({ executed: "no" });
    expect(performance.now() - start).toBeLessThan(8_000);
  });

  it("CL-2 that are silent after the handshake leave calls to their deadlines", async () => {
    const attacked = await client();
    const call = failureOf(attacked.client.echo({}, { timeoutMs: 100 }));
    const peer = await attacked.open();
    await peer.expectFrame({ kind: "call", id: 1 });
    expect(await call).toMatchObject({ code: "DEADLINE_EXCEEDED", executed: "maybe" });
    await peer.expectFrame({ kind: "cancel", id: 1, value: 1 });
  });

  it("FR-10 that answer twice are heard once", async () => {
    const attacked = await client();
    const calls = [attacked.client.echo(), attacked.client.echo()];
    const peer = await attacked.open();
    await peer.expectFrame({ kind: "call", id: 1 });
    await peer.expectFrame({ kind: "call", id: 3 });
    peer.sendFrame(
      { kind: "result", id: 1, message: { n: 1 } },
      { kind: "result", id: 1, message: { n: 2 } },
      { kind: "result", id: 3, message: { n: 3 } },
    );
    expect(await Promise.all(calls)).toEqual([{ n: 1 }, { n: 3 }]);
  });

  it("FR-11 that succeed without a message fail the call", async () => {
    const attacked = await client();
    const call = failureOf(attacked.client.echo());
    const peer = await attacked.open();
    await peer.expectFrame({ kind: "call", id: 1 });
    peer.sendFrame({ kind: "result", id: 1 });
    expect(await call).toMatchObject({ code: "INTERNAL", message: expect.stringContaining("without a message") });
  });

  it("FR-12 that close politely in mid-stream have not ended the stream", async () => {
    const attacked = await client();
    const stream = attacked.client.list({});
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const item of stream) seen.push(item);
    })();
    const peer = await attacked.open();
    await peer.expectFrame({ kind: "call", id: 1 });
    peer.sendFrame({ kind: "message", id: 1, message: { i: 0 } });
    await eventually(() => seen.length === 1, "the message is there");
    peer.fin();
    expect(await failureOf(reading)).toMatchObject({ code: "UNAVAILABLE", executed: "yes", scope: "connection" });
  });

  it.each([0, 6, 12, 14])("FR-13 that reset after %i bytes of the answer fail the call", async (length) => {
    const attacked = await client();
    const call = failureOf(attacked.client.echo());
    const peer = await attacked.open();
    await peer.expectFrame({ kind: "call", id: 1 });
    peer.send(encodeFrame({ kind: "result", id: 1, message: {} }).subarray(0, length));
    await pause(20);
    peer.rst();
    expect(await call).toMatchObject({ code: "UNAVAILABLE", scope: "connection" });
  });

  it("CA-10 that answer a cancelled call late are not heard, and its place is free", async () => {
    const attacked = await client();
    const abort = new AbortController();
    const call = failureOf(attacked.client.echo({ n: 1 }, { signal: abort.signal }));
    const peer = await attacked.open();
    await peer.expectFrame({ kind: "call", id: 1 });
    abort.abort();
    expect(await call).toMatchObject({ code: "CANCELLED" });
    await peer.expectFrame({ kind: "cancel", id: 1, value: 0 });
    const next = attacked.client.echo({ n: 2 });
    await peer.expectFrame({ kind: "call", id: 3 });
    peer.sendFrame({ kind: "result", id: 1, message: { n: "late" } }, { kind: "result", id: 3, message: { n: 2 } });
    expect(await next).toEqual({ n: 2 });
    await attacked.end();
    ending = undefined;
  });

  it.each([
    ["a result for a call never made", { kind: "result", id: 999, message: {} } as Frame, /never opened/],
    ["a call of its own parity to us", { kind: "call", id: 1, message: {}, name: "x/y" } as Frame, /not the peer's to give/],
    ["a finish", { kind: "finish", id: 1 } as Frame, /never opened/],
    ["an unknown kind", { kind: 99 } as Frame, /unknown frame kind 99/],
  ])("FR-9 ID-6 CL-1 that send %s are left, and the call fails for it", async (_name, frame, reason) => {
    const attacked = await client();
    const call = failureOf(attacked.client.unary("echo", {}, { timeoutMs: 3_000 }));
    const peer = await attacked.open();
    await peer.expectFrame({ kind: "call", id: 1 });
    peer.sendFrame(frame);
    const error = await call;
    expect(isRpcError(error)).toBe(true);
    expect(error.scope).toBe("connection");
    await peer.expectClose(reason);
  });

  it("CL-1 that call the client are told that it serves nothing", async () => {
    const attacked = await client();
    void attacked.client.echo({}, { timeoutMs: 500 }).catch(() => {});
    const peer = await attacked.open();
    await peer.expectFrame({ kind: "call", id: 1 });
    peer.sendFrame({ kind: "call", id: 2, message: {}, name: "a/b" });
    await peer.expectFrame({ kind: "failure", id: 2, flags: 0x20 });
    peer.sendFrame({ kind: "result", id: 1, message: {} });
  });

  it("CL-3 that stream beyond the window are left, and the client holds no more than that", async () => {
    const attacked = await client();
    const reading = collect(attacked.client.list({}));
    reading.catch(() => {});
    void reading;
    const unread = attacked.client.list({});
    const peer = await attacked.open();
    await peer.expectFrame({ kind: "call", id: 1 });
    await peer.expectFrame({ kind: "call", id: 3 });
    const message = encodeFrame({ kind: "message", id: 3, message: { body: new Uint8Array(60_000) } });
    for (let i = 0; i < 6; i += 1) peer.send(message);
    await peer.expectClose(/beyond the window of call 3/);
    const error = await failureOf(collect(unread));
    expect(error).toMatchObject({ scope: "connection" });
  });

  it("CN-11 that ping before, during and after an answer get exactly one pong each", async () => {
    const attacked = await client();
    const call = attacked.client.echo();
    const peer = await attacked.open();
    const ping = (n: number): Frame => ({ kind: "ping", bytes: Buffer.from([n, 0, 0, 0, 0, 0, 0, 0]) });
    await peer.expectFrame({ kind: "call", id: 1 });
    peer.sendFrame(
      ping(1),
      { kind: "result", id: 1, total: 100_000 },
      ping(2),
      { kind: "fragment", id: 1, bytes: largeDocument.subarray(0, 50_000) },
      ping(3),
      { kind: "fragment", id: 1, bytes: largeDocument.subarray(50_000) },
      ping(4),
    );
    for (const n of [1, 2, 3, 4]) await peer.expectFrame({ kind: "pong", bytes: Buffer.from([n, 0, 0, 0, 0, 0, 0, 0]) });
    await call;
    await peer.expectSilence();
  });

  it("JS-6 messages that are kept do not change while the connection goes on", async () => {
    const attacked = await client();
    const stream = attacked.client.list({})[Symbol.asyncIterator]();
    const first = stream.next();
    const peer = await attacked.open();
    await peer.expectFrame({ kind: "call", id: 1 });
    peer.sendFrame({ kind: "message", id: 1, message: { body: Buffer.alloc(500, 1), text: "kept".repeat(30) } });
    const kept = (await first).value as { body: Uint8Array; text: string };
    for (let i = 0; i < 50; i += 1) {
      peer.sendFrame({ kind: "message", id: 1, message: { body: Buffer.alloc(500, 2 + i), text: "other".repeat(30) } });
      await stream.next();
    }
    expect(kept.body.every((byte) => byte === 1)).toBe(true);
    expect(kept.text).toBe("kept".repeat(30));
    await stream.return?.();
  });
});

/** A document of 100,000 bytes. */
const largeDocument = encodeFrame({ kind: "message", message: { b: Buffer.alloc(100_000 - 13, 7) } }).subarray(12);
