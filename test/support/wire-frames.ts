/**
 * Frames as PROTOCOL.md describes them: a plain object to bytes and back. An independent reading of the document: nothing of `src` is
 * used, documents are written by npm `bson`, so what it agrees with is the text and not a shared mistake.
 */

import { deserialize, serialize } from "bson";

export type Document = Record<string, unknown>;

export const magicBytes: Buffer = Buffer.from("89544155540d0a1a", "hex");

export const kinds = {
  hello: 1,
  auth: 2,
  call: 3,
  message: 4,
  fragment: 5,
  finish: 6,
  result: 7,
  failure: 8,
  cancel: 9,
  accept: 10,
  leading: 11,
  credit: 12,
  ping: 13,
  pong: 14,
  goingAway: 15,
  close: 16,
} as const;

export type KindName = keyof typeof kinds;

/** What a frame says. Flags follow from what is there, but for `kindFlags` and `refused`. */
export interface Frame {
  readonly kind: KindName | number;
  readonly id?: number;
  /** The header's method field. */
  readonly method?: number;
  /** Flags beyond those that follow from the fields: `10` oneWay, `20` requestStream, `40` responseStream, `20` refused. */
  readonly flags?: number;
  /** Message of `call`, `message`, `result`; the document of `hello`, `auth`, `close`. */
  readonly message?: Document;
  /** Total length of a message that follows in fragments. */
  readonly total?: number;
  readonly deadline?: number;
  readonly name?: string;
  readonly fingerprint?: string;
  readonly metadata?: Document;
  readonly leading?: Document;
  readonly trailers?: Document;
  readonly failure?: Document;
  readonly fault?: Document;
  /** The u32 of `cancel` (reason), `credit` (bytes) and `goingAway` (last accepted id). */
  readonly value?: number;
  /** Raw bytes of `fragment`, `ping`, `pong`, and of kinds that are not known. */
  readonly bytes?: Buffer;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

function document(value: Document): Buffer {
  return Buffer.from(serialize(value, { ignoreUndefined: true }));
}

export function nameBlock(name: string, fingerprint = "0000000000000000"): Buffer {
  const text = Buffer.from(name, "utf8");
  const head = Buffer.alloc(10);
  head.writeBigUInt64LE(BigInt(`0x${fingerprint}`));
  head.writeUInt16LE(text.length, 8);
  return Buffer.concat([head, text]);
}

/** A frame of any kind, flags and body, however wrong. */
export function rawFrame(
  header: { kind: number; flags?: number; method?: number; id?: number; length?: number },
  body: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(header.length ?? body.length);
  head.writeUInt8(header.kind, 4);
  head.writeUInt8(header.flags ?? 0, 5);
  head.writeUInt16LE(header.method ?? 0, 6);
  head.writeUInt32LE((header.id ?? 0) >>> 0, 8);
  return Buffer.concat([head, body]);
}

export function encodeFrame(frame: Frame): Buffer {
  const kind = typeof frame.kind === "number" ? frame.kind : kinds[frame.kind];
  const [flags, parts] = partsOf(frame);
  return rawFrame({ kind, flags: flags | (frame.flags ?? 0), ...pick(frame) }, Buffer.concat(parts));
}

function pick({ method, id }: Frame): { method?: number; id?: number } {
  return { ...(method === undefined ? {} : { method }), ...(id === undefined ? {} : { id }) };
}

function partsOf(frame: Frame): [number, Buffer[]] {
  let flags = 0;
  const parts: Buffer[] = [];
  const add = (flag: number, bytes: Buffer | undefined): void => {
    if (bytes === undefined) return;
    flags |= flag;
    parts.push(bytes);
  };
  const documentOf = (value: Document | undefined): Buffer | undefined => (value === undefined ? undefined : document(value));
  const totalOf = (): Buffer | undefined => (frame.total === undefined ? undefined : u32(frame.total));
  switch (frame.kind) {
    case "call":
      add(0x08, totalOf());
      add(0, documentOf(frame.message));
      add(0x04, frame.deadline === undefined ? undefined : u32(frame.deadline));
      add(0x01, frame.name === undefined ? undefined : nameBlock(frame.name, frame.fingerprint));
      add(0x02, documentOf(frame.metadata));
      return [flags, parts];
    case "message":
      add(0x08, totalOf());
      add(0, documentOf(frame.message));
      return [flags, parts];
    case "result":
      add(0x18, totalOf());
      add(0x10, documentOf(frame.message));
      break;
    case "failure":
      add(0, documentOf(frame.failure));
      add(0x40, documentOf(frame.fault));
      break;
    case "leading":
      return [0, [document(frame.metadata ?? {})]];
    case "cancel":
    case "credit":
      return [0, [u32(frame.value ?? 0)]];
    case "goingAway":
      return [0, [u32(frame.value ?? 0), document(frame.message ?? {})]];
    case "hello":
    case "auth":
    case "close":
      return [0, [document(frame.message ?? {})]];
    default:
      return [0, frame.bytes === undefined ? [] : [frame.bytes]];
  }
  add(0x02, documentOf(frame.leading));
  add(0x01, documentOf(frame.trailers));
  return [flags, parts];
}

const kindNames = new Map<number, KindName>(Object.entries(kinds).map(([name, number]) => [number, name as KindName]));

/** The frame that fills `bytes` exactly. Throws for what PROTOCOL.md does not allow. */
export function decodeFrame(bytes: Buffer): Frame {
  const length = bytes.readUInt32LE(0);
  if (bytes.length !== length + 12) throw new Error(`frame of ${bytes.length} bytes states ${length}`);
  const kind = kindNames.get(bytes[4] as number) ?? (bytes[4] as number);
  const flags = bytes[5] as number;
  const method = bytes.readUInt16LE(6);
  const id = bytes.readUInt32LE(8);
  const header = { kind, ...(id === 0 ? {} : { id }), ...(method === 0 ? {} : { method }) };
  return { ...header, ...readBody(kind, flags, bytes.subarray(12)) };
}

function readBody(kind: KindName | number, flags: number, body: Buffer): Omit<Frame, "kind"> {
  const cursor = new Cursor(body);
  const known = { call: 0x7f, message: 0x08, result: 0x1b, failure: 0x63 }[kind as string] ?? 0;
  if ((flags & ~known) !== 0) throw new Error(`unknown flags ${flags} of ${kind}`);
  const read = (): Omit<Frame, "kind"> => {
    switch (kind) {
      case "call": {
        const own = flags & 0x70;
        return {
          ...(own === 0 ? {} : { flags: own }),
          ...cursor.messageOr(flags, (flags & 0x20) === 0),
          ...((flags & 0x04) === 0 ? {} : { deadline: cursor.u32() }),
          ...((flags & 0x01) === 0 ? {} : cursor.name()),
          ...((flags & 0x02) === 0 ? {} : { metadata: cursor.document() }),
        };
      }
      case "message":
        return cursor.messageOr(flags, true);
      case "result":
        return { ...cursor.messageOr(flags, (flags & 0x10) !== 0), ...cursor.metadataParts(flags) };
      case "failure":
        return {
          ...((flags & 0x20) === 0 ? {} : { flags: 0x20 }),
          failure: cursor.document(),
          ...((flags & 0x40) === 0 ? {} : { fault: cursor.document() }),
          ...cursor.metadataParts(flags),
        };
      case "leading":
        return { metadata: cursor.document() };
      case "cancel":
      case "credit":
        return { value: cursor.u32() };
      case "goingAway":
        return { value: cursor.u32(), message: cursor.document() };
      case "hello":
      case "auth":
      case "close":
        return { message: cursor.document() };
      case "finish":
      case "accept":
        return {};
      default:
        return { bytes: cursor.rest() };
    }
  };
  const fields = read();
  cursor.expectEnd();
  return fields;
}

class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  u32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32LE(this.#at - 4);
  }

