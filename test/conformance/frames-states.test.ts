/** Every cell of PROTOCOL.md's tables "State and frame", and all orders of three frames of one call (ID-7, CA-9, FR-6 to FR-10, ID-6). */

import { describe, expect, it } from "vitest";
import { RpcError } from "../../src/errors/rpc-error.ts";
import {
  bidi,
  End,
  openClient,
  openServer,
  type RecordingCallee,
  type RecordingCaller,
  responseStream,
} from "../support/connection-ends.ts";
import { cellsBelow } from "../support/protocol-tables.ts";
import { type Document, type Frame, magicBytes, rawFrame } from "../support/wire-frames.ts";

const bodyOf: Readonly<Record<string, Omit<Frame, "id">>> = {
  call: { kind: "call", message: {}, name: "t/other", method: 5 },
  message: { kind: "message", message: { m: 1 } },
  "fragment of an announced message": { kind: "fragment", bytes: Buffer.alloc(3) },
  "fragment, none announced": { kind: "fragment", bytes: Buffer.alloc(3) },
  finish: { kind: "finish" },
  cancel: { kind: "cancel", value: 0 },
  credit: { kind: "credit", value: 70_000 },
  result: { kind: "result", message: {} },
  failure: { kind: "failure", failure: { code: 10, message: "no" } },
  accept: { kind: "accept" },
  leading: { kind: "leading", metadata: { a: "b" } },
};

const named = (row: string): string => row.replaceAll("`", "");

/** What the state of an end says of everything but the frame itself: it must not change where a frame is ignored. */
function expectAlive(end: End): void {
  expect(end.closedWith).toBeUndefined();
  end.receive({ kind: "ping", bytes: Buffer.from("12345678") });
  expect(end.frames().at(-1)).toMatchObject({ kind: "pong" });
}

function expectError(end: End): void {
  expect(end.closedWith).toMatchObject({ code: "INTERNAL", scope: "connection" });
  expect(end.closedWith?.message).toMatch(/^protocol error by/);
  expect(end.frames().at(-1)).toMatchObject({ kind: "close", message: { code: 13 } });
  expect(end.transport.hasEnded).toBe(true);
}

describe("the connection's table", () => {
  const ends: Readonly<Record<string, () => End>> = {
    "server, before the hello": () => {
      const end = new End("server");
      end.transport.receive(magicBytes);
      return end;
    },
    "server, while credentials are checked": () => {
      const end = new End("server", { authenticate: () => new Promise(() => {}) });
      end.transport.receive(magicBytes);
      end.receive({ kind: "hello", message: { versions: [1, 1] } });
      return end;
    },
    "client, before the hello": () => {
      const end = new End("client", { credentials: () => "x" });
      end.transport.receive(magicBytes);
      return end;
    },
    open: () => openServer(),
  };
  const frames: Readonly<Record<string, Frame[]>> = {
    hello: [{ kind: "hello", message: { versions: [1, 1] } }],
    auth: [{ kind: "auth", message: { challenge: 1, answer: 1 } }],
    close: [{ kind: "close", message: { code: 14, message: "bye" } }],
    "kinds from 80": [{ kind: 0x80 }, { kind: 0xff, bytes: Buffer.alloc(100) }],
    "any other": Object.values(bodyOf).map((body) => ({ ...body, id: 1 }) as Frame),
  };
  it.each(cellsBelow("### Connection"))("%s | %s: %s", (row, column, cell) => {
    if (cell === "see below") return;
    for (const frame of frames[named(row)] as Frame[]) {
      const end = (ends[column] as () => End)();
      end.frames();
      end.receive(frame);
      if (cell === "taken" || cell === "ignored") expect(end.closedWith).toBeUndefined();
      else expect(end.closedWith).toMatchObject({ scope: "connection", origin: cell === "ends" ? "remote" : "local" });
    }
  });
});

