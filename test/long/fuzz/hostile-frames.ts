/**
 * Frames that nobody should send: of every kind, right and wrong by turns, from a seed.
 *
 * Most damage lies in documents, so that a session lives long enough to be harmed; some in headers, flags, ids and lengths. Knows the protocol
 * from PROTOCOL.md alone (`wire-frames.ts`).
 */

import { readFileSync } from "node:fs";
import type { SeededRandom } from "../../support/seeded-random.ts";
import { encodeFrame, type Frame, kinds, magicBytes, u32 } from "../../support/wire-frames.ts";

/** What a peer begins with. */
export const opening: Buffer = Buffer.concat([magicBytes, encodeFrame({ kind: "hello", message: { versions: [1, 1] } })]);

const documents = readDocuments();

function readDocuments(): Buffer[] {
  const file = new URL("../../conformance/hostile-bson.json", import.meta.url);
  const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: { bson: string }[] };
  return cases.map(({ bson }) => Buffer.from(bson, "hex"));
}

const request = { id: 1, text: "a request like any other", list: [1, 2.5, "x"], at: new Date(0), inner: { a: null } };
const metadata = { trace: "abc", key: ["one", "two"] };

function call(method: string, more: Partial<Frame> = {}): Frame {
  return { kind: "call", message: request, name: `test.v1.Plain/${method}`, method: 0xffff, ...more };
}

/** Streams open without a message. */
function streamCall(method: string, flags: number, more: Partial<Frame> = {}): Frame {
  const { message: _, ...frame } = call(method, more);
  return { ...frame, flags };
}

const shared: readonly Frame[] = [
  { kind: "message", message: request },
  { kind: "message", message: request },
  { kind: "message", total: 3_000 },
  { kind: "message", total: 70_000 },
  { kind: "fragment", bytes: Buffer.alloc(1_000, 7) },
  { kind: "fragment", bytes: Buffer.alloc(1_000, 7) },
  { kind: "credit", value: 70_000 },
  { kind: "ping", bytes: Buffer.alloc(8, 1) },
  { kind: "pong", bytes: Buffer.alloc(8, 1) },
  { kind: 0x80, bytes: Buffer.alloc(20) },
];

/** What clients send. */
const toServer: readonly Frame[] = [
  ...shared,
  call("echo"),
  call("echo", { method: 0 }),
  call("echoSafely", { deadline: 5_000, metadata }),
  call("nobodyHasThis"),
  call("list", { message: { n: 3 }, flags: 0x40 }),
  call("tell", { flags: 0x10 }),
  call("echo", { total: 70_000 }),
  streamCall("sum", 0x20),
  streamCall("chat", 0x60),
  streamCall("chat", 0x60, { metadata }),
  { kind: "finish" },
  { kind: "finish" },
  { kind: "cancel", value: 0 },
];

/** What servers send. */
const toClient: readonly Frame[] = [
  ...shared,
  { kind: "result", message: request },
  { kind: "result", message: request, leading: metadata, trailers: metadata },
  { kind: "result", total: 70_000 },
  { kind: "result" },
  { kind: "failure", failure: { code: 9, message: "no", details: [{ type: "a.B", data: { x: 1 } }] } },
  { kind: "failure", failure: { code: 14, message: "busy", retryAfterMs: 5 }, trailers: metadata },
  { kind: "failure", failure: { code: 9, message: "a fault", type: "a.Fault" }, fault: request },
  { kind: "accept" },
  { kind: "leading", metadata },
];

/** Ends of everything: rare, or nothing else would be tried. */
const fatal: readonly Frame[] = [
  { kind: "hello", message: { versions: [1, 1] } },
  { kind: "auth", message: { challenge: 1, answer: 1 } },
  { kind: "goingAway", value: 1, message: { code: 14, message: "bye" } },
  { kind: "close", message: { code: 14, message: "bye" } },
  { kind: 0x50, bytes: Buffer.alloc(3) },
];

/** One frame of two hundred is fatal, one of a hundred has a header that lies. */
const fatalEvery = 200;
const lieEvery = 100;

export class HostileFrames {
  readonly #random: SeededRandom;
  readonly #templates: readonly Buffer[];
  readonly #fatal = fatal.map(encodeFrame);
  readonly #opens: boolean;
  /** The highest call id of the session. */
  #highest = 1;
  /** The call whose message was announced and comes in fragments. */
  #announced: number | undefined;
  made = 0;

  constructor(towards: "server" | "client", random: SeededRandom) {
    this.#random = random;
    this.#opens = towards === "server";
    this.#templates = (this.#opens ? toServer : toClient).map(encodeFrame);
  }

