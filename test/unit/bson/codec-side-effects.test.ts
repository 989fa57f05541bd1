/** Values that do something while they are encoded: getters that encode, decode, grow or throw, proxies, arrays that are not all there. */
import { serialize } from "bson";
import { describe, expect, it } from "vitest";
import { encodePlainDocument } from "../../../src/bson/plain-document.ts";
import { isCodecError, type Violation } from "../../../src/errors/codec-error.ts";
import { array, codecsOf, document, field, modelOf, ref, type TestCodec } from "./emitted-codecs.ts";

const { Person, Team, Numbers, Bytes, Anything } = (await codecsOf(
  modelOf({
    Person: document(field("name", "string"), field("mail", "string"), field("note?", "string")),
    Team: document(field("title", "string"), field("people", array(ref("Person"))), field("tags", array({ kind: "string" }))),
    Numbers: document(field("list", array({ kind: "int32" }))),
    Bytes: document(field("data", "bytes")),
    Anything: document(field("value", "unknown")),
  }),
)) as Record<"Person" | "Team" | "Numbers" | "Bytes" | "Anything", TestCodec>;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The first violation of a refusal; anything else that is thrown passes. */
function violation(run: () => unknown): Violation | undefined {
  try {
    run();
  } catch (error) {
    if (isCodecError(error)) return error.violations[0];
    throw error;
  }
  throw new Error("was encoded");
}

/** An object with a getter that answers one value when asked for the first time and another from then on. */
function growing<T, K extends string>(key: K, first: T, later: T, others: object = {}): object {
  let asked = 0;
  return {
    ...others,
    get [key]() {
      asked += 1;
      return asked === 1 ? first : later;
    },
  };
}

describe("getters", () => {
  it("may encode, also the type that is being encoded", () => {
    const inner = { name: "someone else, by a longer name", mail: "é" };
    const team = { title: "t", people: [inner], tags: ["x"] };
    const seen: string[] = [];
    const person = {
      get name() {
        seen.push(hex(Person.encode(inner)), hex(Team.encode(team)));
        return "the outer one, by a longer name";
      },
      mail: "ü",
    };
    const outer = { title: "a title of some length", people: [person], tags: ["a", "b"] };
    expect(hex(Team.encode(outer))).toBe(hex(serialize(outer)));
    expect(seen.slice(0, 2)).toEqual([hex(serialize(inner)), hex(serialize(team))]);
  });

  it("may decode", () => {
    const bytes = serialize({ name: "a name longer than the shortest", mail: "m" });
    const value = {
      get name() {
        return Person.decode(bytes).name;
      },
      mail: "é",
    };
    expect(hex(Person.encode(value))).toBe(hex(serialize(value)));
  });

  it("throw what they throw, RangeErrors too", () => {
    const own = new RangeError("mine");
    const value = {
      get name(): string {
        throw own;
      },
      mail: "m",
    };
    expect(() => Person.encode(value)).toThrow(own);
  });

  it.each([
    ["a little", "a", "x".repeat(400)],
    ["beyond the shared memory", "a", "x".repeat(100_000)],
    ["beyond memory of their own", "a".repeat(70_000), "x".repeat(100_000)],
    ["in characters of three bytes", "a".repeat(1024), "語".repeat(60_000)],
  ])("that grow %s have changed", (_, first, later) => {
    expect(violation(() => Person.encode(growing("name", first, later, { mail: "m" })))).toMatchObject({ rule: "changed" });
  });

  it.each([
    ["short texts", new Array<string>(40_000).fill("a")],
    ["long texts", new Array<string>(4000).fill("a text that is written natively")],
  ])("that answer with more %s have changed", (_, later) => {
    const value = growing("tags", ["a"], later, { title: "t", people: [] });
    expect(violation(() => Team.encode(value))).toMatchObject({ rule: "changed" });
  });

  it("that grow in an unknown value, in bytes or in a plain document have changed", () => {
    const text = () => growing("text", "a", "x".repeat(100_000));
    expect(violation(() => Anything.encode({ value: text() }))).toMatchObject({ rule: "changed" });
    expect(violation(() => encodePlainDocument({ value: text() }))).toMatchObject({ message: "changed while it was encoded" });
    const bytes = growing("data", new Uint8Array(1), new Uint8Array(100_000));
    expect(violation(() => Bytes.encode(bytes))).toMatchObject({ rule: "changed" });
  });

  it("leave the encoder as it was", () => {
    const value = { name: "a name", mail: "a mail", note: "a note" };
    expect(hex(Person.encode(value))).toBe(hex(serialize(value)));
  });
});

