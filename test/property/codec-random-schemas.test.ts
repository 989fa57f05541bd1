/** Random schemas are emitted, and random values of them travel: against npm `bson` both ways, and against the explaining passes. */
import assert from "node:assert/strict";
import { serialize } from "bson";
import fc from "fast-check";
import { expect, it } from "vitest";
import { isCodecError } from "../../src/errors/codec-error.ts";
import { codecsOf, type TestCodec } from "../unit/bson/emitted-codecs.ts";
import { afterTrip, type Disguise, forBson, randomModel, valueArbitrary } from "./codec-arbitraries.ts";

const models = Number(process.env.TAUT_CODEC_MODELS ?? 40);
const root = { kind: "ref", id: "Root" } as const;
const seed = Number(process.env.TAUT_SEED ?? Math.floor(Math.random() * 2 ** 31));

function disguiseOf(start: number): Disguise {
  let state = start >>> 0;
  return {
    random(below) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    },
  };
}

/** Decodes, or says that it is malformed; anything but a CodecError with something to say is a failure. */
function decodeOrRefuse(codec: TestCodec, bytes: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: codec.decode(bytes, { maxDepth: 64, maxElements: 1_000_000 }) };
  } catch (error) {
    assert(isCodecError(error), error as Error);
    assert.notEqual(error.violations[0]?.message, "the document is malformed", "the explaining pass found nothing");
    return undefined;
  }
}

it(`random schemas and values (seed ${seed})`, { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(randomModel, fc.nat(), async (model, disguiseSeed) => {
      // Every structure has a codec of its own, and they share what they have in common.
      const codecs = await codecsOf(model);
      const codec = codecs.Root as TestCodec;
      const other = fc
        .constantFrom(...model.structures.keys())
        .chain((id) => valueArbitrary(model, { kind: "ref", id }).map((value) => ({ id, value })));
      const disguise = disguiseOf(disguiseSeed);
      fc.assert(
        fc.property(valueArbitrary(model, root), other, (value, { id, value: otherValue }) => {
          const otherCodec = codecs[id] as TestCodec;
          const otherTrip = afterTrip(model, { kind: "ref", id }, otherValue);
          assert.deepStrictEqual(otherCodec.decode(otherCodec.encode(otherValue)), otherTrip);
          const bytes = codec.encode(value);
          const expected = serialize(forBson(model, root, value) as object);
          expect(Buffer.from(bytes).toString("hex")).toBe(Buffer.from(expected).toString("hex"));
          const trip = afterTrip(model, root, value);
          assert.deepStrictEqual(codec.decode(bytes), trip);
          const strange = serialize(forBson(model, root, value, disguise) as object);
          assert.deepStrictEqual(codec.decode(strange), trip);
          assert.deepStrictEqual(otherCodec.decode(otherCodec.encode(otherValue)), otherTrip);
          for (let i = 0; i < 4; i += 1) {
            const mutant = Uint8Array.from(i % 2 === 0 ? bytes : strange);
            mutant[disguise.random(mutant.length)] = disguise.random(256);
            decodeOrRefuse(codec, mutant);
            decodeOrRefuse(codec, mutant.subarray(0, disguise.random(mutant.length)));
          }
        }),
        { numRuns: 30, seed },
      );
    }),
    { numRuns: models, seed, endOnFailure: true },
  );
});
