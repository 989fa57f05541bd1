import { describe, expect, it, vi } from "vitest";
import { encodePlainDocument } from "../../../src/bson/plain-document.ts";
import { RpcError } from "../../../src/errors/rpc-error.ts";
import {
  bidi,
  type End,
  JoinedEnds,
  openClient,
  openServer,
  type RecordingCallee,
  type RecordingCaller,
  requestStream,
  responseStream,
  sized,
} from "../../support/connection-ends.ts";
import type { Frame } from "../../support/wire-frames.ts";

const window = 262_144;

const refusal = (): RpcError => new RpcError({ code: "UNIMPLEMENTED", message: "not here" });

/** Sends on a stream as a pump does: the next message as soon as the last has left and there is room. */
function pump(
  end: End,
  call: RecordingCaller | RecordingCallee,
  messages: number,
  bytes: number,
): { sent: number; step(): void } {
  const state = {
    sent: 0,
    step: (): void => {
      while (state.sent < messages && end.canSend(call)) {
        state.sent += 1;
        end.send(call, sized(bytes, state.sent & 0xff));
      }
    },
  };
  return state;
}

/** A server stream that the server pumps: what the client's side sees of it. */
function serverStream(
  ends: JoinedEnds,
  messages: number,
  bytes: number,
): { caller: RecordingCaller; callee: RecordingCallee; pump: { sent: number; step(): void } } {
  const caller = ends.client.call("t/list", {}, { kind: responseStream });
  ends.run();
  const callee = ends.server.accepted.at(-1) as RecordingCallee;
  return { caller, callee, pump: pump(ends.server, callee, messages, bytes) };
}

const sizes = (frames: readonly Frame[]): (number | string)[] =>
  frames.map(({ kind, bytes, total }) => bytes?.length ?? total ?? String(kind));

