/**
 * `test/vectors`: whole sessions, byte for byte. The real ends must still produce them, an independent reading of PROTOCOL.md must read
 * and write them, and PROTOCOL.md's own hex blocks must be among them. `UPDATE_VECTORS=1` writes the files anew: look at the diff.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { EJSON } from "bson";
import { describe, expect, it } from "vitest";
import { hexBlocks } from "../support/protocol-tables.ts";
import { decodeFrame, encodeFrame, type Frame, magicBytes } from "../support/wire-frames.ts";
import { type CrossedFrame, record, sessions } from "./frames-sessions.ts";

interface Vector {
  readonly from: "client" | "server";
  readonly hex: string;
  readonly frame: unknown;
}

interface VectorFile {
  readonly shows: string;
  readonly frames: readonly Vector[];
}

const fileOf = (name: string): URL => new URL(`../vectors/${name}.json`, import.meta.url);

function toVector({ from, bytes, frame }: CrossedFrame): Vector {
  if (frame === "magic") return { from, hex: bytes.toString("hex"), frame };
  const { bytes: raw, ...rest } = frame;
  return {
    from,
    hex: bytes.toString("hex"),
    frame: EJSON.serialize({ ...rest, ...(raw === undefined ? {} : { bytes: raw.toString("hex") }) }),
  };
}

function frameOf(vector: Vector): Frame {
  const { bytes, ...rest } = EJSON.deserialize(vector.frame as object) as Omit<Frame, "bytes"> & { bytes?: string };
  return { ...rest, ...(bytes === undefined ? {} : { bytes: Buffer.from(bytes, "hex") }) };
}

function read(name: string): VectorFile {
  return JSON.parse(readFileSync(fileOf(name), "utf8")) as VectorFile;
}

describe("vectors", () => {
  it.each(Object.entries(sessions))("of the session %s are what the real ends say", (name, session) => {
    const played: VectorFile = { shows: session.shows, frames: record(session).map(toVector) };
    if (process.env.UPDATE_VECTORS !== undefined) writeFileSync(fileOf(name), `${JSON.stringify(played, undefined, 2)}\n`);
    expect(played).toEqual(read(name));
  });

  describe.each(Object.keys(sessions))("of the session %s", (name) => {
    it.each(read(name).frames.map((vector, i): [string, Vector] => [`${i + 1} from ${vector.from}`, vector]))(
      "%s are read and written by PROTOCOL.md alone",
      (_title, vector) => {
        const bytes = Buffer.from(vector.hex, "hex");
        if (vector.frame === "magic") return expect(bytes).toEqual(magicBytes);
        const frame = frameOf(vector);
        expect(encodeFrame(frame).toString("hex")).toBe(vector.hex);
        expect(JSON.stringify(EJSON.serialize(decodeFrame(bytes)))).toBe(JSON.stringify(EJSON.serialize(frame)));
      },
    );
  });
});

describe("PROTOCOL.md's hex blocks", () => {
  const blocks = hexBlocks();

  it("are there", () => {
    expect(blocks.length).toBeGreaterThan(15);
  });

  it.each(blocks.map(({ title, bytes }): [string, Buffer] => [title, bytes]))(
    "%s is what crosses in that session",
    (title, bytes) => {
      if (title === "magic") return expect(bytes).toEqual(magicBytes);
      const match = /^(\w+)\/(\d+) (\w+)$/.exec(title);
      const [, name = "", number, kind] = match ?? [];
      const vector = read(name).frames[Number(number) - 1];
      expect((vector?.frame as { kind?: string } | undefined)?.kind).toBe(kind);
      expect(bytes.toString("hex")).toBe(vector?.hex);
    },
  );
});