describe("FR-6 FR-7 the callee's table", () => {
  const announced = "fragment of an announced message";

  /** A server with a call in this state; `announces` with a message of it under way. */
  function inState(state: string, announces: boolean): { end: End; call: RecordingCallee | undefined } {
    const end = openServer();
    if (state === "never opened") return { end, call: undefined };
    const flags = state === "finished" && announces ? 0 : bidi;
    const request: Frame = { kind: "call", id: 1, name: "t/chat", flags, ...(flags === 0 ? { total: 10 } : {}) };
    end.receive(request);
    const call = end.accepted[0] as RecordingCallee;
    if (announces && flags !== 0) end.receive({ kind: "message", id: 1, total: 10 });
    if (state === "finished" && flags !== 0) end.receive({ kind: "finish", id: 1 });
    if (state === "ended early") end.receive({ kind: "cancel", id: 1, value: 0 });
    if (state === "closed") end.fail(call);
    end.frames();
    return { end, call };
  }

  it.each(cellsBelow("### Callee: frames of the caller"))("%s | %s: %s", (row, state, cell) => {
    if (cell === "-") return;
    const name = named(row);
    const { end, call } = inState(state, name === announced);
    const before = { messages: call?.messages.length, aborted: call?.abortedBy, open: end.connection.incoming.table.size };
    end.receive({ ...(bodyOf[name] as Frame), id: 1 });
    switch (cell) {
      case "error":
        return expectError(end);
      case "ignored":
      case "taken":
      case "collected":
        expect({ messages: call?.messages.length, aborted: call?.abortedBy, open: end.connection.incoming.table.size }).toEqual(
          before,
        );
        break;
      case "opens":
        expect(end.accepted).toHaveLength(1);
        break;
      case "delivered":
        expect(call?.messages).toEqual([{ m: 1 }]);
        break;
      case "requests end":
        expect(call?.hasFinished).toBe(true);
        break;
      case "cancels":
        expect(call?.abortedBy).toBe("cancel");
        break;
      case "fails the call":
        expect(call?.abortedBy).toBe("cancel");
        expect(call?.refusedWith).toMatchObject({ code: "INVALID_ARGUMENT" });
        break;
      default:
        throw new Error(`what is "${cell}"?`);
    }
    expectAlive(end);
  });
});

describe("the caller's table", () => {
  const announced = "fragment of an announced message";

  function inState(state: string, announces: boolean): { end: End; call: RecordingCaller | undefined } {
    const end = openClient();
    if (state === "never opened") return { end, call: undefined };
    const call = end.call("t/chat", undefined, { kind: bidi });
    end.frames();
    if (announces) end.receive({ kind: "message", id: 1, total: 10 });
    if (state === "cancelled") end.connection.outgoing.cancel(call, 0);
    if (state === "closed") end.receive({ kind: "result", id: 1 });
    end.frames();
    return { end, call };
  }

  it.each(cellsBelow("### Caller: frames of the callee"))("%s | %s: %s", (row, state, cell) => {
    if (cell === "-") return;
    const name = named(row);
    const { end, call } = inState(state, name === announced);
    const facts = (): unknown => ({
      ends: call?.ends,
      messages: call?.messages.length,
      accepted: call?.wasAccepted,
      leading: call?.leading,
      open: end.connection.outgoing.table.size,
    });
    const before = facts();
    end.receive({ ...(bodyOf[name] as Frame), id: 1 });
    switch (cell) {
      case "error":
        return expectError(end);
      case "ignored":
      case "taken":
      case "collected":
        expect(facts()).toEqual(before);
        break;
      case "ends the call":
        expect(call?.ends).toBe(1);
        expect(end.connection.outgoing.table.size).toBe(0);
        break;
      case "frees its place":
        expect(call?.ends).toBe(0);
        expect(end.connection.outgoing.table.size).toBe(0);
        break;
      case "delivered":
        expect(call?.messages).toEqual([{ m: 1 }]);
        break;
      case "requests flow":
        expect(call?.wasAccepted).toBe(true);
        break;
      case "handed on":
        expect(call?.leading?.get("a")).toBe("b");
        break;
      default:
        throw new Error(`what is "${cell}"?`);
    }
    expectAlive(end);
  });
});

