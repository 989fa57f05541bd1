/** Hostile documents over a socket, with generated codecs: BS, JS and what a peer must not reach by names. One connection bears them all. */

import { readFileSync } from "node:fs";
import { connect, createServer, type Server } from "taut";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeTarget, TargetsClient, TargetsService } from "../.generated/schemas/hostile/v1/target.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { type Frame, rawFrame } from "../support/wire-frames.ts";

interface Case {
  readonly id: string;
  readonly expect: "accept" | "reject" | "documented";
  readonly bson: string;
}

const { cases } = JSON.parse(readFileSync(new URL("./hostile-bson.json", import.meta.url), "utf8")) as { cases: Case[] };

/** Which attack a case of the file belongs to, by the beginning of its id. */
const attacks: readonly (readonly [string, RegExp])[] = [
  ["BS-1 deep nesting", /^deep/],
  ["BS-4 confusion of types", /^(type|bool|missing|union|early|empty)/],
  ["BS-5 invalid UTF-8", /^utf8/],
  ["BS-6 NUL in keys", /^(key|map|dup)/],
  ["BS-7 extremes of numbers", /^(double|int64)/],
  ["BS-8 dates out of range", /^date/],
  ["BS-9 keys of arrays", /^array/],
  ["BS-10 unknown and deprecated types", /^(skip|unknown)/],
  ["LN-4 LN-5 lengths that lie", /^(root|string|binary|base|order)/],
];

let server: Server;
let peer: RawPeer;
let port: number;
let lastId: number;
const kept: unknown[] = [];
const errors: unknown[] = [];

beforeEach(async () => {
  kept.length = 0;
  errors.length = 0;
  lastId = -1;
  server = createServer({ onError: (error) => errors.push(error) }).add(TargetsService, {
    take: async (target) => target,
    tree: async (tree) => {
      let depth = 0;
      for (let at: typeof tree | undefined = tree; at !== undefined; at = at.child) depth += 1;
      return { depth };
    },
    keep: async (bag) => {
      kept.push(bag);
      return bag;
    },
  });
  ({ port = 0 } = await server.listen("127.0.0.1:0"));
  peer = await RawPeer.open(port);
});

afterEach(async () => {
  peer.destroy();
  await server.close();
});

function nameBlock(method: string): Buffer {
  const name = Buffer.from(`hostile.v1.Targets/${method}`);
  const head = Buffer.alloc(10);
  head.writeUInt16LE(name.length, 8);
  return Buffer.concat([head, name]);
}

/** Sends a document as a request, in fragments where it is large, and waits for its end. */
async function ask(method: string, document: Buffer, withinMs = 20_000): Promise<Frame> {
  lastId += 2;
  const id = lastId;
  if (document.length <= 65_536) {
    peer.send(rawFrame({ kind: 3, id, flags: 0x01, method: 0xffff }, Buffer.concat([document, nameBlock(method)])));
  } else {
    const total = Buffer.alloc(4);
    total.writeUInt32LE(document.length);
    peer.send(rawFrame({ kind: 3, id, flags: 0x09, method: 0xffff }, Buffer.concat([total, nameBlock(method)])));
    for (let at = 0; at < document.length; at += 65_536) {
      peer.send(rawFrame({ kind: 5, id }, document.subarray(at, at + 65_536)));
    }
  }
  peer.ignores = new Set(["credit", "fragment"]);
  return peer.expectFrame({ id }, withinMs);
}

/** The connection has not noticed anything: a call that was good before is good now. */
async function expectAlive(): Promise<void> {
  const base = cases.find(({ id }) => id === "base") as Case;
  expect(await ask("take", Buffer.from(base.bson, "hex"))).toMatchObject({ kind: "result" });
}

function document(...elements: Buffer[]): Buffer {
  const body = Buffer.concat(elements);
  const head = Buffer.alloc(4);
  head.writeInt32LE(body.length + 5);
  return Buffer.concat([head, body, Buffer.of(0)]);
}

function element(type: number, key: string, value: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.of(type), Buffer.from(`${key}\0`), value]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const head = Buffer.alloc(4);
  head.writeInt32LE(bytes.length + 1);
  return Buffer.concat([head, bytes, Buffer.of(0)]);
}

/** Documents in documents under one key; made from inside, in linear time. */
function nested(key: string, depth: number, type = 3): Buffer {
  const open = key.length + 2 + 4;
  const bytes = Buffer.alloc(5 + depth * (open + 1));
  let end = bytes.length;
  for (let level = 0, at = 0; level < depth; level += 1) {
    bytes.writeInt32LE(end - at, at);
    bytes[at + 4] = type;
    bytes.write(`${key}\0`, at + 5, "latin1");
    at += 4 + key.length + 2;
    end -= 1;
  }
  bytes.writeInt32LE(5, depth * open);
  return bytes;
}