describe("credit of whole messages", () => {
  it("is length + 64, of the stream and of the connection, to the byte", () => {
    const server = openServer({}, { limits: { streamWindowBytes: 10_000 } });
    server.receive({ kind: "call", id: 1, flags: responseStream, message: {}, name: "t/list" });
    const call = server.accepted[0] as RecordingCallee;
    const stream = pump(server, call, 100, 936);
    stream.step();
    // Ten times 936 + 64 are 10,000.
    expect(stream.sent).toBe(10);
    expect(server.frames().filter(({ kind }) => kind === "message")).toHaveLength(10);
    server.receive({ kind: "credit", id: 1, value: 999 });
    expect(server.canSend(call)).toBe(true);
    stream.step();
    expect(server.frames()).toEqual([]);
    server.receive({ kind: "credit", id: 1, value: 1 });
    expect(server.frames()).toHaveLength(1);
  });

  it("is returned in one frame per quarter window, and never for what waits", () => {
    const client = openClient();
    const call = client.call("t/list", {}, { kind: responseStream });
    client.frames();
    for (let i = 0; i < 64; i += 1) client.receive({ kind: "message", id: call.id, message: sized(1_024 - 64) });
    expect(client.frames()).toEqual([]);
    client.consume(call);
    // Consumed one by one, paid at once when a quarter of 262,144 was reached.
    expect(client.frames()).toEqual([{ kind: "credit", id: call.id, value: 65_536 }]);
  });

  it("that is exceeded ends the connection", () => {
    const client = openClient();
    const call = client.call("t/list", {}, { kind: responseStream });
    for (let i = 0; i < 4; i += 1) client.receive({ kind: "message", id: call.id, message: sized(65_536 - 64) });
    expect(client.closedWith).toBeUndefined();
    client.receive({ kind: "message", id: call.id, message: {} });
    expect(client.closedWith?.message).toMatch(/beyond the window of call 1/);
    const other = openClient({ settings: { connectionWindowBytes: 1_024 } });
    const small = other.call("t/list", {}, { kind: responseStream });
    other.receive({ kind: "message", id: small.id, message: sized(1_000) });
    expect(other.closedWith?.message).toMatch(/beyond the connection's window/);
  });

  it("that overflows ends the connection, for a stream and for all", () => {
    for (const id of [0, 1]) {
      const client = openClient();
      client.call("t/list", {}, { kind: responseStream });
      client.receive({ kind: "credit", id, value: 2 ** 31 - 1 });
      expect(client.closedWith?.message).toMatch(/overflows/);
    }
  });

  it("counts an overhead: a million empty messages cannot wait", () => {
    const ends = JoinedEnds.open();
    const { pump: stream, caller } = serverStream(ends, 1_000_000, 16);
    for (let i = 0; i < 20; i += 1) {
      stream.step();
      ends.run();
    }
    expect(stream.sent).toBeLessThanOrEqual(window / 80 + 1);
    // The last one waits for credit at the sender, encoded.
    expect(caller.messages).toHaveLength(stream.sent - 1);
    expect(ends.close()).toEqual([]);
  });
});

describe("a stalled stream", () => {
  it("does not hold up a busy one", () => {
    const ends = JoinedEnds.open();
    const stalled = serverStream(ends, 1_000, 60_000);
    const busy = serverStream(ends, 1_000, 60_000);
    let taken = 0;
    for (let i = 0; i < 1_000 && taken < 1_000; i += 1) {
      stalled.pump.step();
      busy.pump.step();
      ends.run();
      taken += ends.client.consume(busy.caller).length;
      ends.run();
    }
    expect(taken).toBe(1_000);
    expect(stalled.pump.sent).toBeLessThanOrEqual(5);
    expect(ends.close()).toEqual([]);
  });

  it("of large messages holds none of the eight places", () => {
    const ends = JoinedEnds.open();
    const stalled = Array.from({ length: 20 }, () => serverStream(ends, 10, 1_000_000));
    for (let i = 0; i < 30; i += 1) {
      for (const { pump: one } of stalled) one.step();
      ends.run();
    }
    for (const { caller } of stalled) expect(caller.messages).toHaveLength(1);
    // Large unary calls pass both ways.
    const call = ends.client.call("t/echo", sized(3_000_000, 7));
    ends.run();
    const callee = ends.server.accepted.at(-1) as RecordingCallee;
    expect(callee.request).toBeDefined();
    ends.server.answer(callee, callee.request);
    ends.run();
    expect((call.result as { b: Uint8Array }).b).toHaveLength(3_000_000 - 13);
    expect(ends.close()).toEqual([]);
  });
});

describe("a large message", () => {
  it("goes through windows far smaller than itself, unread", () => {
    const ends = JoinedEnds.open({ client: { settings: { streamWindowBytes: 1_024, connectionWindowBytes: 1_024 } } });
    const { pump: stream, caller } = serverStream(ends, 3, 4_000_000);
    for (let i = 0; i < 3; i += 1) {
      stream.step();
      ends.run();
      expect(ends.client.consume(caller)).toHaveLength(1);
      ends.run();
    }
    expect(caller.messages).toHaveLength(3);
    expect(ends.close()).toEqual([]);
  });

  it.each([1_024, 1_025, 2_000, 65_536, 100_000])("and messages of all sizes find their way through windows of %i", (bytes) => {
    const ends = JoinedEnds.open({ client: { settings: { streamWindowBytes: bytes, connectionWindowBytes: bytes } } });
    const caller = ends.client.call("t/list", {}, { kind: responseStream });
    ends.run();
    const callee = ends.server.accepted[0] as RecordingCallee;
    let got = 0;
    for (let i = 0; i < 300; i += 1) {
      expect(ends.server.canSend(callee)).toBe(true);
      ends.server.send(callee, sized(16 + ((i * 7_919) % 70_000)));
      for (let turn = 0; turn < 10 && got <= i; turn += 1) {
        ends.run();
        got += ends.client.consume(caller).length;
      }
      ends.run();
      expect(got).toBe(i + 1);
    }
    expect(ends.close()).toEqual([]);
  });

  it("takes turns with others, a fragment each, and lets small ones between", () => {
    const server = openServer({ settings: { outputHighWaterBytes: 2 ** 30 } });
    for (const id of [1, 3, 5]) server.receive({ kind: "call", id, message: {}, name: "t/get" });
    const [a, b, c] = server.accepted as [RecordingCallee, RecordingCallee, RecordingCallee];
    server.answer(a, sized(150_000));
    server.answer(b, sized(70_000));
    server.answer(c, sized(100));
    const order = server.frames().map(({ kind, id }) => `${kind} ${id}`);
    expect(order.indexOf("result 5")).toBeGreaterThan(0);
    expect(order.filter((one) => one.startsWith("fragment"))).toHaveLength(5);
  });

  it("uses the memory of one again only when it was sent", () => {
    const server = openServer();
    const ids = [1, 3, 5, 7];
    for (const id of ids) server.receive({ kind: "call", id, message: {}, name: "t/get", method: 0xffff });
    const answer = (at: number): void => {
      server.answer(server.accepted[at] as RecordingCallee, sized(200_000, at));
      server.clock.endTurn();
    };
    server.transport.isHeld = true;
    const given = vi.spyOn(server.pool.messages, "give");
    answer(0);
    answer(1);
    expect(given).toHaveBeenCalledTimes(0);
    server.transport.drain();
    server.clock.endTurn();
    expect(given).toHaveBeenCalledTimes(2);
    answer(2);
    answer(3);
    expect(given).toHaveBeenCalledTimes(4);
    expect(new Set(given.mock.calls.map(([{ buffer }]) => buffer)).size).toBe(2);
    const frames = server.frames();
    for (const [at, id] of ids.entries()) {
      const pieces = frames.flatMap((frame) => (frame.kind === "fragment" && frame.id === id ? [frame.bytes as Buffer] : []));
      expect(Buffer.concat(pieces).equals(encodePlainDocument(sized(200_000, at)))).toBe(true);
    }
  });

  it("pauses while the output is full, so that small ones pass", () => {
    const server = openServer();
    server.receive({ kind: "call", id: 1, message: {}, name: "t/get" }, { kind: "call", id: 3, message: {}, method: 0 });
    const [large, small] = server.accepted as [RecordingCallee, RecordingCallee];
    server.transport.isHeld = true;
    server.answer(large, sized(4_000_000));
    server.clock.endTurn();
    expect(server.connection.isFull).toBe(true);
    server.answer(small, {});
    server.clock.endTurn();
    server.transport.drain();
    const frames = server.frames();
    const at = frames.findIndex(({ kind, id }) => kind === "result" && id === 3);
    expect(at).toBeGreaterThan(0);
    expect(frames.slice(0, at).reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0)).toBeLessThanOrEqual(262_144 + 65_536);
    for (let i = 0; i < 40; i += 1) server.clock.endTurn();
  });

  it("waits for one of eight places, in order", () => {
    const ends = JoinedEnds.open();
    const calls = Array.from({ length: 30 }, (_, i) => ends.client.call("t/put", sized(200_000 + i, i)));
    expect(ends.client.connection.queuedBytes).toBeGreaterThan(5_000_000);
    ends.run();
    expect(ends.server.accepted.map(({ request }) => (request as { b: Uint8Array }).b[0])).toEqual(calls.map((_, i) => i));
    expect(calls.map(({ id }) => id)).toEqual(calls.map((_, i) => 1 + 2 * i));
    for (const callee of ends.server.accepted) ends.server.answer(callee, {});
    ends.run();
    expect(calls.every(({ result }) => result !== undefined)).toBe(true);
    expect(ends.close()).toEqual([]);
  });

  it("is announced by nobody a ninth time", () => {
    const server = openServer();
    for (let i = 0; i < 8; i += 1)
      server.receive({ kind: "call", id: 1 + 2 * i, total: 100_000, ...(i === 0 ? { name: "t/put" } : {}) });
    expect(server.closedWith).toBeUndefined();
    server.receive({ kind: "call", id: 17, total: 100_000 });
    expect(server.closedWith?.message).toMatch(/more than 8 fragmented messages/);
  });

  it("gives its place up when it is cancelled, to one that the peer hears of after the cancel", () => {
    const client = openClient();
    const calls = Array.from({ length: 9 }, () => client.call("t/put", sized(4_000_000)));
    client.frames();
    client.transport.isHeld = false;
    client.connection.outgoing.cancel(calls[0] as RecordingCaller, 0);
    const order = client.frames().filter(({ kind }) => kind !== "fragment");
    expect(order).toMatchObject([
      { kind: "cancel", id: 1 },
      { kind: "call", id: 17, total: 4_000_000 },
    ]);
  });

  it("that never left fails its call when the connection goes, expires and can be cancelled", () => {
    for (const end of ["loss", "deadline", "cancel", "goingAway"] as const) {
      const client = openClient();
      const calls = Array.from({ length: 10 }, () => client.call("t/put", sized(4_000_000), { timeoutMs: 1_000 }));
      const [ninth, tenth] = calls.slice(8) as [RecordingCaller, RecordingCaller];
      expect(ninth.id).toBe(0);
      if (end === "loss") client.transport.lose();
      else if (end === "deadline") client.clock.advance(1_010);
      else if (end === "goingAway") client.receive({ kind: "goingAway", value: 15, message: { code: 14, message: "bye" } });
      else client.connection.outgoing.cancel(ninth, 0);
      if (end === "deadline") expect(tenth.hasExpired && ninth.hasExpired).toBe(true);
      else if (end === "cancel") expect(ninth.isCancelled).toBe(true);
      else expect(tenth.failure).toMatchObject({ code: "UNAVAILABLE", executed: "no" });
      if (end === "goingAway") expect(calls[0]?.failure).toBeUndefined();
    }
  });

  it("counts for the peer's maxCalls before it has left", () => {
    const client = openClient({}, { limits: { maxCalls: 9 } });
    for (let i = 0; i < 9; i += 1) client.call("t/put", sized(4_000_000));
    expect(client.connection.outgoing.hasRoom(0)).toBe(false);
  });

  it.each([
    ["more bytes than were announced", [{ kind: "fragment", id: 1, bytes: Buffer.alloc(60) }], /exceed the announced 50/],
    ["a fragment for a call that announced none", [{ kind: "fragment", id: 3, bytes: Buffer.alloc(1) }], /never opened/],
    ["an empty fragment", [{ kind: "fragment", id: 1 }], /empty fragment/],
  ] as [string, Frame[], RegExp][])("with %s", (_name, frames, reason) => {
    const server = openServer();
    server.receive({ kind: "call", id: 1, total: 50, name: "t/put" });
    server.receive(...frames);
    expect(server.closedWith?.message).toMatch(reason);
  });

  it("with a second announcement inside the first", () => {
    const server = openServer();
    server.receive({ kind: "call", id: 1, flags: requestStream, name: "t/sum" }, { kind: "message", id: 1, total: 50 });
    server.receive({ kind: "message", id: 1, total: 50 });
    expect(server.closedWith?.message).toMatch(/second fragmented message/);
  });

  it.each([0, 4])("of %i bytes is no document", (total) => {
    const server = openServer();
    server.receive({ kind: "call", id: 1, total, name: "t/put" });
    expect(server.closedWith?.message).toMatch(/message of \d bytes announced/);
  });

  it("beyond the limits is refused from its announcement, and its fragments are late", () => {
    const server = openServer({ settings: { limits: { maxMessageBytes: 100_000 } } });
    server.receive(
      { kind: "call", id: 1, total: 100_001, name: "t/put" },
      { kind: "fragment", id: 1, bytes: Buffer.alloc(65_536) },
    );
    expect(server.frames()).toMatchObject([{ kind: "failure", id: 1, flags: 0x20, failure: { code: 8 } }]);
    expect(server.closedWith).toBeUndefined();
    expect(server.accepted).toEqual([]);
  });

  it("beyond the limits in a stream fails that call and drops the rest of it", () => {
    const server = openServer({ settings: { limits: { maxMessageBytes: 100_000 } } });
    server.receive(
      { kind: "call", id: 1, flags: requestStream, name: "t/sum" },
      { kind: "message", id: 1, total: 4_000_000_000 },
    );
    const call = server.accepted[0] as RecordingCallee;
    expect(call.abortedBy).toBe("cancel");
    expect(call.refusedWith).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    server.receive({ kind: "fragment", id: 1, bytes: Buffer.alloc(65_536) });
    expect(server.closedWith).toBeUndefined();
  });

  it("beyond the caller's limits fails at the caller alone, and the callee is told", () => {
    const client = openClient({ settings: { limits: { maxMessageBytes: 100_000 } } });
    const call = client.call("t/get", {});
    client.frames();
    client.receive({ kind: "result", id: 1, total: 100_001 });
    expect(call.failure).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    expect(client.frames()).toEqual([{ kind: "cancel", id: 1, value: 3 }]);
    client.receive(
      { kind: "fragment", id: 1, bytes: Buffer.alloc(60_000) },
      { kind: "failure", id: 1, failure: { code: 1, message: "" } },
    );
    expect(client.connection.outgoing.table.size).toBe(0);
    expect(call.ends).toBe(1);
  });
});