describe("arrays", () => {
  it("with holes are refused with their places", () => {
    const list = [1, 2, 3];
    delete list[1];
    expect(violation(() => Numbers.encode({ list }))).toMatchObject({ path: "list[1]", rule: "type" });
    const tags: string[] = [];
    tags[2] = "x";
    expect(violation(() => Team.encode({ title: "t", people: [], tags }))).toMatchObject({ path: "tags[0]" });
  });

  it("that are nothing but length are refused at once", () => {
    for (const length of [2 ** 30, 2 ** 32 - 1]) {
      expect(violation(() => Numbers.encode({ list: new Array(length) }))).toMatchObject({ rule: "size" });
      expect(violation(() => Anything.encode({ value: new Array(length) }))).toMatchObject({ path: "value[0]" });
    }
  });

  it("behind a proxy count as arrays, and their lengths are not believed", () => {
    expect(hex(Numbers.encode({ list: new Proxy([1, 2], {}) }))).toBe(hex(serialize({ list: [1, 2] })));
    const lying = (length: number): unknown =>
      new Proxy([1, 2], { get: (list, key) => (key === "length" ? length : Reflect.get(list, key)) });
    expect(violation(() => Numbers.encode({ list: lying(3) }))).toMatchObject({ path: "list[2]" });
    for (const length of [-1, 1.5, Number.NaN, 2 ** 40])
      expect(violation(() => Numbers.encode({ list: lying(length) }))).toBeDefined();
  });

  it("and objects behind a revoked proxy throw what the platform throws", () => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    expect(() => Person.encode(revoked.proxy)).toThrow(TypeError);
  });
});

describe("texts", () => {
  it("of every length are as bson writes them, with letters of every width", () => {
    for (let length = 0; length <= 70; length += 1) {
      for (const odd of ["", "é", "語", "😀", "\0"]) {
        for (const at of new Set([0, 1, length >> 1, length])) {
          const name = `${"abcdefghij".repeat(7).slice(0, at)}${odd}${"0123456789".repeat(7).slice(0, length - at)}`;
          const value = { name, mail: name };
          const bytes = Person.encode(value);
          expect(hex(bytes)).toBe(hex(serialize(value)));
          expect(Person.decode(bytes)).toEqual(value);
        }
      }
    }
  });

  it("may consist of characters of three bytes at every bound of the memory", () => {
    for (const length of [340, 341, 1023, 1024, 1025, 21_840, 21_846, 65_535, 65_536, 70_000]) {
      const value = { name: "語".repeat(length), mail: "m" };
      expect(hex(Person.encode(value))).toBe(hex(serialize(value)));
    }
  });

  it("with a lone surrogate anywhere are refused", () => {
    for (let at = 0; at <= 40; at += 1) {
      for (const lone of ["\ud83d", "\ude00"]) {
        const name = `${"a".repeat(at)}${lone}${"b".repeat(40 - at)}`;
        expect(violation(() => Person.encode({ name, mail: "m" }))).toMatchObject({ path: "name", rule: "utf8" });
        expect(violation(() => Person.encode({ name: name.slice(0, at + 1), mail: "m" }))).toMatchObject({ rule: "utf8" });
      }
    }
  });
});
