/**
 * Taut's frames on a `node:net` socket, and nothing above them: what the floor and `bare` are made of.
 *
 * The 12-byte header (`u32 length | u8 kind | u8 flags | u16 method | u32 call id`), one write a turn, no check of anything.
 */

import { connect, createServer } from "node:net";

export const HEADER_BYTES = 12;
export const ARENA_BYTES = 64 * 1024;
/** From here on a body is written by reference. */
const BY_REFERENCE_BYTES = 32 * 1024;
/** Calls in flight at most: callbacks stand in a ring. */
export const RING_MASK = 0x3fff;

export const kind = { call: 1, answer: 2 };

/** Arenas that no connection is writing from: an idle connection holds none. */
const freeArenas = [];

function takeArena() {
  const free = freeArenas.pop();
  if (free !== undefined) return free;
  const bytes = Buffer.allocUnsafeSlow(ARENA_BYTES);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** Frames of one turn in one write. The arena is free again at once when the kernel took everything. */
export class Output {
  #socket;
  #arena;
  #start = 0;
  #end = 0;
  #isScheduled = false;
  #flush = () => this.flush();

  constructor(socket) {
    this.#socket = socket;
  }

  frame(frameKind, frameMethod, id, body) {
    const bytes = body.length;
    if (bytes >= BY_REFERENCE_BYTES) return this.parts(frameKind, frameMethod, id, bytes, [body]);
    this.#reserve(HEADER_BYTES + bytes);
    this.#header(frameKind, frameMethod, id, bytes);
    this.#arena.bytes.set(body, this.#end);
    this.#end += bytes;
  }

  /** A frame whose body the codec writes. Its bound must fit the arena. */
  message(frameKind, frameMethod, id, codec, value, limits) {
    this.#reserve(HEADER_BYTES + codec.bound(value, limits));
    const { bytes, view } = this.#arena;
    const at = this.#end;
    const end = codec.write(bytes, view, at + HEADER_BYTES, value, limits);
    this.#header(frameKind, frameMethod, id, end - at - HEADER_BYTES);
    this.#end = end;
  }

  /** A frame whose body is in pieces, none of them copied. */
  parts(frameKind, frameMethod, id, bytes, parts) {
    this.#reserve(HEADER_BYTES);
    this.#header(frameKind, frameMethod, id, bytes);
    this.#socket.cork();
    this.flush();
    for (const part of parts) this.#socket.write(part);
    this.#socket.uncork();
  }

  #reserve(bytes) {
    if (this.#end + bytes > ARENA_BYTES) this.#renew();
    this.#arena ??= takeArena();
  }

  #header(frameKind, frameMethod, id, bytes) {
    const { view } = this.#arena;
    view.setInt32(this.#end, bytes, true);
    view.setInt32(this.#end + 4, frameKind | (frameMethod << 16), true);
    view.setInt32(this.#end + 8, id, true);
    this.#end += HEADER_BYTES;
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      process.nextTick(this.#flush);
    }
  }

  /** The full arena belongs to the socket now. */
  #renew() {
    this.flush();
    this.#arena = undefined;
    this.#start = this.#end = 0;
  }

  flush() {
    this.#isScheduled = false;
    if (this.#end === this.#start) return;
    this.#socket.write(this.#arena.bytes.subarray(this.#start, this.#end));
    this.#start = this.#end;
    if (this.#socket.writableLength === 0) {
      freeArenas.push(this.#arena);
      this.#arena = undefined;
      this.#start = this.#end = 0;
    }
  }
}

/** Finds frames in what the socket delivers, and calls back with each: with where its body lies, unless it is a large one. */
export class Input {
  /** A ring that grows to its size as it is used. */
  callbacks = [];
  #small = Buffer.allocUnsafeSlow(ARENA_BYTES);
  #view = new DataView(this.#small.buffer);
  #fill = 0;
  /** The frame that is larger than the buffer: the kernel reads into its final place. */
  #big;

  target() {
    if (this.#big !== undefined) return this.#big.subarray(this.#fill);
    return this.#fill === 0 ? this.#small : this.#small.subarray(this.#fill);
  }

  received(bytes) {
    this.#fill += bytes;
    if (this.#big !== undefined) {
      if (this.#fill < this.#big.length) return true;
      const id = this.#big.readInt32LE(8);
      this.#big = undefined;
      this.#fill = 0;
      this.callbacks[(id >> 1) & RING_MASK]();
      return true;
    }
    const view = this.#view;
    const end = this.#fill;
    let at = 0;
    while (end - at >= HEADER_BYTES) {
      const length = view.getInt32(at, true);
      if (at + HEADER_BYTES + length > end) break;
      const start = at + HEADER_BYTES;
      at = start + length;
      this.callbacks[(view.getInt32(start - 4, true) >> 1) & RING_MASK](this.#small, view, start, at);
    }
    this.#keep(at, end);
    return true;
  }

  #keep(at, end) {
    this.#fill = end - at;
    if (this.#fill === 0) return;
    if (this.#fill >= HEADER_BYTES) {
      const whole = HEADER_BYTES + this.#view.getInt32(at, true);
      if (whole > ARENA_BYTES) {
        this.#big = Buffer.allocUnsafeSlow(whole);
        this.#small.copy(this.#big, 0, at, end);
        return;
      }
    }
    if (at > 0) this.#small.copyWithin(0, at, end);
  }
}

/** A server that hands each of its sockets to `answerFrames`. */
export async function listen(answerFrames) {
  const sockets = new Set();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    answerFrames(socket);
  });
  await new Promise((resolve) => server.listen({ host: "127.0.0.1", port: 0, backlog: 1024 }, resolve));
  return {
    port: server.address().port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** A connection of a client, when it is there. */
export async function dial(port) {
  const input = new Input();
  const socket = connect({
    host: "127.0.0.1",
    port,
    noDelay: true,
    onread: { buffer: () => input.target(), callback: (bytes) => input.received(bytes) },
  });
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return { input, output: new Output(socket), socket };
}

/**
 * What a server reads: `onFrame(chunk, at)` for each frame that lies whole in a chunk, `onParts(parts, bytes)` for one that came in several,
 * none of them copied.
 */
export function readFrames(socket, onFrame, onParts) {
  /** The pieces of a frame that has not come whole. */
  let waiting = [];
  let have = 0;

  socket.on("data", (chunk) => {
    let at = 0;
    if (have > 0) {
      if (have < HEADER_BYTES) {
        chunk = Buffer.concat([...waiting, chunk]);
        waiting = [];
        have = 0;
      } else {
        const missing = HEADER_BYTES + waiting[0].readUInt32LE(0) - have;
        if (chunk.length < missing) {
          waiting.push(chunk);
          have += chunk.length;
          return;
        }
        waiting.push(chunk.subarray(0, missing));
        at = missing;
        onParts(waiting, have + missing);
        waiting = [];
        have = 0;
      }
    }
    while (chunk.length - at >= HEADER_BYTES) {
      const bytes = chunk[at] | (chunk[at + 1] << 8) | (chunk[at + 2] << 16) | (chunk[at + 3] << 24);
      const end = at + HEADER_BYTES + bytes;
      if (end > chunk.length) break;
      onFrame(chunk, at);
      at = end;
    }
    if (at < chunk.length) {
      waiting = [chunk.subarray(at)];
      have = chunk.length - at;
    }
  });
}
