import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameReader, type FrameSink } from "../../../src/wire/frame-reader.ts";
import { rawFrame } from "../../support/wire-frames.ts";

interface Seen {
  kind: number;
  id: number;
  body: string;
}

const maxFrameBytes = 1_000;

/** Whole frames; fragments joined by call until their frame is complete. */
class Recorder implements FrameSink {
  readonly seen: Seen[] = [];
  readonly refused: [number, number][] = [];
  stopAt = Number.POSITIVE_INFINITY;

  receiveFrame(word: number, id: number, buffer: Buffer, view: DataView, start: number, end: number): boolean {
    for (let at = start; at < end; at += 1) if (view.getUint8(at) !== buffer[at]) throw new Error("view and buffer differ");
    this.seen.push({ kind: word & 0xff, id, body: buffer.toString("hex", start, end) });
    return this.seen.length < this.stopAt;
  }

  receiveFragment(id: number, buffer: Buffer, start: number, end: number): boolean {
    this.seen.push({ kind: 5, id, body: buffer.toString("hex", start, end) });
    return this.seen.length < this.stopAt;
  }

  refuseLength(kind: number, length: number): void {
    this.refused.push([kind, length]);
  }

  /** Pieces of one fragment frame put together: how they were cut is the reader's own affair. */
  get joined(): Seen[] {
    const all: Seen[] = [];
    for (const one of this.seen) {
      const last = all.at(-1);
      if (one.kind === 5 && last?.kind === 5 && last.id === one.id) last.body += one.body;
      else all.push({ ...one });
    }
    return all;
  }
}

function read(chunks: readonly Buffer[]): Recorder {
  const sink = new Recorder();
  const reader = new FrameReader(sink, maxFrameBytes);
  for (const chunk of chunks) {
    const lent = Buffer.from(chunk);
    reader.receive(lent);
    // Chunks are lent: what was kept would show.
    lent.fill(0xee);
  }
  return sink;
}

/** Frames of all kinds and sizes; fragments of different calls in turn, so that joining them is unambiguous. */
const frames = Array.from({ length: 40 }, (_, i) => {
  const body = Buffer.alloc([0, 5, 1, 300, 12, 999, 64][i % 7] as number, i + 1);
  return rawFrame({ kind: i % 3 === 0 && body.length > 0 ? 5 : 3 + (i % 2), id: i }, body);
});
const stream = Buffer.concat(frames);
const whole = read([stream]).joined;

function cutAt(points: readonly number[]): Buffer[] {
  const sorted = [0, ...[...points].sort((a, b) => a - b), stream.length];
  return sorted.slice(1).map((point, i) => stream.subarray(sorted[i], point));
}

describe("the frame reader", () => {
  it("reads many frames in one chunk", () => {
    expect(whole).toHaveLength(frames.length);
    expect(whole.map(({ id }) => id)).toEqual(frames.map((_, i) => i));
  });

  it("reads the same one byte at a time", () => {
    expect(read([...stream].map((byte) => Buffer.of(byte))).joined).toEqual(whole);
  });

  it("reads the same cut in two at every place", () => {
    for (let at = 0; at <= stream.length; at += 1)
      expect(read([stream.subarray(0, at), stream.subarray(at)]).joined).toEqual(whole);
  });

  it("reads the same in random cuts", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 60 }), (points) => {
        expect(read(cutAt(points)).joined).toEqual(whole);
      }),
    );
  });

  it("takes a frame of exactly the largest size, and of none", () => {
    expect(read([rawFrame({ kind: 4 }, Buffer.alloc(maxFrameBytes, 7))]).seen[0]?.body).toHaveLength(2 * maxFrameBytes);
    expect(read([rawFrame({ kind: 4 })]).seen).toEqual([{ kind: 4, id: 0, body: "" }]);
  });

  it.each([maxFrameBytes + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1])("refuses %i bytes from the header alone", (length) => {
    for (const kind of [3, 5]) {
      const header = rawFrame({ kind, length });
      expect(read([header]).refused).toEqual([[kind, length]]);
      expect(read([...header].map((byte) => Buffer.of(byte))).refused).toEqual([[kind, length]]);
    }
  });

  it("stays failed", () => {
    const sink = new Recorder();
    const reader = new FrameReader(sink, maxFrameBytes);
    reader.receive(rawFrame({ kind: 3, length: 2 ** 32 - 1 }));
    reader.receive(stream);
    expect(sink.seen).toEqual([]);
    expect(sink.refused).toHaveLength(1);
  });

  it("stops for good when the sink says so, in the middle of a chunk, a frame or a fragment", () => {
    for (const chunks of [[stream], [...stream].map((byte) => Buffer.of(byte)), cutAt([700, 900, 2_000])]) {
      const sink = new Recorder();
      sink.stopAt = 3;
      const reader = new FrameReader(sink, maxFrameBytes);
      for (const chunk of chunks) reader.receive(Buffer.from(chunk));
      expect(sink.seen).toHaveLength(3);
    }
  });

  it("knows whether it stands between frames", () => {
    const reader = new FrameReader(new Recorder(), maxFrameBytes);
    expect(reader.isAtBoundary).toBe(true);
    const frame = rawFrame({ kind: 5, id: 1 }, Buffer.alloc(20));
    for (let at = 0; at < frame.length; at += 1) {
      reader.receive(Buffer.from(frame.subarray(at, at + 1)));
      expect(reader.isAtBoundary).toBe(at === frame.length - 1);
    }
  });

  it("holds no more memory than has arrived", () => {
    const reader = new FrameReader(new Recorder(), 2 ** 30);
    const before = process.memoryUsage().arrayBuffers;
    reader.receive(Buffer.concat([rawFrame({ kind: 4, length: 2 ** 30 }), Buffer.alloc(100)]));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });
});
