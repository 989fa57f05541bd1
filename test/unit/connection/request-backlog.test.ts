/** When handlers begin: at once as long as answers leave, in shares where many come together, not at all for a peer that does not read. */

import { describe, expect, it } from "vitest";
import { DispatchPace } from "../../../src/connection/dispatch-pace.ts";
import { backlogBytes, outputBoundBytes } from "../../../src/connection/request-backlog.ts";
import { type End, oneWay, openServer, type RecordingCallee, sized } from "../../support/connection-ends.ts";
import { encodeFrame, type Frame } from "../../support/wire-frames.ts";

/** Calls as one chunk. */
function chunk(count: number, more: (i: number) => Partial<Frame> = () => ({}), firstId = 1): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, (_, i) =>
      encodeFrame({ kind: "call", id: firstId + 2 * i, message: { i }, name: "t/a", method: 0xffff, ...more(i) }),
    ),
  );
}

const begun = (end: End): number[] =>
  end.accepted.filter(({ request }) => request !== undefined).map(({ request }) => request?.i as number);

describe("the pace", () => {
  it("gives a share to every round, doubled while answers leave, small while large ones wait", () => {
    const pace = new DispatchPace();
    const taken = (round: number, queuedBytes: number): number => {
      let count = 0;
      while (pace.take(round, queuedBytes)) count += 1;
      return count;
    };
    expect([1, 2, 3, 4, 5, 6].map((round) => taken(round, 0))).toEqual([48, 64, 128, 256, 256, 256]);
    expect(taken(7, 2 * 1024 * 1024)).toBe(8);
    expect(taken(7, 0)).toBe(0);
    expect([8, 9].map((round) => taken(round, 0))).toEqual([16, 32]);
  });
});

describe("a thousand calls in one chunk", () => {
  it("begin within milliseconds, in order, though none of the first is answered", () => {
    const end = openServer();
    end.transport.receive(chunk(1_000));
    const first = begun(end).length;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(100);
    end.clock.advance(10);
    expect(begun(end)).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
  });

  it("begin in the same turn where answers leave at once", () => {
    const end = openServer();
    end.onAccept = (call) => {
      call.onStart = () => end.answer(call, {});
    };
    end.transport.receive(chunk(1_000));
    end.clock.endTurn();
    expect(begun(end)).toHaveLength(1_000);
  });

  it("begin at once where they are one-way: nothing comes back that could pile up", () => {
    const end = openServer();
    end.transport.receive(chunk(1_000, () => ({ flags: oneWay })));
    expect(begun(end)).toEqual(Array.from({ length: 1_000 }, (_, i) => i));
  });

  it("LM-7 of which each answers a megabyte to a peer that does not read, are a few megabytes and no more", () => {
    const end = openServer();
    let answered = 0;
    end.transport.isHeld = true;
    const handlers: RecordingCallee[] = [];
    end.onAccept = (call) => {
      call.onStart = () => handlers.push(call);
    };
    end.transport.receive(chunk(1_000));
    for (let ms = 0; ms < 1_000; ms += 1) {
      // Handlers that answer after the chunk, as async functions do.
      for (const call of handlers.splice(0)) {
        answered += 1;
        end.answer(call, sized(1_000_000));
      }
      end.clock.endTurn();
      end.clock.advance(1);
    }
    expect(answered).toBeLessThan(60);
    expect(end.connection.queuedBytes).toBeLessThan(60e6);
    expect(end.closedWith).toBeUndefined();
  });
});

describe("requests of a peer that does not read", () => {
  function full(): End {
    const end = openServer(
      { settings: { limits: { maxMessageBytes: outputBoundBytes * 2 } } },
      { limits: { maxMessageBytes: 2 ** 30 } },
    );
    end.transport.isHeld = true;
    end.receive({ kind: "call", id: 1, message: {}, name: "t/a", method: 0xffff });
    end.answer(end.accepted[0] as RecordingCallee, sized(outputBoundBytes + 1_000_000));
    end.clock.endTurn();
    return end;
  }

  it("wait, whole ones to the last that maxCalls allows, and run in order when it reads", () => {
    const end = full();
    for (let i = 0; i < 999; i += 1)
      end.transport.receive(chunk(1, () => ({ message: { i, b: new Uint8Array(65_000) } }), 3 + 2 * i));
    end.clock.advance(100);
    expect(begun(end)).toHaveLength(1);
    end.receive({ kind: "credit", id: 1, value: 2 * outputBoundBytes });
    for (let i = 0; i < 2_000 && begun(end).length < 1_000; i += 1) {
      end.transport.drain();
      end.clock.endTurn();
      end.clock.advance(1);
    }
    expect(begun(end).slice(1)).toEqual(Array.from({ length: 999 }, (_, i) => i));
    expect(end.closedWith).toBeUndefined();
  });

  it("beyond the bound are refused as never executed, with a time to wait, and never counted as a broken rule", () => {
    const end = full();
    const large = sized(8_000_000);
    for (let i = 0; i < 12; i += 1) {
      const id = 3 + 2 * i;
      const body = encodeFrame({ kind: "message", message: large }).subarray(12);
      end.receive({ kind: "call", id, name: "t/a", method: 0xffff, total: body.length });
      for (let at = 0; at < body.length; at += 65_536) {
        end.receive({ kind: "fragment", id, bytes: body.subarray(at, at + 65_536) });
      }
    }
    expect(8_000_000 * 12).toBeGreaterThan(backlogBytes + 8_000_000);
    const refused = end.accepted.filter(({ refusedWith }) => refusedWith !== undefined);
    expect(refused.length).toBeGreaterThan(0);
    for (const { refusedWith } of refused) {
      expect(refusedWith).toMatchObject({ code: "UNAVAILABLE", executed: "no", retryAfterMs: 1_000 });
    }
    expect(end.closedWith).toBeUndefined();
  });
});