describe.each(attacks)("%s over a socket", (_name, pattern) => {
  it("is answered by a value or a typed refusal, and the connection goes on", async () => {
    const own = cases.filter(({ id }) => pattern.test(id));
    expect(own.length).toBeGreaterThan(0);
    for (const { id, expect: expected, bson } of own) {
      const answer = await ask("take", Buffer.from(bson, "hex"));
      if (expected === "accept") expect([id, answer.kind]).toEqual([id, "result"]);
      if (expected !== "reject") continue;
      expect([id, answer.kind, answer.flags, answer.failure?.code]).toEqual([id, "failure", 0x20, 3]);
    }
    await expectAlive();
    expect(errors).toEqual([]);
  });
});

it("every case of the file belongs to an attack", () => {
  expect(cases.filter(({ id }) => !attacks.some(([, pattern]) => pattern.test(id)))).toEqual([]);
});

describe("BS-1 nesting", () => {
  // The first channel of a process turns on the contexts that handlers inherit: AsyncLocalStorage is active from here on.
  beforeEach(async () => {
    const channel = connect(`127.0.0.1:${port}`);
    expect(await new TargetsClient(channel).tree({ child: {} })).toEqual({ depth: 2 });
    await channel.close();
  });

  it.each([100, 1_000, 10_000, 100_000])("of %i levels is refused by counting in a recursive field", async (depth) => {
    const answer = await ask("tree", nested("child", depth));
    expect(answer).toMatchObject({ kind: "failure", flags: 0x20, failure: { code: 3 } });
    expect(JSON.stringify(answer.failure)).toMatch(/maxDepth/);
    await expectAlive();
  });

  it.each([100, 1_000, 10_000, 100_000])(
    "of %i levels is passed over in an unknown field, documents and arrays",
    async (depth) => {
      for (const type of [3, 4]) {
        const answer = await ask(
          "tree",
          document(element(type, "unknown", nested("0", depth, type)), element(3, "child", document())),
        );
        expect(answer).toMatchObject({ kind: "result", message: { depth: 2 } });
      }
      await expectAlive();
    },
  );

  it.each([100, 1_000, 10_000])("of %i levels is refused in a value of any shape, and in metadata", async (depth) => {
    expect(await ask("keep", document(element(3, "any", nested("a", depth))))).toMatchObject({
      kind: "failure",
      failure: { code: 3 },
    });
    lastId += 2;
    const metadata = document(element(3, "x", nested("a", Math.min(depth, 1_500))));
    const body = Buffer.concat([document(), nameBlock("keep"), metadata]);
    peer.send(rawFrame({ kind: 3, id: lastId, flags: 0x03, method: 0xffff }, body));
    expect(await peer.expectFrame({ id: lastId })).toMatchObject({ kind: "failure", flags: 0x20, failure: { code: 3 } });
    expect(kept).toEqual([]);
    await expectAlive();
  });
});

describe("BS-2 BS-3 width", () => {
  it("of a million unknown fields is passed over in linear time", async () => {
    const took = async (fields: number): Promise<number> => {
      const start = performance.now();
      const wide = Buffer.alloc(fields * 3);
      for (let i = 0; i < fields; i += 1) wide.writeUIntBE(0x0a7a00, i * 3, 3);
      expect(await ask("tree", document(wide))).toMatchObject({ kind: "result", message: { depth: 1 } });
      return performance.now() - start;
    };
    await took(100_000);
    const [small, large] = [await took(100_000), await took(1_000_000)];
    expect(large).toBeLessThan(10 * small * 10 + 2_000);
    await expectAlive();
  });

  it("of ten million nulls is refused from its announcement", async () => {
    lastId += 2;
    const total = Buffer.alloc(4);
    total.writeUInt32LE(80_000_000);
    peer.send(rawFrame({ kind: 3, id: lastId, flags: 0x09, method: 0xffff }, Buffer.concat([total, nameBlock("keep")])));
    expect(await peer.expectFrame({ id: lastId })).toMatchObject({ kind: "failure", flags: 0x20, failure: { code: 8 } });
    await expectAlive();
  });

  it("of empty objects is bounded: 4 MB of them hold less than 30 times that", async () => {
    const count = 300_000;
    const items = document(Buffer.concat(Array.from({ length: count }, (_, i) => element(3, String(i), document()))));
    expect(items.length).toBeLessThan(4 * 1024 * 1024);
    const before = process.memoryUsage().heapUsed;
    const answer = await ask("keep", document(element(4, "items", items)), 60_000);
    expect(answer.kind).toBe("result");
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(30 * items.length);
    expect((kept[0] as { items: unknown[] }).items).toHaveLength(count);
  }, 90_000);
});

const thenKey = ["th", "en"].join("");