describe("credit of calls that end", () => {
  it("comes back: a thousand unread streams cost the connection nothing", () => {
    for (const how of ["cancel", "failure", "result"] as const) {
      const ends = JoinedEnds.open();
      for (let i = 0; i < 200; i += 1) {
        const { caller, callee, pump: stream } = serverStream(ends, 4, 60_000);
        stream.step();
        ends.run();
        expect(caller.messages).toHaveLength(4);
        if (how === "cancel") {
          callee.onAbort = () => ends.server.fail(callee, "CANCELLED");
          ends.client.connection.outgoing.cancel(caller, 0);
        } else if (how === "failure") {
          ends.server.fail(callee);
        } else {
          ends.server.answer(callee);
        }
        ends.run();
        expect(ends.client.connection.outgoing.table.size).toBe(0);
      }
      const { caller, pump: stream } = serverStream(ends, 400, 60_000);
      let taken = 0;
      for (let i = 0; i < 1_000 && taken < 400; i += 1) {
        stream.step();
        ends.run();
        taken += ends.client.consume(caller).length;
        ends.run();
      }
      expect(taken).toBe(400);
      expect(ends.close()).toEqual([]);
    }
  });

  it("is not given back twice when the consumer takes what was left", () => {
    const client = openClient();
    const call = client.call("t/list", {}, { kind: responseStream });
    client.frames();
    for (let i = 0; i < 4; i += 1) client.receive({ kind: "message", id: call.id, message: sized(60_000) });
    client.receive({ kind: "result", id: call.id });
    client.consume(call);
    let granted = 0;
    // 4 MiB is a quarter of the connection's window: what is owed shows when others add to it.
    for (let i = 0; i < 100; i += 1) {
      const other = client.call("t/list", {}, { kind: responseStream });
      client.receive({ kind: "message", id: other.id, message: sized(60_000) }, { kind: "result", id: other.id });
      client.consume(other);
      for (const { kind, id, value } of client.frames()) if (kind === "credit" && id === undefined) granted += value ?? 0;
    }
    expect(granted).toBeLessThanOrEqual(104 * 60_064);
    expect(granted).toBeGreaterThan(104 * 60_064 - 4_194_304);
  });

  it("of late messages and announcements comes back at once", () => {
    const client = openClient({ settings: { connectionWindowBytes: 100_000 } });
    const call = client.call("t/list", {}, { kind: responseStream });
    client.receive({ kind: "result", id: call.id });
    for (let i = 0; i < 200; i += 1) {
      client.receive(
        { kind: "message", id: call.id, message: sized(20_000) },
        { kind: "message", id: call.id, total: 4_000_000 },
      );
      expect(client.closedWith).toBeUndefined();
    }
  });
});

