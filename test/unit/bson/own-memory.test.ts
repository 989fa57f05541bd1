/** Who owns the bytes that were decoded: a copy, or a part of the memory that a large message came in. */

import { describe, expect, it } from "vitest";
import { ownedBytes } from "../../../src/bson/binary.ts";
import { toBinary, toDecimal128 } from "../../../src/bson/bson-classes.ts";
import { markAsOwn } from "../../../src/bson/own-memory.ts";

function filled(length: number): Buffer {
  const memory = Buffer.from(new ArrayBuffer(length));
  for (let i = 0; i < length; i += 1) memory[i] = i * 31;
  return memory;
}

describe("decoded bytes", () => {
  it.each([0, 1, 16, 17, 4_095, 4_096, 70_000])("are a copy of %i bytes in memory of their own", (length) => {
    const memory = filled(length + 100);
    const bytes = ownedBytes(memory, 50, 50 + length);
    expect(Buffer.compare(bytes, memory.subarray(50, 50 + length))).toBe(0);
    expect(bytes.buffer).not.toBe(memory.buffer);
    expect(bytes.buffer.byteLength).toBe(length);
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
  });

  it("stay where they are when they are most of a message that came in memory of its own", () => {
    const memory = filled(70_000);
    markAsOwn(memory.buffer);
    const bytes = ownedBytes(memory, 20, 69_000);
    expect(bytes.buffer).toBe(memory.buffer);
    expect(Buffer.compare(bytes, memory.subarray(20, 69_000))).toBe(0);
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
  });

  it("are copied out of a message of which they are the smaller part: they must not keep the rest", () => {
    const memory = filled(70_000);
    markAsOwn(memory.buffer);
    expect(ownedBytes(memory, 20, 30_000).buffer.byteLength).toBe(29_980);
  });
});

describe("decoded instances of bson's classes", () => {
  it("have a Buffer of exact size in memory of their own", () => {
    const memory = filled(100);
    const { bytes } = toDecimal128(memory, new DataView(memory.buffer), 0x13, 50, 66);
    expect(Buffer.compare(bytes, memory.subarray(50, 66))).toBe(0);
    expect(Object.getPrototypeOf(bytes)).toBe(Buffer.prototype);
    expect(bytes.buffer).not.toBe(memory.buffer);
    expect(bytes.buffer.byteLength).toBe(16);
  });

  it.each([0, 64, 65])("have it for a Binary of %i bytes", (length) => {
    const memory = filled(length + 25);
    memory[14] = 0x80;
    const { buffer } = toBinary(memory, new DataView(memory.buffer), 0x05, 10, 15 + length);
    expect(Buffer.compare(buffer, memory.subarray(15, 15 + length))).toBe(0);
    expect(buffer.buffer).not.toBe(memory.buffer);
    expect(buffer.buffer.byteLength).toBe(length);
  });
});
