/** When frames leave: all of a turn in one write, but calls as soon as half of those in flight are written. */

import { beforeEach, describe, expect, it, vi } from "vitest";
import { FrameOutput } from "../../../src/connection/frame-output.ts";
import { FrameKind, headerBytes } from "../../../src/wire/frame.ts";
import { ArenaPool } from "../../../src/wire/output-arena.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { ScriptedTransport } from "../../support/scripted-transport.ts";

const body = Buffer.alloc(100);
const frameBytes = headerBytes + body.length;

describe("a connection's output", () => {
  let transport: ScriptedTransport;
  let clock: ManualClock;
  let output: FrameOutput;
  let pool: ArenaPool;

  beforeEach(() => {
    transport = new ScriptedTransport();
    clock = new ManualClock();
    pool = new ArenaPool();
    output = new FrameOutput(transport, clock, pool, 65_536);
  });

  /** Opens calls until `open` wait for an answer. */
  function writeCalls(from: number, open: number): void {
    for (let waiting = from + 1; waiting <= open; waiting++) {
      output.writeFrame(FrameKind.call, 0, 2 * waiting + 1, body);
      output.scheduleFlushOfCall(waiting);
    }
  }

  it("writes the frames of a turn at once", () => {
    for (let i = 0; i < 100; i++) output.writeFrame(FrameKind.message, 0, 1, body);
    expect(transport.writes).toBe(0);
    clock.endTurn();
    expect(transport.writes).toBe(1);
    expect(transport.takeBytes()).toHaveLength(100 * frameBytes);
  });

  it("sends half of the calls in flight ahead of the turn's end", () => {
    writeCalls(0, 64);
    clock.endTurn();
    transport.takeBytes();
    const before = transport.writes;
    // All 64 were answered and are made again.
    writeCalls(0, 31);
    expect(transport.writes).toBe(before);
    writeCalls(31, 32);
    expect(transport.writes).toBe(before + 1);
    expect(transport.takeBytes()).toHaveLength(32 * frameBytes);
    writeCalls(32, 63);
    expect(transport.writes).toBe(before + 1);
    clock.endTurn();
    expect(transport.takeBytes()).toHaveLength(31 * frameBytes);
  });

  it("divides a burst into few writes: each as large as all before, or an arena", () => {
    writeCalls(0, 10_000);
    clock.endTurn();
    expect(transport.takeBytes()).toHaveLength(10_000 * frameBytes);
    expect(transport.writes).toBeLessThan(40);
  });

  it("keeps credit until everything that has arrived was read, unless something else leaves before", () => {
    for (let chunk = 0; chunk < 10; chunk++) {
      output.writeCredit(1, 100);
      clock.endChunk();
    }
    expect(transport.writes).toBe(0);
    clock.endTurn();
    expect(transport.writes).toBe(1);
    output.writeCredit(1, 100);
    output.writeFrame(FrameKind.message, 0, 1, body);
    clock.endChunk();
    expect(transport.writes).toBe(2);
    expect(transport.takeBytes()).toHaveLength(11 * (headerBytes + 4) + frameBytes);
    clock.endTurn();
    expect(transport.writes).toBe(2);
  });

  it("counts credit that waits among what is queued, and forgets it when it closes", () => {
    output.writeCredit(1, 100);
    expect(output.queuedBytes).toBe(headerBytes + 4);
    output.close();
    clock.endTurn();
    expect(transport.writes).toBe(0);
    expect(output.queuedBytes).toBe(0);
  });

  it("gives back the memory of what was sent though more waits by then, and at rest", () => {
    const given = vi.spyOn(pool.messages, "give");
    const message = Buffer.allocUnsafeSlow(200_000);
    transport.isHeld = true;
    output.arena.appendOwned(message);
    output.arena.retire(message);
    output.flush();
    output.writeCredit(1, 100);
    expect(given).not.toHaveBeenCalled();
    transport.drain();
    output.drained();
    expect(given).toHaveBeenCalledTimes(1);
    clock.endTurn();
    transport.isHeld = true;
    const second = Buffer.allocUnsafeSlow(200_000);
    output.arena.appendOwned(second);
    output.arena.retire(second);
    output.flush();
    // The last bytes have left without a word.
    transport.bufferedBytes = 0;
    output.rest();
    expect(given).toHaveBeenCalledTimes(2);
  });

  it("spends no write of its own on a few small calls", () => {
    writeCalls(0, 8);
    expect(transport.writes).toBe(0);
    clock.endTurn();
    expect(transport.writes).toBe(1);
  });

  it("sends nothing ahead while the kernel has not taken what was sent before", () => {
    transport.isHeld = true;
    output.writeFrame(FrameKind.message, 0, 1, body);
    clock.endTurn();
    writeCalls(0, 64);
    expect(transport.writes).toBe(1);
    clock.endTurn();
    expect(transport.writes).toBe(2);
  });
});