  /** Another connection: ids begin anew. */
  restart(highestId = 1): void {
    this.#highest = highestId;
    this.#announced = undefined;
  }

  next(): Buffer {
    const random = this.#random;
    this.made += 1;
    let frame: Buffer = Buffer.from(this.#template());
    const isFragment = frame[4] === kinds.fragment;
    const id = isFragment && this.#announced !== undefined ? this.#announced : this.#id(frame[4] === kinds.call);
    frame.writeUInt32LE(id, 8);
    if (isAnnouncement(frame)) this.#announced = id;
    const fate = random.below(32);
    if (fate === 0) frame = this.#withBody(frame, this.#damaged(frame.subarray(12)));
    else if (fate === 1) frame[5] = random.below(4) === 0 ? random.below(256) : (frame[5] as number) ^ (1 << random.below(7));
    else if (fate < 8) frame = this.#withDocument(frame, random.pick(documents) as Buffer);
    else if (fate < 14) this.#spoilDocument(frame);
    if (random.below(lieEvery) === 0) this.#lie(frame);
    return frame;
  }

  /** Before the first call nothing else makes sense; a fragment that nobody announced ends a session, and most are to go on. */
  #template(): Buffer {
    const random = this.#random;
    if (this.#opens && this.#highest === 1) return this.#templates[shared.length] as Buffer;
    const template = random.pick(random.below(fatalEvery) === 0 ? this.#fatal : this.#templates) as Buffer;
    const isStray = template[4] === kinds.fragment && this.#announced === undefined && random.below(50) !== 0;
    return isStray ? (this.#templates[0] as Buffer) : template;
  }

  #id(isCall: boolean): number {
    const random = this.#random;
    if (isCall && this.#opens) {
      this.#highest += 2;
      return this.#highest;
    }
    // One of the last calls; seldom the connection's own id, or any number.
    if (random.below(300) === 0) return random.below(2 ** 32);
    return Math.max(1, this.#highest - 2 * random.below(12));
  }

  #withBody(frame: Buffer, body: Buffer): Buffer {
    return Buffer.concat([u32(body.length), frame.subarray(4, 12), body]);
  }

  /** The same frame around another document: what follows it still fits. */
  #withDocument(frame: Buffer, document: Buffer): Buffer {
    const length = documentBytes(frame);
    return length === 0 ? frame : this.#withBody(frame, Buffer.concat([document, frame.subarray(12 + length)]));
  }

  /** Some bytes of the document are others; its length stays. */
  #spoilDocument(frame: Buffer): void {
    const length = documentBytes(frame);
    for (let times = this.#random.between(1, 3); length > 4 && times > 0; times -= 1) {
      frame[16 + this.#random.below(length - 4)] = this.#random.below(256);
    }
  }

  #damaged(body: Buffer): Buffer {
    const random = this.#random;
    const at = random.below(body.length + 1);
    switch (random.below(4)) {
      case 0:
        return body.subarray(0, at);
      case 1:
        return Buffer.concat([body.subarray(0, at), random.fill(Buffer.alloc(random.below(20))), body.subarray(at)]);
      case 2:
        return random.fill(Buffer.alloc(random.below(60)));
      default: {
        const copy = Buffer.from(body);
        if (copy.length >= at + 4) copy.writeInt32LE([0, -1, 4, 5, 2 ** 31 - 1, -(2 ** 31)][random.below(6)] as number, at);
        return copy;
      }
    }
  }

  /** A header whose length, kind, method or id is not what the frame is. */
  #lie(frame: Buffer): void {
    const random = this.#random;
    if (random.below(3) === 0) frame.writeUInt32LE([0, 1, frame.length, 2 ** 31, 2 ** 32 - 1][random.below(5)] as number, 0);
    else frame[4 + random.below(8)] = random.below(256);
  }
}

/** The length of the document that a frame's body begins with; 0 where there is none. */
function documentBytes(frame: Buffer): number {
  if (frame.length < 17 || isAnnouncement(frame)) return 0;
  const length = frame.readInt32LE(12);
  return length >= 5 && length <= frame.length - 12 ? length : 0;
}

function isAnnouncement(frame: Buffer): boolean {
  return frame[4] !== kinds.fragment && ((frame[5] as number) & 0x08) !== 0;
}

/** Many frames as chunks that know nothing of where frames begin. */
export function cut(frames: readonly Buffer[], random: SeededRandom): Buffer[] {
  const bytes = Buffer.concat(frames);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + random.below([20, 400, 20_000][random.below(3)] as number);
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}
