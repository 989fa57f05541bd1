/** Budgets hurt those who flood, and nobody who merely has bad luck: an overloaded server, deadlines that pass. */

import { describe, expect, it } from "vitest";
import { RpcError } from "../../../src/errors/rpc-error.ts";
import { type End, openServer } from "../../support/connection-ends.ts";

/** More than every budget allows at once. */
const many = 60_000;

function expectAlive(end: End): void {
  expect(end.closedWith).toBeUndefined();
}

describe("budgets leave alone", () => {
  it("whom an overloaded server turns away, as often as it does", () => {
    const end = openServer({
      accept: () => new RpcError({ code: "RESOURCE_EXHAUSTED", message: "overloaded", retryAfterMs: 100 }),
    });
    for (let i = 0; i < many; i += 1) {
      end.receive({ kind: "call", id: 1 + 2 * i, message: {}, ...(i === 0 ? { name: "t/a" } : { name: "t/a", method: 0xffff }) });
      if (i % 1_000 === 0) end.frames();
    }
    expect(end.frames().at(-1)).toMatchObject({ kind: "failure", flags: 0x20, failure: { code: 8, retryAfterMs: 100 } });
    expectAlive(end);
  });

  it("whose calls run into their deadlines at both ends, the cancel a moment after the end", () => {
    const end = openServer();
    for (let i = 0; i < many; i += 1) {
      const id = 1 + 2 * i;
      end.receive({ kind: "call", id, message: {}, name: "t/a", method: 0xffff, deadline: 1 });
      const call = end.accepted.pop();
      if (call === undefined) throw new Error("not accepted");
      if (i % 2 === 0) end.fail(call, "DEADLINE_EXCEEDED");
      else end.clock.advance(5);
      end.receive({ kind: "cancel", id, value: 1 });
      if (i % 2 === 1) end.fail(call, "DEADLINE_EXCEEDED");
      if (i % 1_000 === 0) end.frames();
    }
    expectAlive(end);
    expect(end.connection.incoming.table.size).toBe(0);
  });
});

describe("budgets find", () => {
  it("who cancels more than was called, whatever the reason", () => {
    const end = openServer();
    end.receive({ kind: "call", id: 1, message: {}, name: "t/a" });
    for (let i = 0; i < many && end.closedWith === undefined; i += 1) end.receive({ kind: "cancel", id: 1, value: 1 });
    expect(end.closedWith).toMatchObject({
      code: "RESOURCE_EXHAUSTED",
      message: expect.stringMatching(/maxControlFramesPerSecond/),
    });
  });

  it("FL-2 whose requests are refused for what they are", () => {
    const end = openServer({ settings: { limits: { maxCalls: 1 } } });
    end.receive({ kind: "call", id: 1, message: {}, name: "t/a" });
    for (let i = 1; i < many && end.closedWith === undefined; i += 1) {
      end.receive({ kind: "call", id: 1 + 2 * i, message: {} });
      end.frames();
    }
    expect(end.closedWith).toMatchObject({ code: "RESOURCE_EXHAUSTED", message: expect.stringMatching(/maxRefusalsPerSecond/) });
  });
});