describe("ID-7 all orders of three frames of one call", () => {
  const steps = ["M", "F", "C"] as const;
  type Step = (typeof steps)[number];
  const orders = steps.flatMap((a) => steps.flatMap((b) => steps.map((c): Step[] => [a, b, c])));
  const frameOf: Readonly<Record<Step, (n: number) => Frame[]>> = {
    M: (n) => [{ kind: "message", id: 1, message: { n } }],
    F: () => [{ kind: "finish", id: 1 }],
    C: () => [{ kind: "cancel", id: 1, value: 0 }],
  };

  /** What PROTOCOL.md says, in eight lines. */
  function model(order: readonly Step[]): { delivered: number; finished: boolean; end: "answered" | "cancelled" | "invalid" } {
    const state = { delivered: 0, finished: false, end: "answered" as "answered" | "cancelled" | "invalid" };
    for (const step of order) {
      if (state.end !== "answered") break;
      if (step === "C") state.end = "cancelled";
      else if (state.finished) state.end = "invalid";
      else if (step === "F") state.finished = true;
      else state.delivered += 1;
    }
    return state;
  }

  describe.each(["at once", "at last"])("with a handler that settles %s", (when) => {
    it.each(orders.map((order) => [order.join(" ")]))("%s", (text) => {
      const order = text.split(" ") as Step[];
      const expected = model(order);
      const end = openServer();
      const settle = (call: RecordingCallee): void => {
        if (!call.isOpen) return;
        if (call.abortedBy === undefined) end.answer(call, { done: true });
        else end.connection.incoming.sendFailure(call, call.refusedWith ?? new RpcError({ code: "CANCELLED", message: "" }));
      };
      end.onAccept = (call) => {
        if (when === "at once") call.onAbort = settle;
      };
      end.receive({ kind: "call", id: 1, name: "t/sum", flags: bidi & ~responseStream });
      const call = end.accepted[0] as RecordingCallee;
      for (const [n, step] of order.entries()) end.receive(...frameOf[step](n));
      settle(call);
      expect(call.messages).toHaveLength(expected.delivered);
      expect(call.hasFinished).toBe(expected.finished);
      const ended = end.frames().filter(({ kind }) => kind === "result" || kind === "failure");
      expect(ended).toHaveLength(1);
      if (expected.end === "answered") expect(ended[0]).toMatchObject({ kind: "result", message: { done: true } });
      else expect(ended[0]).toMatchObject({ kind: "failure", failure: { code: expected.end === "cancelled" ? 1 : 3 } });
      expect(end.connection.incoming.table.size).toBe(0);
      expectAlive(end);
    });
  });
});

describe("ids", () => {
  it.each([
    [0, "an id of nobody"],
    [2, "the server's own parity"],
    [0xfffffffe, "the server's own parity, high"],
  ])("ID-3 a call with id %i (%s) ends the connection", (id) => {
    const end = openServer();
    end.receive({ kind: "call", id, message: {}, name: "t/a" });
    expectError(end);
    expect(end.accepted).toEqual([]);
  });

  it.each([
    [5, 3],
    [5, 5],
    [1, 0x80000001],
    [0xffffffff, 0xfffffffd],
    [3, 0xffffffff],
  ])("FR-8 ID-1 ID-3 a call with id %i, then %i, ends the connection and disturbs nothing before", (first, second) => {
    const end = openServer();
    end.receive({ kind: "call", id: first, message: { mine: 1 }, name: "t/a" });
    end.receive({ kind: "call", id: second, message: { theirs: 1 }, name: "t/b", method: 1 });
    expectError(end);
    expect(end.accepted).toHaveLength(1);
    expect(end.accepted[0]?.request).toEqual({ mine: 1 });
  });

  it.each([
    [1, 3],
    [1, 0x7fffffff],
    [0xffffffff, 1],
    [0xfffffffd, 0x10000001],
    [0x80000001, 0xffffffff],
  ])("ID-3 a call with id %i, then %i, is taken: ids rise mod 2^32 and begin anywhere", (first, second) => {
    const end = openServer();
    end.receive({ kind: "call", id: first, message: {}, name: "t/a" }, { kind: "call", id: second, message: {} });
    expect(end.accepted.map(({ id }) => id)).toEqual([first, second]);
    expectAlive(end);
  });

  it("ID-2 go round without meeting a call that is still open, and leave 0 out", () => {
    for (const side of ["client", "server"] as const) {
      const end = side === "client" ? openClient({ firstCallId: 0xfffffffb }) : openServer({ firstCallId: 0xfffffffc });
      const long = end.call("t/a", {});
      const ids = [long.id, ...Array.from({ length: 5 }, () => end.call("t/a", {}).id)];
      expect(ids).toEqual(
        side === "client" ? [0xfffffffb, 0xfffffffd, 0xffffffff, 1, 3, 5] : [0xfffffffc, 0xfffffffe, 2, 4, 6, 8],
      );
    }
  });

  it("FR-9 answers for ids 999 and 0 end the connection", () => {
    for (const id of [999, 0, 2]) {
      const end = openClient();
      end.call("t/a", {});
      end.receive({ kind: "result", id, message: {} });
      expectError(end);
    }
  });

  it("FR-10 a second answer is ignored, and the next call has its own", () => {
    const end = openClient();
    const [first, second] = [end.call("t/a", {}), end.call("t/a", {})];
    end.receive(
      { kind: "result", id: first.id, message: { n: 1 } },
      { kind: "result", id: first.id, message: { n: 2 } },
      { kind: "failure", id: first.id, failure: { code: 13, message: "" } },
      { kind: "result", id: second.id, message: { n: 3 } },
    );
    expect(first).toMatchObject({ result: { n: 1 }, ends: 1 });
    expect(second).toMatchObject({ result: { n: 3 }, ends: 1 });
    expectAlive(end);
  });
});