  document(): Document {
    const start = this.#at;
    this.#at += this.#bytes.readInt32LE(start);
    return deserialize(this.#bytes.subarray(start, this.#at), { promoteBuffers: false, useBigInt64: true }) as Document;
  }

  messageOr(flags: number, isThere: boolean): { message?: Document; total?: number } {
    if ((flags & 0x08) !== 0) return { total: this.u32() };
    return isThere ? { message: this.document() } : {};
  }

  name(): { name: string; fingerprint: string } {
    const fingerprint = this.#bytes.readBigUInt64LE(this.#at).toString(16).padStart(16, "0");
    const length = this.#bytes.readUInt16LE(this.#at + 8);
    const name = this.#bytes.toString("utf8", this.#at + 10, this.#at + 10 + length);
    this.#at += 10 + length;
    return { name, fingerprint };
  }

  metadataParts(flags: number): { leading?: Document; trailers?: Document } {
    return {
      ...((flags & 0x02) === 0 ? {} : { leading: this.document() }),
      ...((flags & 0x01) === 0 ? {} : { trailers: this.document() }),
    };
  }

  rest(): Buffer {
    const rest = Buffer.from(this.#bytes.subarray(this.#at));
    this.#at = this.#bytes.length;
    return rest;
  }

  expectEnd(): void {
    if (this.#at !== this.#bytes.length) throw new Error(`${this.#bytes.length - this.#at} bytes that no flag explains`);
  }
}

/** Cuts a stream of bytes behind the magic into frames. */
export class FrameSplitter {
  #bytes: Buffer = Buffer.alloc(0);
  /** Magic first. */
  sawMagic = false;

  push(chunk: Buffer): Buffer[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (!this.sawMagic) {
      if (this.#bytes.length < 8) return [];
      if (!this.#bytes.subarray(0, 8).equals(magicBytes))
        throw new Error(`no magic: ${this.#bytes.subarray(0, 32).toString("latin1")}`);
      this.sawMagic = true;
      this.#bytes = this.#bytes.subarray(8);
    }
    const frames: Buffer[] = [];
    while (this.#bytes.length >= 12) {
      const end = 12 + this.#bytes.readUInt32LE(0);
      if (this.#bytes.length < end) break;
      frames.push(Buffer.from(this.#bytes.subarray(0, end)));
      this.#bytes = this.#bytes.subarray(end);
    }
    return frames;
  }

  /** Bytes of a frame that is not whole. */
  get rest(): Buffer {
    return this.#bytes;
  }
}
