/** A server's connection that rests between calls: nothing of what both sides have agreed on may be lost. */
import { describe, expect, it } from "vitest";
import { JoinedEnds, openServer, type RecordingCallee, responseStream, sized } from "../../support/connection-ends.ts";

/** Two looks: nothing may have come between them. */
function rest(ends: JoinedEnds): boolean {
  ends.server.connection.rest();
  return ends.server.connection.rest();
}

describe("a connection at rest", () => {
  it("answers the next call, by the number that its method has, with windows as they were", () => {
    const ends = JoinedEnds.open();
    for (let round = 0; round < 5; round += 1) {
      const unary = ends.client.call("t/echo", { round }, { timeoutMs: 1_000 });
      const stream = ends.client.call("t/list", {}, { kind: responseStream });
      ends.run();
      const [echo, list] = ends.server.accepted.slice(-2) as [RecordingCallee, RecordingCallee];
      expect(rest(ends)).toBe(false);
      for (let i = 0; i < 10; i += 1) ends.server.send(list, sized(100, i));
      ends.server.answer(echo, { round });
      ends.server.answer(list);
      ends.run();
      expect(ends.client.consume(stream)).toHaveLength(10);
      ends.run();
      expect(unary.result).toEqual({ round });
      expect(rest(ends)).toBe(true);
      expect(ends.server.connection.openCalls).toBe(0);
      expect(ends.server.connection.startedCalls).toBe(2 * (round + 1));
      expect(ends.server.clock.pendingTimers).toBeLessThanOrEqual(3);
    }
    // each name was sent once: later frames carry its number
    expect(ends.server.resolved).toEqual(["t/echo", "t/list"]);
    expect(ends.close()).toEqual([]);
  });

  it("knows ids that were used, and which were not", () => {
    for (const [id, isOver] of [
      [3, true],
      [5, false],
    ] as const) {
      const server = openServer();
      server.receive({ kind: "call", id: 3, message: {}, name: "t/echo" });
      server.answer(server.accepted[0] as RecordingCallee, {});
      server.frames();
      server.connection.rest();
      expect(server.connection.rest()).toBe(true);
      server.receive({ kind: "finish", id });
      expect(server.connection.state).toBe(isOver ? "open" : "closed");
    }
  });

  it("takes no call id twice", () => {
    const server = openServer();
    server.receive({ kind: "call", id: 3, message: {}, name: "t/echo" });
    server.answer(server.accepted[0] as RecordingCallee, {});
    server.frames();
    server.connection.rest();
    server.connection.rest();
    server.receive({ kind: "call", id: 3, message: {}, name: "t/echo" });
    expect(server.closedWith?.message).toContain("call id 3 is not above the last one, 3");
  });

  it("does not rest while a frame has come in part", () => {
    const ends = JoinedEnds.open();
    ends.client.call("t/echo", {}, { timeoutMs: 1_000 });
    ends.run();
    ends.server.answer(ends.server.accepted[0] as RecordingCallee, {});
    ends.run();
    ends.server.transport.receive(Buffer.from([5, 0]));
    expect([rest(ends), rest(ends)]).toEqual([false, false]);
  });

  it("ends as any other", () => {
    const ends = JoinedEnds.open();
    rest(ends);
    expect(ends.close()).toEqual([]);
    const drained = JoinedEnds.open();
    rest(drained);
    drained.server.connection.drain("going");
    drained.run();
    expect(drained.client.wentAway).toBe(1);
    expect(rest(drained)).toBe(false);
    expect(drained.close()).toEqual([]);
  });
});
