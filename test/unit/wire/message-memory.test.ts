/** Memory that large messages are encoded into: used again when its owner says so, never before. */

import { describe, expect, it } from "vitest";
import { MessageMemory } from "../../../src/wire/message-memory.ts";

const kibibyte = 1024;

describe("message memory", () => {
  const taken = (memory: MessageMemory, bound: number): Buffer => {
    const piece = memory.take(bound);
    if (piece === undefined) throw new Error(`nothing for ${bound}`);
    expect(piece.length).toBeGreaterThanOrEqual(bound);
    return piece;
  };

  it("is used again for a message of nearly the same size, once", () => {
    const memory = new MessageMemory();
    const first = taken(memory, 1000 * kibibyte);
    memory.give(first.subarray(0, 900 * kibibyte));
    expect(taken(memory, 1010 * kibibyte).buffer).toBe(first.buffer);
    expect(taken(memory, 1010 * kibibyte).buffer).not.toBe(first.buffer);
  });

  it("is not used for a message of less than half its size, nor for a larger one", () => {
    const memory = new MessageMemory();
    const first = taken(memory, 2048 * kibibyte);
    memory.give(first);
    expect(taken(memory, 1000 * kibibyte).buffer).not.toBe(first.buffer);
    expect(taken(memory, 2049 * kibibyte).buffer).not.toBe(first.buffer);
    expect(taken(memory, 2048 * kibibyte).buffer).toBe(first.buffer);
  });

  it("keeps no small or huge pieces, no inner parts, and eight at most", () => {
    const memory = new MessageMemory();
    expect(memory.take(127 * kibibyte)).toBeUndefined();
    expect(memory.take(16 * kibibyte * kibibyte + 1)).toBeUndefined();
    const whole = taken(memory, 512 * kibibyte);
    memory.give(whole.subarray(1));
    expect(taken(memory, 512 * kibibyte).buffer).not.toBe(whole.buffer);
    const pieces = Array.from({ length: 20 }, () => taken(memory, kibibyte * kibibyte));
    for (const piece of pieces) memory.give(piece);
    const known = new Set(pieces.map(({ buffer }) => buffer));
    const again = Array.from({ length: 20 }, () => taken(memory, kibibyte * kibibyte));
    expect(again.filter(({ buffer }) => known.has(buffer))).toHaveLength(8);
    // What does not fit makes way.
    for (let i = 0; i < 8; i++) memory.give(taken(memory, 128 * kibibyte * (i + 2)));
    const last = taken(memory, 4096 * kibibyte);
    memory.give(last);
    expect(taken(memory, 4096 * kibibyte).buffer).toBe(last.buffer);
  });
});