describe("frames", () => {
  it("FR-3 of unknown kinds end the connection below 80 and are skipped above, between two calls", () => {
    for (const kind of [0, 17, 64, 127]) {
      const end = openServer();
      end.transport.receive(rawFrame({ kind, id: 1 }, Buffer.alloc(3)));
      expect(end.closedWith?.message).toContain(`unknown frame kind ${kind}`);
    }
    for (const kind of [0x80, 0xc3, 0xff]) {
      const end = openServer();
      end.receive(
        { kind: "call", id: 1, message: {}, name: "t/a" },
        { kind, id: 1, bytes: Buffer.alloc(70_000) },
        { kind: "call", id: 3, message: {} },
      );
      expect(end.accepted).toHaveLength(2);
      expectAlive(end);
    }
  });

  it.each([
    ["ping", 13, 8],
    ["pong", 14, 8],
    ["cancel", 9, 4],
    ["credit", 12, 4],
    ["finish", 6, 0],
    ["accept", 10, 0],
  ])("FR-5 %s one byte too short or too long ends the connection", (_name, kind, size) => {
    for (const length of [size - 1, size + 1]) {
      if (length < 0) continue;
      const end = openServer();
      end.receive({ kind: "call", id: 1, flags: bidi, name: "t/a" });
      end.transport.receive(rawFrame({ kind, id: 1 }, Buffer.alloc(length)));
      expect(end.closedWith?.message).toMatch(/malformed frame of kind/);
    }
  });

  it("FR-5 going away without an id ends the connection; without a readable reason it does not", () => {
    const end = openClient();
    end.transport.receive(rawFrame({ kind: 15 }, Buffer.alloc(3)));
    expect(end.closedWith?.message).toMatch(/malformed frame of kind 15/);
    const other = openClient();
    other.transport.receive(rawFrame({ kind: 15 }, Buffer.alloc(4)));
    expect(other.wentAway).toBe(1);
    expect(other.closedWith).toBeUndefined();
  });

  it.each([
    ["call", 3, 0x80],
    ["message", 4, 0x01],
    ["result", 7, 0x04],
    ["failure", 8, 0x08],
  ])("with an undefined flag of %s end the connection", (_name, kind, flags) => {
    const end = kind === 3 ? openServer() : openClient();
    if (kind !== 3) end.call("t/a", undefined, { kind: bidi });
    end.transport.receive(rawFrame({ kind, id: 1, flags }, Buffer.from([5, 0, 0, 0, 0])));
    expect(end.closedWith?.message).toMatch(/unknown flags/);
  });

  it("with other fields than their own set are read as if they were not", () => {
    const end = openServer();
    end.transport.receive(rawFrame({ kind: 13, flags: 0xff, method: 77, id: 99 }, Buffer.from("abcdefgh")));
    expect(end.frames()).toEqual([{ kind: "pong", bytes: Buffer.from("abcdefgh") }]);
  });

  it("LN-1 of length 0 are no frames of kind 0, and end the connection at the first", () => {
    const end = openServer();
    end.transport.receive(Buffer.alloc(12 * 100_000));
    expect(end.closedWith?.message).toContain("unknown frame kind 0");
    expect(end.frames()).toHaveLength(1);
  });

  it.each([147_457, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1])("LN-2 FR-4 of %i bytes are refused from the header alone", (length) => {
    for (const kind of [3, 4, 5, 13]) {
      const end = openServer();
      end.transport.receive(rawFrame({ kind, id: 1, length }));
      expect(end.closedWith?.message).toContain(`declares ${length} bytes`);
    }
  });
});

