/** Messages put together from pieces: memory follows what has arrived. */

import { describe, expect, it, vi } from "vitest";
import { FragmentedMessage } from "../../../src/connection/fragmented-message.ts";

const mebibyte = 1024 * 1024;

/** Puts `total` bytes together from pieces of these sizes, again and again; answers the message and what was allocated on the way. */
function assemble(total: number, sizes: readonly number[]): { message: Buffer | undefined; allocated: number[] } {
  const source = Buffer.from(Array.from({ length: 251 }, (_, i) => i));
  let message: Buffer | undefined;
  const allocate = vi.spyOn(Buffer, "allocUnsafeSlow");
  const fragmented = new FragmentedMessage(total, 0, (buffer) => {
    message = buffer;
  });
  for (let turn = 0; fragmented.received < total; turn++) {
    const from = fragmented.received;
    const size = Math.min(sizes[turn % sizes.length] as number, total - from);
    const piece = Buffer.from(Array.from({ length: size }, (_, i) => source[(from + i) % 251] as number));
    expect(fragmented.append(piece, 0, size)).toBe(true);
  }
  fragmented.finish();
  const allocated = allocate.mock.calls.map(([size]) => size);
  allocate.mockRestore();
  return { message, allocated };
}

describe("a fragmented message", () => {
  it.each([[1], [7, 1000], [65_536], [16_384, 1]])("is whole whatever the pieces are (%i, ...)", (...sizes) => {
    const total = 200_003;
    const { message } = assemble(total, sizes);
    expect(message).toHaveLength(total);
    expect(message?.every((byte, i) => byte === i % 251)).toBe(true);
  });

  it("takes at most four times what has arrived while that is little", () => {
    const fragmented = new FragmentedMessage(4 * mebibyte, 0, () => {});
    const allocate = vi.spyOn(Buffer, "allocUnsafeSlow");
    for (let received = 1; received < 16 * 1024; received++) {
      fragmented.append(Buffer.alloc(1), 0, 1);
      for (const [size] of allocate.mock.calls) expect(size).toBeLessThanOrEqual(4 * received);
      allocate.mockClear();
    }
    allocate.mockRestore();
  });

  it("is moved no more, up to a mebibyte and a little, once a good part has come", () => {
    const trusted = mebibyte + 16 * 1024;
    expect(assemble(mebibyte + 100, [65_536]).allocated).toEqual([mebibyte + 100]);
    expect(assemble(3 * mebibyte, [65_536]).allocated).toEqual([trusted, 3 * mebibyte]);
  });

  it("refuses more than was announced", () => {
    const fragmented = new FragmentedMessage(10, 0, () => {});
    expect(fragmented.append(Buffer.alloc(11), 0, 11)).toBe(false);
  });
});
