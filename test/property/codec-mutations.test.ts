/**
 * Damaged documents: a value that `bson` agrees with, or a clean error; the straight line and the general loop agree.
 *
 * `TAUT_CODEC_MUTATIONS` says how many (100,000 for a long run).
 */
import assert from "node:assert/strict";
import { deserialize, serialize } from "bson";
import { it } from "vitest";
import { isCodecError } from "../../src/errors/codec-error.ts";
import {
  array,
  codecsOf,
  document,
  field,
  literals,
  modelOf,
  nullable,
  ref,
  type TestCodec,
} from "../unit/bson/emitted-codecs.ts";

const mutations = Number(process.env.TAUT_CODEC_MUTATIONS ?? 8000);
const seed = Number(process.env.TAUT_SEED ?? Math.floor(Math.random() * 2 ** 31));

const { Order, Bare } = (await codecsOf(
  modelOf({
    Item: document(
      field("sku", "string"),
      field("title", "string"),
      field("qty", "int32"),
      field("price", "double"),
      field("note?", "string"),
    ),
    Order: document(
      field("id", "string"),
      field("placed", "date"),
      field("status", literals("open", "paid")),
      field("items", array(ref("Item"))),
      field("total", "number"),
      field("big", "int64"),
      field("paid", "boolean"),
      field("data", "bytes"),
      field("comment", nullable({ kind: "string" })),
      field("labels", { kind: "map", form: "object", key: { kind: "string" }, value: { kind: "string" } }),
    ),
    Bare: document(field("a", "int32"), field("b", "double"), field("c", "boolean"), field("d", "int64")),
  }),
)) as { Order: TestCodec; Bare: TestCodec };

const order = {
  id: "order-1",
  placed: new Date(1_700_000_000_000),
  status: "paid",
  items: [
    { sku: "a", title: "a title longer than thirteen", qty: 1, price: 1.5, note: "héllo" },
    { sku: "b", title: "b", qty: 2, price: 2 },
  ],
  total: 12.5,
  big: 2n ** 40n,
  paid: true,
  data: new Uint8Array([1, 2, 3]),
  comment: null,
  labels: { a: "x", b: "y" },
};
const bare = { a: 1, b: 2.5, c: true, d: 5n };

let state = seed >>> 0;
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

function mutate(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let times = 1 + random(2); times > 0; times -= 1) {
    const at = random(copy.length);
    switch (random(5)) {
      case 0:
        copy[at]! ^= 1 << random(8);
        break;
      case 1:
        copy[at] = random(256);
        break;
      case 2:
        copy[at] = [0, 1, 0x7f, 0x80, 0xff][random(5)]!;
        break;
      case 3:
        copy.copyWithin(at, random(copy.length), random(copy.length));
        break;
      default:
        return copy.slice(0, at);
    }
  }
  return copy;
}

function tryDecode(codec: TestCodec, bytes: Uint8Array): { value: any } | undefined {
  try {
    return { value: codec.decode(bytes, { maxDepth: 64, maxElements: 1_000_000 }) };
  } catch (error) {
    assert(isCodecError(error), error as Error);
    assert.notEqual(error.violations[0]?.message, "the document is malformed", "the explaining pass found nothing");
    return undefined;
  }
}

/** The same document with a field in front that nobody knows: at the root it takes the general loop from the start. */
function behindStranger(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < 5 || new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true) !== bytes.length) return undefined;
  const stranger = Buffer.from("\x0azz stranger\0", "latin1");
  const result = new Uint8Array(bytes.length + stranger.length);
  result.set(stranger, 4);
  result.set(bytes.subarray(4), 4 + stranger.length);
  new DataView(result.buffer).setInt32(0, result.length, true);
  return result;
}

/** Every declared field of ours is what `bson` reads there. */
function agrees(ours: any, theirs: any): void {
  if (ours instanceof Date) assert.equal(ours.getTime(), theirs.getTime());
  else if (ours instanceof Uint8Array) assert(Buffer.from(ours).equals(theirs.value()));
  else if (typeof ours === "bigint") assert.equal(ours, BigInt(theirs));
  else if (Array.isArray(ours)) for (const [i, item] of ours.entries()) agrees(item, Object.values(theirs)[i]);
  else if (typeof ours === "object" && ours !== null) for (const key of Object.keys(ours)) agrees(ours[key], theirs[key]);
  else assert.deepEqual(typeof ours === "number" ? Number(theirs) : theirs, ours);
}

it(`${mutations} damaged documents (seed ${seed})`, { timeout: 3_600_000 }, () => {
  const sources: [TestCodec, Uint8Array][] = [
    [Order, serialize(order)],
    [Order, serialize(Object.fromEntries(Object.entries(order).reverse()))],
    [Order, serialize({ ...order, newer: { a: [1] } })],
    [Bare, serialize(bare)],
  ];
  let accepted = 0;
  for (let i = 0; i < mutations; i += 1) {
    const [codec, bytes] = sources[i % sources.length]!;
    const mutant = mutate(bytes);
    const decoded = tryDecode(codec, mutant);
    const strange = behindStranger(mutant);
    if (strange !== undefined)
      assert.deepStrictEqual(
        tryDecode(codec, strange),
        decoded,
        `seed ${seed}, mutation ${i}: ${Buffer.from(mutant).toString("hex")}`,
      );
    if (decoded === undefined) continue;
    accepted += 1;
    // What stands in unknown fields is bson's to refuse.
    let theirs: unknown;
    try {
      theirs = deserialize(mutant, { useBigInt64: true });
    } catch {
      continue;
    }
    agrees(decoded.value, theirs);
  }
  assert(accepted > 0);
});
