/** Values with something wrong in them: the writer refuses exactly what the explaining pass can explain, and never with another error. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { it } from "vitest";
import { isCodecError } from "../../src/errors/codec-error.ts";
import { codecsOf, type TestCodec } from "../unit/bson/emitted-codecs.ts";
import { randomModel, valueArbitrary } from "./codec-arbitraries.ts";

const models = Number(process.env.TAUT_CODEC_MODELS ?? 25);
const seed = Number(process.env.TAUT_SEED ?? Math.floor(Math.random() * 2 ** 31));
const root = { kind: "ref", id: "Root" } as const;

const junk = fc.constantFrom<unknown>(
  undefined,
  null,
  0,
  -1,
  1.5,
  Number.NaN,
  2 ** 40,
  1n,
  2n ** 70n,
  "",
  "text",
  "\ud800",
  true,
  [],
  {},
  [undefined],
  { "a\0": 1 },
  new Date(Number.NaN),
  new Map(),
  new Set(["x"]),
  Symbol("s"),
  () => 1,
  Promise.resolve(),
  /x/,
  new Uint8Array(2),
  new (class A {})(),
);

/** Puts `bad` somewhere into a copy of the value. */
function spoil(value: any, bad: unknown, random: (below: number) => number): unknown {
  if (random(3) === 0) return bad;
  if (Array.isArray(value) && value.length > 0) {
    const copy = [...value];
    const i = random(copy.length);
    copy[i] = spoil(copy[i], bad, random);
    return copy;
  }
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    const keys = Object.keys(value);
    if (keys.length === 0) return bad;
    const key = keys[random(keys.length)]!;
    const copy = { ...value };
    Object.defineProperty(copy, key, {
      value: spoil(value[key], bad, random),
      enumerable: true,
      configurable: true,
      writable: true,
    });
    return copy;
  }
  return bad;
}

it(`wrong values (seed ${seed})`, { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(randomModel, async (model) => {
      const { Root: codec } = (await codecsOf(model, ["Root"])) as { Root: TestCodec };
      fc.assert(
        fc.property(valueArbitrary(model, root), junk, fc.infiniteStream(fc.nat(2 ** 30)), (value, bad, numbers) => {
          const random = (below: number): number => Number(numbers.next().value) % below;
          const spoilt = spoil(value, bad, random);
          let bytes: Uint8Array;
          try {
            bytes = codec.encode(spoilt);
          } catch (error) {
            assert(isCodecError(error), error as Error);
            assert.notEqual(error.violations[0]?.rule, "changed", "the explaining pass found nothing");
            return;
          }
          // What was taken is a document that comes back.
          codec.decode(bytes);
        }),
        { numRuns: 60, seed },
      );
    }),
    { numRuns: models, seed, endOnFailure: true },
  );
});