describe("one-way calls", () => {
  it("debit length + 256 until their handler has ended, of the connection alone", () => {
    const ends = JoinedEnds.open({ server: { settings: { connectionWindowBytes: 10_000 } } });
    const tell = (bytes: number): boolean => ends.client.tell("t/tell", sized(bytes));
    for (let i = 0; i < 10; i += 1) expect(tell(744)).toBe(true);
    expect(tell(744)).toBe(false);
    ends.run();
    expect(ends.server.accepted).toHaveLength(10);
    for (const callee of ends.server.accepted) ends.server.answer(callee);
    ends.run();
    expect(tell(744)).toBe(true);
    expect(ends.close()).toEqual([]);
  });

  it("leak no window, whether they fit exactly, travel in fragments, are refused, fail or are unknown", () => {
    const ends = JoinedEnds.open({
      server: { settings: { connectionWindowBytes: 600_000 }, accept: (path) => (path === "t/refused" ? refusal() : undefined) },
    });
    for (let i = 0; i < 300; i += 1) {
      const path = ["t/tell", "t/refused", "u/unknown"][i % 3] as string;
      expect(ends.client.tell(path, sized([16, 3_000, 200_000][i % 3 === 0 ? (i / 3) % 3 : i % 3] as number))).toBe(true);
      ends.run();
      for (const callee of ends.server.accepted.splice(0)) {
        if (i % 2 === 0) ends.server.answer(callee);
        else ends.server.fail(callee);
      }
      ends.run();
    }
    expect(ends.server.connection.incoming.table.size).toBe(0);
    expect(ends.close()).toEqual([]);
  });

  it.each([65_537, 262_144, 262_145, 1_000_000, 4_194_304])(
    "of %i bytes arrive: what they were granted is theirs until they are written",
    (bytes) => {
      const ends = JoinedEnds.open();
      let told = 0;
      // As many at a time as the window holds; further ones when handlers have ended.
      for (let round = 0; round < 40 && told < 20; round += 1) {
        while (told < 20 && ends.client.tell("t/tell", sized(bytes, told))) told += 1;
        ends.run();
        expect(ends.client.connection.outgoing.awaited.count).toBe(0);
        for (const callee of ends.server.accepted.splice(0)) {
          expect((callee.request as { b: Uint8Array }).b.length).toBe(bytes - 13);
          ends.server.answer(callee);
        }
        ends.run();
      }
      expect(ends.server.connection.incoming.started).toBe(20);
      expect(ends.client.connection.outgoing.table.size).toBe(0);
      expect(ends.close()).toEqual([]);
    },
  );

  it("in fragments are written when the last has left, not before", () => {
    const end = openClient({}, { limits: { streamWindowBytes: 100_000 } });
    const call = end.tellCall("t/tell", sized(300_000));
    end.frames();
    for (const value of [100_000, 99_999]) {
      end.receive({ kind: "credit", id: call.id, value });
      end.frames();
      expect(call.wasWritten).toBe(false);
    }
    end.receive({ kind: "credit", id: call.id, value: 1 });
    expect(call.wasWritten).toBe(true);
    expect(end.connection.outgoing.table.size).toBe(0);
  });

  it("in fragments that lose their connection have not run; nor have unary calls", () => {
    const end = openClient({}, { limits: { streamWindowBytes: 100_000 } });
    const told = end.tellCall("t/tell", sized(1_000_000));
    const asked = end.call("t/a", sized(1_000_000));
    end.connection.giveUp(new RpcError({ code: "UNAVAILABLE", message: "lost" }), false);
    for (const call of [told, asked]) expect(call).toMatchObject({ ends: 1, failure: { executed: "no" } });
    expect(told.wasWritten).toBe(false);
  });

  it("in fragments that wait for a place do not begin in the one that another of them gives up", () => {
    const end = openClient({ settings: { outputHighWaterBytes: 540_000 } });
    end.transport.isHeld = true;
    const calls = Array.from({ length: 20 }, () => end.call("t/a", sized(70_000)));
    end.frames();
    const begun = calls.filter(({ isOpen }) => isOpen);
    expect(begun.length).toBeLessThan(20);
    // The kernel has taken some of it, and the connection has not been told.
    end.transport.bufferedBytes = 1;
    end.receive({ kind: "goingAway", value: begun.at(-1)?.id ?? 0 });
    expect(calls.map(({ ends }) => ends)).toEqual(calls.map((call) => (begun.includes(call) ? 0 : 1)));
    for (const call of calls.slice(begun.length)) {
      expect(call).toMatchObject({ id: 0, isOpen: false, failure: { executed: "no" } });
    }
    expect(end.connection.outgoing.table.size).toBe(begun.length);
    expect(end.connection.outgoing.awaited.count).toBe(begun.length);
  });

  it("in fragments count as written no more once their connection is gone", () => {
    const end = openClient({ settings: { outputHighWaterBytes: 540_000 } });
    end.transport.isHeld = true;
    // Eight first fragments, and some of the short second ones.
    const told = Array.from({ length: 20 }, () => end.tellCall("t/tell", sized(70_000)));
    end.frames();
    end.transport.bufferedBytes = 1;
    const before = told.filter(({ wasWritten }) => wasWritten).length;
    end.connection.giveUp(new RpcError({ code: "UNAVAILABLE", message: "lost" }), false);
    expect(before).toBeLessThan(8);
    expect(told.filter(({ wasWritten }) => wasWritten)).toHaveLength(before);
    for (const call of told) expect(call.ends).toBe(call.wasWritten ? 0 : 1);
    expect(end.connection.outgoing.awaited.count).toBe(0);
  });

  it("in fragments that are given up leave neither place nor window taken", () => {
    const ends = JoinedEnds.open({ server: { settings: { streamWindowBytes: 100_000, connectionWindowBytes: 3_000_000 } } });
    for (let i = 0; i < 50; i += 1) {
      const call = ends.client.tellCall("t/tell", sized(1_000_000));
      ends.carry("client");
      ends.client.connection.outgoing.cancel(call, 0);
      ends.run();
      expect(call.wasWritten).toBe(false);
    }
    expect(ends.client.connection.outgoing.table.size).toBe(0);
    expect(ends.server.connection.incoming.table.size).toBe(0);
    expect(ends.client.tell("t/tell", sized(1_000_000))).toBe(true);
    ends.run();
    expect(ends.server.accepted.filter(({ request }) => request !== undefined)).toHaveLength(1);
  });

  it("too large for the window at all fail at once", () => {
    const ends = JoinedEnds.open({ server: { settings: { connectionWindowBytes: 10_000 } } });
    expect(() => ends.client.tell("t/tell", sized(9_000))).toThrow(/too large for the connection's window/);
    expect(() => ends.client.tell("t/tell", sized(90_000))).toThrow(/too large for the connection's window/);
  });
});

describe("the end of a stream", () => {
  it("does not overtake its messages, whichever way they travel", () => {
    const ends = JoinedEnds.open();
    for (const bytes of [100, 65_000, 300_000]) {
      const caller = ends.client.call("t/chat", undefined, { kind: bidi });
      ends.run();
      const callee = ends.server.accepted.at(-1) as RecordingCallee;
      ends.client.send(caller, sized(bytes, 1));
      ends.client.connection.outgoing.finishRequests(caller);
      ends.run();
      ends.server.send(callee, sized(bytes, 2));
      ends.server.answer(callee);
      ends.run();
      expect(callee.messages).toHaveLength(1);
      expect(callee.hasFinished).toBe(true);
      expect(caller.messages).toHaveLength(1);
      expect(caller.result).toBe("empty");
    }
    expect(ends.close()).toEqual([]);
  });

  it("by failure lets the messages before it through", () => {
    const ends = JoinedEnds.open();
    const { caller, callee } = serverStream(ends, 0, 0);
    ends.server.send(callee, sized(200_000));
    ends.server.fail(callee, "DATA_LOSS");
    ends.run();
    expect(caller.messages).toHaveLength(1);
    expect(caller.failure).toMatchObject({ code: "DATA_LOSS" });
  });
});

it("announces at most what the peer's limits allow and fails locally above", () => {
  const client = openClient({}, { limits: { maxMessageBytes: 70_000, fragmentBytes: 2_000 } });
  expect(() => client.call("t/put", sized(70_001))).toThrow(/70,001 bytes exceeds the peer's maxMessageBytes 70,000/);
  client.call("t/put", sized(70_000));
  const frames = client.frames();
  expect(sizes(frames)).toEqual([70_000, ...Array.from({ length: 35 }, () => 2_000)]);
});