describe("bad bodies in good frames", () => {
  const named: Document = {};
  void named;
  const call = (body: Buffer, flags = 0x01): Buffer => rawFrame({ kind: 3, id: 3, flags }, body);
  const block = Buffer.concat([Buffer.alloc(8), Buffer.from([3, 0]), Buffer.from("t/a")]);

  it.each([
    ["length 0", [0, 0, 0, 0, 0]],
    ["length 4", [4, 0, 0, 0, 0]],
    ["length -1", [255, 255, 255, 255, 0]],
    ["length 2^31-1", [255, 255, 255, 127, 0]],
    ["one beyond the frame", [200, 0, 0, 0, 0]],
  ])("LN-4 FR-15 a request with %s is refused, and nothing else", (_name, bytes) => {
    const end = openServer();
    end.receive({ kind: "call", id: 1, message: {}, name: "t/a" });
    end.transport.receive(call(Buffer.concat([Buffer.from(bytes), block])));
    expect(end.frames()).toMatchObject([{ kind: "failure", id: 3, flags: 0x20, failure: { code: 3 } }]);
    expect(end.accepted).toHaveLength(1);
    expectAlive(end);
  });

  it("LN-3 bytes behind the request are refused, in the usual frame and in a full one", () => {
    const end = openServer();
    end.receive({ kind: "call", id: 1, message: {}, name: "t/a" });
    end.transport.receive(rawFrame({ kind: 3, id: 3 }, Buffer.concat([Buffer.from([5, 0, 0, 0, 0]), Buffer.alloc(100)])));
    expect(end.frames()).toMatchObject([
      { kind: "failure", id: 3, failure: { code: 3, message: "100 bytes behind the request that no flag explains" } },
    ]);
    expectAlive(end);
  });

  it.each([
    ["a deadline", 0x04, [5, 0, 0, 0, 0, 1, 2, 3]],
    ["a name", 0x01, [5, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0]],
    ["a whole name", 0x01, [5, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 65]],
    ["a total", 0x09, [1, 2, 3]],
  ])("LN-3 LN-4 a call frame without %s that it flags is refused, and nothing else", (_name, flags, bytes) => {
    const end = openServer();
    end.transport.receive(call(Buffer.from(bytes), flags));
    expect(end.frames()).toMatchObject([{ kind: "failure", id: 3, flags: 0x20, failure: { code: 3 } }]);
    expect(end.accepted).toEqual([]);
    expectAlive(end);
  });

  it.each([
    ["one-way and a stream", 0x10 | 0x20],
    ["one-way and a response stream", 0x10 | 0x40],
    ["fragments and a request stream", 0x08 | 0x20],
  ])("a call frame that is %s ends the connection", (_name, flags) => {
    const end = openServer();
    end.transport.receive(call(Buffer.concat([Buffer.from([9, 0, 0, 0]), block]), flags | 0x01));
    expectError(end);
  });

  it.each([
    ["lies about its length", rawFrame({ kind: 7, id: 1, flags: 0x11 }, Buffer.from([9, 0, 0, 0, 0]))],
    ["has bytes that no flag explains", rawFrame({ kind: 7, id: 1, flags: 0x00 }, Buffer.from([5, 0, 0, 0, 0]))],
    ["has leading metadata that is none", rawFrame({ kind: 7, id: 1, flags: 0x12 }, Buffer.from([5, 0, 0, 0, 0, 7, 7, 7]))],
    ["fails with what is no document", rawFrame({ kind: 8, id: 1 }, Buffer.from([9, 9]))],
    ["fails with a fault that lies", rawFrame({ kind: 8, id: 1, flags: 0x40 }, Buffer.from([5, 0, 0, 0, 0, 9, 0, 0, 0, 0]))],
    ["has a fragmented result without a total", rawFrame({ kind: 7, id: 1, flags: 0x18 }, Buffer.from([9]))],
  ])("CL-1 an answer that %s fails its call alone", (_name, frame) => {
    const end = openClient();
    const [bad, good] = [end.call("t/a", {}), end.call("t/a", {})];
    end.frames();
    end.transport.receive(frame);
    expect(bad.failure).toMatchObject({ code: "INTERNAL" });
    expect(bad.ends).toBe(1);
    end.receive({ kind: "result", id: good.id, message: { ok: true } });
    expect(good.result).toEqual({ ok: true });
    expectAlive(end);
  });

  it("a name that is not UTF-8 is refused: U+FFFD must not make two names one", () => {
    const end = openServer({ serves: () => true });
    const bytes = Buffer.concat([Buffer.from([5, 0, 0, 0, 0]), Buffer.alloc(8), Buffer.from([3, 0, 0x74, 0x2f, 0xff])]);
    end.transport.receive(call(bytes));
    expect(end.frames()).toMatchObject([{ kind: "failure", id: 3, failure: { code: 3 } }]);
    expect(end.resolved).toEqual([]);
  });
});

