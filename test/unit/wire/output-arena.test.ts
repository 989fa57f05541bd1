import { describe, expect, it } from "vitest";
import { ArenaPool, arenaBytes, OutputArena } from "../../../src/wire/output-arena.ts";

function write(arena: OutputArena, bytes: number, mark: number): void {
  arena.reserve(bytes);
  arena.buffer.fill(mark, arena.position, arena.position + bytes);
  arena.position += bytes;
}

function taken(arena: OutputArena): Buffer {
  const chunks = arena.take();
  return Buffer.isBuffer(chunks) ? chunks : Buffer.concat(chunks);
}

const run = (bytes: number, mark: number): Buffer => Buffer.alloc(bytes, mark);

describe("the output arena", () => {
  it("hands over what was written in one piece", () => {
    const arena = new OutputArena(new ArenaPool());
    write(arena, 10, 1);
    write(arena, 20, 2);
    expect(arena.pendingBytes).toBe(30);
    const chunks = arena.take();
    expect(Buffer.isBuffer(chunks)).toBe(true);
    expect(chunks).toEqual(Buffer.concat([run(10, 1), run(20, 2)]));
    expect(arena.pendingBytes).toBe(0);
  });

  it("forgets what was written and not confirmed: a frame that could not be encoded", () => {
    const arena = new OutputArena(new ArenaPool());
    arena.reserve(100);
    arena.buffer.fill(9, arena.position, arena.position + 100);
    write(arena, 10, 1);
    expect(taken(arena)).toEqual(run(10, 1));
  });

  it("goes on behind what was taken until that has left", () => {
    const arena = new OutputArena(new ArenaPool());
    write(arena, 10, 1);
    const first = taken(arena);
    write(arena, 10, 2);
    expect(first).toEqual(run(10, 1));
    expect(taken(arena)).toEqual(run(10, 2));
  });

  it("uses the same memory again once everything has left, and holds none meanwhile", () => {
    const pool = new ArenaPool();
    const arena = new OutputArena(pool);
    write(arena, 10, 1);
    const { buffer } = arena;
    arena.take();
    arena.recycle();
    expect(arena.buffer).toHaveLength(0);
    write(arena, 10, 2);
    expect(arena.buffer).toBe(buffer);
    expect(arena.position).toBe(10);
  });

  it("gives nothing back while something waits", () => {
    const arena = new OutputArena(new ArenaPool());
    write(arena, 10, 1);
    arena.recycle();
    expect(taken(arena)).toEqual(run(10, 1));
  });

  it("keeps the order across arenas, large frames and memory of others", () => {
    const arena = new OutputArena(new ArenaPool());
    const expected: Buffer[] = [];
    for (let i = 0; i < 50; i += 1) {
      const bytes = [7, 60_000, 3 * arenaBytes, 1_000][i % 4] as number;
      if (i % 5 === 0) arena.appendOwned(run(bytes, i));
      else write(arena, bytes, i);
      expected.push(run(bytes, i));
    }
    expect(arena.pendingBytes).toBe(expected.reduce((sum, { length }) => sum + length, 0));
    expect(taken(arena).equals(Buffer.concat(expected))).toBe(true);
    expect(arena.pendingBytes).toBe(0);
  });

  it("keeps view and buffer on the same memory", () => {
    const arena = new OutputArena(new ArenaPool());
    for (const bytes of [10, 3 * arenaBytes, 10]) {
      arena.reserve(bytes);
      arena.view.setUint32(arena.position, 0xdeadbeef);
      expect(arena.buffer.readUInt32BE(arena.position)).toBe(0xdeadbeef);
      arena.position += bytes;
    }
  });
});

describe("the arena pool", () => {
  it("lends each arena to one at a time and keeps at most 16", () => {
    const pool = new ArenaPool();
    const all = Array.from({ length: 40 }, () => pool.take());
    expect(new Set(all).size).toBe(40);
    for (const arena of all) pool.give(arena);
    const again = Array.from({ length: 40 }, () => pool.take());
    expect(again.filter((arena) => all.includes(arena))).toHaveLength(16);
    expect(new Set(again).size).toBe(40);
  });
});