describe("BS-6 BS-11 JS names and markers", () => {
  it("BS-6 a key with NUL is refused by the encoder, and injects no field", async () => {
    const channel = connect(`127.0.0.1:${port}`);
    const client = new TargetsClient(channel);
    for (const bag of [{ map: { "a\0b": "x" } }, { any: { "a\0\u0010b": 1 } }]) {
      await expect(client.keep(bag)).rejects.toMatchObject({ code: "INVALID_ARGUMENT", executed: "no" });
    }
    expect(kept).toEqual([]);
    await channel.close();
  });

  it("BS-11 code and regular expressions are data, or refused: nothing is evaluated or compiled", async () => {
    const code = element(0x0d, "any", text("globalThis.polluted = true"));
    const scoped = ((): Buffer => {
      const inner = Buffer.concat([text("globalThis.polluted = true"), document()]);
      const head = Buffer.alloc(4);
      head.writeInt32LE(inner.length + 4);
      return element(0x0f, "any", Buffer.concat([head, inner]));
    })();
    const regex = element(0x0b, "any", Buffer.from("(a+)+$\0i\0"));
    for (const one of [code, scoped, regex]) {
      await ask("keep", document(one));
      await ask("take", document(one));
    }
    expect((globalThis as { polluted?: unknown }).polluted).toBeUndefined();
    for (const bag of kept as { any: unknown }[]) {
      expect(bag.any).not.toBeInstanceOf(RegExp);
      expect(typeof bag.any).not.toBe("function");
    }
    await expectAlive();
  });

  it("JS-1 JS-2 names of Object.prototype are keys like others", async () => {
    const names = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "then", "valueOf"];
    const entries = names.map((name) => element(2, name, text("polluted")));
    const evil = element(3, "constructor", document(element(3, "prototype", document(element(2, "polluted", text("yes"))))));
    expect(await ask("keep", document(element(3, "map", document(...entries))))).toMatchObject({ kind: "result" });
    expect(await ask("keep", document(element(3, "any", document(...entries, evil.subarray(0, 0)))))).toMatchObject({
      kind: "result",
    });
    expect(
      await ask("keep", document(element(3, "any", document(evil)), element(3, "__proto__", document(...entries)))),
    ).toMatchObject({
      kind: "result",
    });
    for (const bag of kept as { map?: object; any?: object }[]) {
      expect(Object.getPrototypeOf(bag)).toBe(Object.prototype);
      for (const part of [bag.map, bag.any]) if (part !== undefined) expect(Object.getPrototypeOf(part)).toBe(Object.prototype);
    }
    expect(Object.keys((kept[0] as { map: object }).map)).toEqual(names);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
    // Tags of unions, methods and errors too.
    for (const tag of names) {
      const u = element(3, "u", document(element(2, "kind", text(tag))));
      expect(await ask("take", document(u))).toMatchObject({ kind: "failure", failure: { code: 3 } });
      expect(await ask(tag, document())).toMatchObject({ kind: "failure", failure: { code: 12 } });
    }
    await expectAlive();
  });

  it("JS-3 JS-4 markers that libraries know come back as they went", async () => {
    const channel = connect(`127.0.0.1:${port}`);
    const client = new TargetsClient(channel);
    const any = {
      [thenKey]: "now",
      _bsontype: "ObjectId",
      $oid: "507f1f77bcf86cd799439011",
      $date: { $numberLong: "0" },
      $numberLong: "1",
      __type: "x",
      toJSON: { [thenKey]: 1 },
      toBSON: "no",
      nested: { _bsontype: "Long", low: 1, high: 2, unsigned: false },
    };
    expect((await client.keep({ any })).any).toEqual(any);
    expect(kept).toEqual([{ any }]);
    await channel.close();
  });

  it("BS-12 damaged documents and frames by the thousand end calls or connections, and nothing else", async () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
    let state = seed;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state % below;
    };
    const good = Buffer.from(
      encodeTarget({
        ...{ i: 1, l: 2n, d: 0.5, s: "text", b: true, t: new Date(0), x: new Uint8Array(3), a: [1, 2] },
        ...{ o: { n: "n" }, m: { k: "v" }, u: { kind: "p", p: 1 } },
      }),
    );
    for (let round = 0; round < 2_000; round += 1) {
      if (peer.isClosed) {
        peer.destroy();
        peer = await RawPeer.open(port);
        lastId = -1;
      }
      const damaged = Buffer.from(good);
      for (let i = 0; i <= random(3); i += 1) damaged[random(damaged.length)] = random(256);
      lastId += 2;
      const frame = rawFrame({ kind: 3, id: lastId, flags: 0x01, method: 0xffff }, Buffer.concat([damaged, nameBlock("take")]));
      // Every tenth in its header too.
      if (round % 10 === 0) frame[random(12)] = random(256);
      peer.send(frame);
      if (round % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    peer.destroy();
    peer = await RawPeer.open(port);
    lastId = -1;
    await expectAlive().catch((error: unknown) => {
      throw new Error(`seed ${seed}: ${String(error)}`);
    });
  });
});