describe("methods", () => {
  it("are bound by the frame that names them, once for each number", () => {
    const end = openServer();
    end.receive({ kind: "call", id: 1, message: {}, name: "t/a", method: 7 }, { kind: "call", id: 3, message: {}, method: 7 });
    end.receive(
      { kind: "call", id: 5, message: {}, name: "t/a", method: 7 },
      { kind: "call", id: 7, message: {}, name: "t/a", method: 8 },
    );
    expect(end.accepted.map(({ path }) => path)).toEqual(["t/a", "t/a", "t/a", "t/a"]);
    end.receive({ kind: "call", id: 9, message: {}, name: "t/b", method: 7 });
    expect(end.closedWith?.message).toMatch(/bound to another name/);
  });

  it("are bound by nothing when the number is FFFF", () => {
    const end = openServer();
    for (let i = 0; i < 5_000; i += 1) end.receive({ kind: "call", id: 1 + 2 * i, message: {}, name: `u/${i}`, method: 0xffff });
    end.receive({ kind: "call", id: 20_001, message: {}, name: "t/a", method: 0xffff });
    expect(end.accepted).toHaveLength(1);
    end.receive({ kind: "call", id: 20_003, message: {}, method: 0xffff });
    expect(end.closedWith?.message).toMatch(/65535 is not below maxMethods/);
  });

  it.each([1_024, 5_000, 0xfffe])("beyond maxMethods (%i) end the connection, with a name or without", (method) => {
    for (const name of [undefined, "t/a"]) {
      const end = openServer();
      end.receive({ kind: "call", id: 1, message: {}, method, ...(name === undefined ? {} : { name }) });
      expect(end.closedWith?.message).toMatch(/is not below maxMethods 1024/);
    }
  });

  it("UN-11 ER-3 that are unknown or not bound refuse their call and leave nothing behind", () => {
    const end = openServer();
    for (const [i, name] of ["toString", "constructor", "__proto__", "hasOwnProperty", "valueOf", "", "u/x"].entries()) {
      end.receive({ kind: "call", id: 1 + 2 * i, message: {}, name });
    }
    end.receive({ kind: "call", id: 99, message: {} });
    const failures = end.frames();
    expect(failures).toHaveLength(8);
    for (const frame of failures) expect(frame).toMatchObject({ kind: "failure", flags: 0x20, failure: { code: 12 } });
    // The number is free for a name that is served.
    end.receive({ kind: "call", id: 101, message: {}, name: "t/a" });
    expect(end.accepted).toHaveLength(1);
  });

  it("that the callee did not know are sent by name again", () => {
    const end = openClient();
    end.call("u/unknown", {});
    expect(end.frames()).toMatchObject([{ kind: "call", name: "u/unknown" }]);
    end.receive({ kind: "failure", id: 1, flags: 0x20, failure: { code: 12, message: "?" } });
    end.call("u/unknown", {});
    end.call("t/a", {});
    expect(end.frames()).toMatchObject([
      { kind: "call", name: "u/unknown" },
      { kind: "call", name: "t/a", method: 1 },
    ]);
  });

  it("travel by name when the callee's maxMethods is used up", () => {
    const end = openClient({}, { limits: { maxMethods: 2 } });
    for (const path of ["t/1", "t/2", "t/3", "t/3", "t/1"]) end.call(path, {});
    expect(end.frames().map(({ method, name }) => [method ?? 0, name])).toEqual([
      [0, "t/1"],
      [1, "t/2"],
      [0xffff, "t/3"],
      [0xffff, "t/3"],
      [0, undefined],
    ]);
  });

  it("consume no number when their call is never sent", () => {
    const end = openClient();
    expect(() => end.call("t/never", { bad: () => {} })).toThrow();
    end.call("t/a", {});
    expect(end.frames()).toMatchObject([{ kind: "call", name: "t/a" }]);
  });
});
